"""A consumer's software, more or less."""

import httpx


def log_in(client, user_id, sample):
    answer = client.post("/anytext/authenticate", json={"user_id": user_id, "samples": [sample]})
    if answer.status_code == 404:
        return "please enrol first"
    return "welcome" if answer.raise_for_status().json()["authenticated"] else "you are somebody else"


def enrol(client, user_id, samples):
    client.post("/anytext/enrol", json={"user_id": user_id, "samples": samples}).raise_for_status()


async def count_users(client):
    answer = await client.get("/status")
    return answer.raise_for_status().json()["overview"]["users_created"]


def status(token):
    return httpx.get("https://api.keytrac.net/status", headers={"Authorization": token}).status_code
