from collections import Counter
from typing import Any

import pytest

from pytest_keyauth.errors import UnknownOutcomeError
from pytest_keyauth.outcomes import Catalogue, Operation, Outcome, find_outcome, load_catalogue

USER = "8f5a2308-90b5-4afa-8847-ebf2b99f4082"


@pytest.fixture(scope="module")
def keytrac() -> Catalogue:
    return load_catalogue("keytrac")


def outcome(value: Any, *, status: str = "200", **extensions: Any) -> Outcome:
    """An outcome with a documented body: outcome({"id": "x"}, varies=["/id"])."""
    example = {"value": value, **{f"x-keyauth-{name}": extension for name, extension in extensions.items()}}
    return Outcome("keytrac", "showStatus", status, "overview", "", None, False, example)


# What the document tells. The 44 general errors are 2 x 10 for tokens that are missing or wrong, 10 for accounts that
# are not verified, 2 x 5 for bodies that cannot be read and 4 for unknown users.


def test_the_keytrac_document_tells_119_outcomes(keytrac: Catalogue) -> None:
    assert len(keytrac) == 119
    assert len(set(keytrac.names())) == 119


def test_there_are_44_general_and_63_specific_errors_and_12_successes(keytrac: Catalogue) -> None:
    kinds = Counter(
        "success" if each.status[0] == "2" else "general" if each.general else "specific" for each in keytrac
    )
    assert kinds == {"general": 44, "specific": 63, "success": 12}


def test_the_ten_operations_are_known(keytrac: Catalogue) -> None:
    assert {(each.name, each.method, each.path) for each in keytrac.operations} == {
        ("createUser", "POST", "/users"),
        ("listUsers", "GET", "/users"),
        ("showUser", "GET", "/users/{user_identifier}"),
        ("deleteUser", "DELETE", "/users/{user_identifier}"),
        ("enrolAnytext", "POST", "/anytext/enrol"),
        ("enrolPassword", "POST", "/password/enrol"),
        ("authenticateAnytext", "POST", "/anytext/authenticate"),
        ("authenticatePassword", "POST", "/password/authenticate"),
        ("identifyAnytext", "POST", "/anytext/identify"),
        ("showStatus", "GET", "/status"),
    }


def test_an_outcome_has_the_documents_own_condition(keytrac: Catalogue) -> None:
    mixed = find_outcome("enrolAnytext/400/mixed-device-types", [keytrac])
    assert mixed.condition == "The submitted Samples originate from mixed devices (mobile/desktop)."
    assert (mixed.provider, mixed.operation, mixed.status, mixed.label) == (
        "keytrac",
        "enrolAnytext",
        "400",
        "mixed-device-types",
    )
    assert mixed.needs is None
    assert mixed.general is False


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("listUsers/500/user-overview", "fault"),
        ("enrolPassword/400/insufficient-samples", "setting"),
        ("showStatus/403/not-verified", "setting"),
        ("identifyAnytext/404/no-user-enrolled", "empty-account"),
        ("showStatus/401/token-missing", None),
    ],
)
def test_an_outcome_says_what_a_request_alone_cannot_provoke(keytrac: Catalogue, name: str, needs: str | None) -> None:
    assert find_outcome(name, [keytrac]).needs == needs


def test_a_document_is_read_once() -> None:
    assert load_catalogue("keytrac") is load_catalogue("keytrac")


# Finding by name


def test_every_outcome_is_found_by_its_name(keytrac: Catalogue) -> None:
    assert [find_outcome(name, [keytrac]).name for name in keytrac.names()] == keytrac.names()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("enrolAnytext/400/mixed-devices", "enrolAnytext/400/mixed-device-types"),
        ("enrollAnytext/400/mixed-device-types", "enrolAnytext/400/mixed-device-types"),
        ("showUser/400/user-not-found", "showUser/404/user-not-found"),
        ("createUser/201/created", "createUser/2XX/created"),
    ],
)
def test_an_unknown_name_is_told_the_nearest_ones(keytrac: Catalogue, name: str, nearest: str) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        find_outcome(name, [keytrac])
    assert caught.value.name == name
    assert nearest in caught.value.nearest
    assert str(caught.value).startswith(f"no documented outcome is named '{name}' (expected operation/status/name)")
    assert nearest in str(caught.value)


