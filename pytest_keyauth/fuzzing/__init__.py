"""Fuzzing: schemathesis sends to a provider what its OpenAPI document allows and forbids, and checks every answer.

Needs schemathesis: `pip install "pytest-keyauth[fuzz]"`. Nothing here is imported before `--keyauth-fuzz` is given.

A `Customer` says who sends and sees to it that the credentials stay good; the `Sender` sends a case with them, the
signature last, over the bytes that travel; `schema` is the document as schemathesis wants it, with the statuses of
`expectations`; a `campaign` runs one phase in rounds, and gives a `Tally`, whose failures `reproduction` tells without
secrets. `suite` has the tests that pytest collects.
"""
