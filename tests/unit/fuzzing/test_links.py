"""The links of the OpenAPI documents lead to operations that there are, with what these take."""

from typing import Any

import pytest

from pytest_keyauth.outcomes import load_catalogue, load_document

PROVIDERS = ("keytrac", "keyfax")


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for item in document["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                both = [*item.get("parameters", ()), *operation.get("parameters", ())]
                found[operation["operationId"]] = {
                    **operation,
                    "parameters": [resolve(part, document) for part in both],
                }
    return found


def resolve(value: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        target: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_link_names_an_operation_and_parameters_of_its(provider: str) -> None:
    document = load_document(provider)
    known = operations(document)
    for link in document["components"]["links"].values():
        assert link["operationId"] in known
        taken = {parameter["name"] for parameter in known[link["operationId"]]["parameters"]}
        assert set(link.get("parameters", ())) <= taken


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_link_is_used_and_every_one_that_is_used_is_there(provider: str) -> None:
    document = load_document(provider)
    used = set()
    for operation in operations(document).values():
        for response in operation["responses"].values():
            used |= {link["$ref"] for link in resolve(response, document).get("links", {}).values()}
    assert used == {f"#/components/links/{name}" for name in document["components"]["links"]}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_links_lead_to_nearly_every_operation(provider: str) -> None:
    document = load_document(provider)
    reached = {link["operationId"] for link in document["components"]["links"].values()}
    names = {operation.name for operation in load_catalogue(provider).operations}
    assert names - reached <= {"createUser", "listUsers", "showStatus"}