def test_a_name_that_is_near_to_none_is_told_none(keytrac: Catalogue) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        find_outcome("?", [keytrac])
    assert caught.value.nearest == []
    assert str(caught.value) == "no documented outcome is named '?' (expected operation/status/name)"


# Comparing a status


@pytest.mark.parametrize(
    ("documented", "status", "fits"),
    [
        ("200", 200, True),
        ("200", 201, False),
        ("2XX", 200, True),
        ("2XX", 299, True),
        ("2XX", 300, False),
        ("2XX", 199, False),
        ("404", 404, True),
        ("404", 40, False),
    ],
)
def test_a_status_is_one_or_a_range(documented: str, status: int, fits: bool) -> None:
    assert outcome({}, status=documented).has_status(status) is fits


# Comparing a body


@pytest.mark.parametrize(
    "body",
    [
        {"OK": False},
        {"OK": 1},
        {"OK": "true"},
        {"ok": True},
        {},
        {"OK": True, "more": 1},
        [{"OK": True}],
        [],
        None,
        True,
        "OK",
    ],
)
def test_a_body_is_compared_literally(body: Any) -> None:
    assert outcome({"OK": True}).has_body({"OK": True})
    assert not outcome({"OK": True}).has_body(body)


@pytest.mark.parametrize("value", [1, 95, -3, 10**30])
def test_a_value_that_varies_may_be_any_of_its_type(value: int) -> None:
    varying = outcome({"authenticated": True, "score": 95}, varies=["/score"])
    assert varying.has_body({"authenticated": True, "score": value})
    assert not outcome({"authenticated": True, "score": 12345}).has_body({"authenticated": True, "score": value})


@pytest.mark.parametrize("value", [95.0, "95", None, True, [95], {"score": 95}])
def test_a_value_that_varies_keeps_its_type(value: Any) -> None:
    varying = outcome({"authenticated": True, "score": 95}, varies=["/score"])
    assert not varying.has_body({"authenticated": True, "score": value})


def test_what_does_not_vary_stays_literal_beside_what_does() -> None:
    varying = outcome({"authenticated": True, "score": 95}, varies=["/score"])
    assert not varying.has_body({"authenticated": False, "score": 95})
    assert not varying.has_body({"authenticated": True})


def test_a_member_that_is_optional_may_be_missing_and_is_compared_where_it_is_there() -> None:
    optional = outcome({"id": "x", "last_activity": "never"}, optional=["/last_activity"])
    assert optional.has_body({"id": "x"})
    assert optional.has_body({"id": "x", "last_activity": "never"})
    assert not optional.has_body({"id": "x", "last_activity": "always"})
    assert not optional.has_body({"last_activity": "never"})


def test_an_open_object_may_have_more_members_and_only_it() -> None:
    open_inside = outcome({"method": {"anytext": {}}}, open=["/method"])
    assert open_inside.has_body({"method": {"anytext": {}, "password": {"more": 1}}})
    assert not open_inside.has_body({"method": {"anytext": {"more": 1}}})
    assert not open_inside.has_body({"method": {"anytext": {}}, "more": 1})
    assert not open_inside.has_body({"method": {"password": {}}})


def test_the_empty_pointer_opens_the_whole_body() -> None:
    whole = outcome({"authenticated": False, "score": 0}, varies=["/score"], open=[""])
    assert whole.has_body({"authenticated": False, "score": 12, "reason": "who knows"})
    assert not whole.has_body({"authenticated": True, "score": 12})


LIST = [{"user_id": "a", "score": 99}, {"user_id": "b", "score": 3}]


def test_a_list_whose_items_vary_may_have_any_length() -> None:
    ranking = outcome(LIST, varies=["/*/user_id", "/*/score"])
    assert ranking.has_body([])
    assert ranking.has_body([{"user_id": "c", "score": 50}] * 5)


