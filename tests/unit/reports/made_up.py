"""Made-up reports: all verdicts over the real catalogues, and texts as strangers may send them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pytest_keyauth.findings import Answer, Deviation, Evidence
from pytest_keyauth.outcomes import Outcome, find_outcome, load_catalogue
from pytest_keyauth.verdicts import Conclusion, Report, Verdict

CATALOGUES = [load_catalogue("keytrac"), load_catalogue("keyfax")]
STARTED = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)

SCRIPT = "</script><img src=x onerror=alert(1)>"
HOSTILE = {
    "script": SCRIPT,
    "quotes": "\"' onmouseover='alert(1)",
    "pipe": "a|b||c",
    "backticks": "`code` ```` fence",
    "links": "[x](javascript:alert(1)) https://evil.example www.evil.example @everyone #1 $x$ ~~gone~~ **bold** _it_",
    "turned": "user\u202egnp.exe\u2066",
    "unseen": "a\u200bb\u00adc\ufeffd",
    "hebrew": "שלום עולם",
    "controls": "\x1b[31mred\x1b[0m\x00\x07\x9b\r",
    "surrogate": "half \ud83d",
    "lines": "one\ntwo\n\n# three\n- four\n<!-- five",
    "entity": "&lt;b&gt; &#60;",
    "long": "x" * 5_000,
}

CURL = """curl -X POST https://api.keytrac.net/anytext/enrol \\
  -H "Authorization: $KEYAUTH_KEYTRAC_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"user_id": "USER", "samples": ["SAMPLE OF 512 CHARACTERS"]}'"""


def outcome(name: str) -> Outcome:
    return find_outcome(name, CATALOGUES)


def json_answer(status: str, body: str) -> Answer:
    return Answer(status, "application/json", body)


DRIFTS = {
    "enrolAnytext/400/corrupted-sample": Verdict(
        outcome("enrolAnytext/400/corrupted-sample"),
        "drifted",
        deviations=(
            Deviation(
                "body /error",
                "value",
                '"Sample #1 is corrupted or format is not valid"',
                '"Sample #1 is corrupted or its format is invalid"',
            ),
            Deviation("body /code", "added", "", "4711"),
        ),
        evidence=Evidence(
            CURL,
            json_answer("400", '{\n  "error": "Sample #1 is corrupted or format is not valid"\n}'),
            json_answer("400", '{\n  "error": "Sample #1 is corrupted or its format is invalid",\n  "code": 4711\n}'),
        ),
        tests=("contracts/keytrac/test_enrol_anytext.py::test_a_corrupted_sample_is_refused",),
        confirmed_on=date(2026, 11, 12),
    ),
    "showUser/404/user-not-found": Verdict(
        outcome("showUser/404/user-not-found"),
        "drifted",
        deviations=(
            Deviation("status", "value", "404", "410"),
            Deviation("header content-type", "value", "application/json", "text/html; charset=utf-8"),
            Deviation("body", "type", "an object", "a text"),
        ),
        evidence=Evidence(
            'curl https://api.keytrac.net/users/USER \\\n  -H "Authorization: $KEYAUTH_KEYTRAC_TOKEN"',
            json_answer("404", '{\n  "error": "User not found"\n}'),
            Answer("410", "text/html; charset=utf-8", "<html>\n<body><h1>Gone</h1></body>\n</html>"),
        ),
        tests=("contracts/keytrac/test_show_user.py::test_nobody_is_not_found",),
        confirmed_on=date(2026, 11, 23),
    ),
    "renewToken/200/token": Verdict(
        outcome("renewToken/200/token"),
        "drifted",
        reason="the old token is still accepted after it was renewed",
        deviations=(Deviation("behaviour", "behaviour", "the old token is refused", "it is accepted for 60 s"),),
        tests=("contracts/keyfax/test_tokens.py::test_a_renewed_token_replaces_the_old_one",),
    ),
}


def verdict_of(item: Outcome) -> Verdict:
    """What a night like many others says of an outcome."""
    if item.name in DRIFTS:
        return DRIFTS[item.name]
    if item.needs in ("fault", "setting"):
        return Verdict(item, "unprovokable", reason=f"needs a {item.needs}, and the server has no control plane")
    if item.operation == "identifyAnytext":
        return Verdict(item, "unreachable", reason="no answer within 30 s, three times")
    if item.operation == "resetKey":
        return Verdict(item, "unreachable", reason="the host name of the server is not known")
    if item.name == "createUser/401/token-missing":
        deviation = Deviation("body /error", "value", '"Authentication token missing"', '"Token missing"')
        return Verdict(item, "accepted", reason="accepted until 2026-12-31: they know", deviations=(deviation,))
    if item.operation == "deleteKey":
        return Verdict(item, "unchecked")
    note = (Deviation("body /server", "added", "", '"eu-2"'),) if item.operation == "showStatus" else ()
    return Verdict(
        item, "confirmed", notes=note, tests=(f"contracts/x.py::test_{item.label}",), confirmed_on=STARTED.date()
    )


def a_night(conclusion: Conclusion = "drift", **changes: Any) -> Report:
    """A report of all verdicts."""
    told: dict[str, Any] = {
        "version": "0.4.0",
        "target": "live",
        "seed": 7,
        "started": STARTED,
        "seconds": 200.4,
        "conclusion": conclusion,
        "verdicts": tuple(verdict_of(item) for catalogue in CATALOGUES for item in catalogue),
        "servers": {
            "keytrac": "https://api.keytrac.net as token 2283…",
            "keyfax": "https://keyfax.customer.example/interview as host LIVE",
        },
        "requests": 412,
        "details": ("KeyTrac answers, and 2 of its answers are not the documented ones.",),
    }
    return Report(**told | changes)


def a_hostile_night(texts: Mapping[str, str] = HOSTILE) -> Report:
    """A report in which every text is a stranger's."""
    items = list(CATALOGUES[0])[: 3 * len(texts)]
    verdicts = []
    for number, value in enumerate(texts.values()):
        deviation = Deviation(f"body /{value}", "value", value, f"{value}!")
        answer = Answer(value, value, f"{value}\n{value}")
        evidence = Evidence(f"curl '{value}'", answer, Answer("200", value, value))
        common: dict[str, Any] = {"reason": value, "notes": (deviation,), "tests": (value,)}
        first, second, third = items[3 * number : 3 * number + 3]
        verdicts.append(Verdict(first, "drifted", deviations=(deviation,), evidence=evidence, **common))
        verdicts.append(Verdict(second, "unreachable", evidence=Evidence(value, answer, None), **common))
        verdicts.append(Verdict(third, "unprovokable", **common))
    everything = " ".join(texts.values())
    return a_night(
        verdicts=tuple(verdicts),
        version=SCRIPT,
        target=everything,
        servers={"keytrac": everything},
        details=tuple(texts.values()),
    )