@pytest.mark.parametrize(
    "item", [{}, {"user_id": "c"}, {"user_id": "c", "score": "50"}, {"user_id": "c", "score": 5, "name": "x"}, None, []]
)
def test_every_item_of_such_a_list_is_compared(item: Any) -> None:
    ranking = outcome(LIST, varies=["/*/user_id", "/*/score"])
    assert not ranking.has_body([{"user_id": "c", "score": 50}, item])


def test_the_items_of_a_list_may_be_like_any_of_the_documents_items() -> None:
    users = outcome(
        [{"id": "a", "last_activity": "x"}, {"id": "b"}],
        varies=["/*/id", "/*/last_activity"],
        optional=["/*/last_activity"],
    )
    assert users.has_body([{"id": "1"}, {"id": "2", "last_activity": "y"}, {"id": "3"}])
    assert not users.has_body([{"last_activity": "y"}])


@pytest.mark.parametrize("body", [[], [1], [1, 2, 3], [2, 1], [1, 3], (1, 2)])
def test_any_other_list_has_the_documents_length_and_order(body: Any) -> None:
    assert outcome([1, 2]).has_body([1, 2])
    assert not outcome([1, 2]).has_body(body)


PLACEHOLDER = {"error": "Sample #1 is corrupted (X characters)"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Sample #1 is corrupted (X characters)", False),
        ("Sample #1 is corrupted (40 characters)", True),
        ("Sample #12 is corrupted (0 characters)", True),
        ("Sample #0 is corrupted (40 characters)", False),
        ("Sample # is corrupted (40 characters)", False),
        ("Sample #1 is corrupted (-1 characters)", False),
        ("Sample #1 is corrupted (40 characters) ", False),
        ("Sample #1 is corrupted (40 characters)\n", False),
        ("sample #1 is corrupted (40 characters)", False),
        ("Sample #1 is corrupted [40 characters]", False),
    ],
)
def test_a_placeholder_stands_for_what_its_expression_says(text: str, fits: bool) -> None:
    placeholders = {"#1": "#[1-9][0-9]*", "X": "[0-9]+"}
    assert outcome(PLACEHOLDER, placeholders=placeholders).has_body({"error": text}) is fits


def test_an_outcome_without_a_documented_body_takes_any() -> None:
    left_open = Outcome("keytrac", "showStatus", "200", "overview", "", None, False, {})
    assert left_open.has_body({"what": "ever"})
    assert left_open.has_body(None)


# Recognizing an answer


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/users", "listUsers"),
        ("POST", "/users", "createUser"),
        ("GET", f"/users/{USER}", "showUser"),
        ("GET", "/users/%2F", "showUser"),
        ("DELETE", f"/users/{USER}", "deleteUser"),
        ("PUT", "/users", None),
        ("get", "/users", None),
        ("GET", "/users/", None),
        ("GET", f"/users/{USER}/more", None),
        ("GET", "/api/users", None),
        ("GET", "/statusx", None),
        ("GET", "", None),
    ],
)
def test_a_request_is_one_of_an_operation(keytrac: Catalogue, method: str, path: str, name: str | None) -> None:
    assert keytrac.find_operation(method, path) == name


def test_a_template_is_no_pattern() -> None:
    operation = Operation("show", "GET", "/a.b/{id}")
    assert operation.takes("GET", "/a.b/1")
    assert not operation.takes("GET", "/axb/1")


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "name"),
    [
        ("POST", "/users", 200, f'{{"id":"{USER}"}}', "createUser/2XX/created"),
        ("POST", "/users", 201, f'{{"id":"{USER}"}}', "createUser/2XX/created"),
        ("GET", "/users", 200, "[]", "listUsers/200/listed"),
        (
            "GET",
            "/users",
            200,
            f'[{{"identifier":"{USER}","created_at":"2016-03-24T11:45:24.812Z"}}]',
            "listUsers/200/listed",
        ),
        (
            "GET",
            f"/users/{USER}",
            200,
            '{"overview":{"enrolment_count":0,"authentication_count":0},"method":{}}',
            "showUser/200/shown",
        ),
        ("GET", f"/users/{USER}", 404, '{"error":"User not found"}', "showUser/404/user-not-found"),
        ("DELETE", f"/users/{USER}", 200, '{"OK":true}', "deleteUser/200/deleted"),
        ("POST", "/anytext/enrol", 200, '{"OK":true}', "enrolAnytext/2XX/enrolled"),
        ("POST", "/anytext/authenticate", 200, '{"authenticated":true,"score":95}', "authenticateAnytext/2XX/accepted"),
        (
            "POST",
            "/password/authenticate",
            200,
            '{"authenticated":false,"score":9}',
            "authenticatePassword/2XX/rejected",
        ),
        ("POST", "/anytext/identify", 200, "[]", "identifyAnytext/2XX/identified"),
        (
            "POST",
            "/password/enrol",
            400,
            '{"error":"Sample #7 is invalid and can’t be used with this type of enrollment/authentication"}',
            "enrolPassword/400/unsuitable-sample",
        ),
        (
            "GET",
            "/status",
            400,
            '{"error":"Date window is invalid: Parameter [to] must be greater than or equal to [from]"}',
            "showStatus/400/window-invalid",
        ),
        ("GET", "/status", 401, '{ "error" : "Client unauthorized" }', "showStatus/401/client-unauthorized"),
    ],
)
def test_an_answer_is_recognized(keytrac: Catalogue, method: str, path: str, status: int, body: str, name: str) -> None:
    recognized = keytrac.recognize(method, path, status, body.encode())
    assert recognized is not None
    assert recognized.name == name


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        pytest.param("GET", f"/users/{USER}", 400, b'{"error":"User not found"}', id="another status"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"User not found."}', id="a character more"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"User not foun"}', id="a character less"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"user not found"}', id="another letter"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"message":"User not found"}', id="another key"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"User not found","code":7}', id="a key more"),
        pytest.param("GET", f"/users/{USER}", 404, b"{}", id="no key"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":["User not found"]}', id="another type"),
        pytest.param("GET", f"/users/{USER}", 404, b'["User not found"]', id="another shape"),
        pytest.param("GET", f"/users/{USER}", 404, b'"User not found"', id="a string"),
        pytest.param("GET", f"/users/{USER}", 404, b"User not found", id="no JSON"),
        pytest.param("GET", f"/users/{USER}", 404, b"", id="nothing"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"User not found"', id="cut short"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"User not found\xff"}', id="not UTF-8"),
        pytest.param("GET", f"/users/{USER}", 404, '{"error":"User not found"}'.encode("utf-16"), id="UTF-16"),
        pytest.param("GET", f"/users/{USER}", 404, b'\xef\xbb\xbf{"error":"User not found"}', id="a byte order mark"),
        pytest.param("GET", f"/users/{USER}", 404, b"[" * 100_000, id="nested without end"),
        pytest.param("GET", f"/users/{USER}", 404, b'{"error":"Entity not found"}', id="a text of other operations"),
        pytest.param("GET", "/users", 404, b'{"error":"User not found"}', id="another operation"),
        pytest.param("PUT", f"/users/{USER}", 404, b'{"error":"User not found"}', id="no operation"),
        pytest.param("DELETE", f"/users/{USER}", 204, b'{"OK":true}', id="another success"),
        pytest.param("POST", "/anytext/authenticate", 200, b'{"authenticated":true,"score":95.5}', id="a float"),
        pytest.param("POST", "/anytext/authenticate", 200, b'{"authenticated":"true","score":95}', id="a text"),
        pytest.param("POST", "/anytext/authenticate", 200, b'{"authenticated":true}', id="no score"),
    ],
)
def test_an_answer_that_differs_in_one_thing_is_not_recognized(
    keytrac: Catalogue, method: str, path: str, status: int, body: bytes
) -> None:
    assert keytrac.recognize(method, path, status, body) is None
