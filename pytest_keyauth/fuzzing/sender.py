"""Sends schemathesis's cases through the target's own client: the credentials come last, over the bytes that travel."""

from collections import Counter
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import requests
from schemathesis import Case, Response
from schemathesis.generation.overrides import Override
from schemathesis.transport import BaseTransport
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from pytest_keyauth.fuzzing.customers import Credential, Customer
from pytest_keyauth.outcomes import Catalogue

__all__ = ["PLACEHOLDER", "Sender"]

#: What schemathesis takes for our credentials, and takes away where it wants to be refused.
PLACEHOLDER = "<credentials>"


class Sender(BaseTransport[Any]):
    """A transport of schemathesis's: it builds the request as for its own, and a customer's client sends it.

    schemathesis sees no credentials: where a case has the placeholder in its ``Authorization``, the customer's are put
    in its place; a case with another one, or with none, is sent like that.
    """

    def __init__(self, customer: Customer, catalogue: Catalogue) -> None:
        super().__init__()
        self._copy_serializers_from(REQUESTS_TRANSPORT)
        self._customer = customer
        self._catalogue = catalogue
        self.sent: Counter[str] = Counter()
        """How many requests were sent, by operation; ``""`` for those that are for none."""
        self.authorizations: dict[str, str] = {}
        """What authorized each case, by its id. Handle with care: an answer may repeat it."""

    def serialize_case(self, case: Case[Any], **kwargs: Any) -> dict[str, Any]:
        """The request as plain data."""
        return REQUESTS_TRANSPORT.serialize_case(case, **{**kwargs, "base_url": self._customer.url})

    def send(self, case: Case[Any], *, session: object = None, **kwargs: Any) -> Response:
        """Send a case, and give the answer with the request as it may be shown."""
        parts = {name: kwargs[name] for name in ("headers", "params", "cookies") if name in kwargs}
        shown = requests.Request(**self.serialize_case(case, **parts)).prepare()
        request, operation = self._make_request(shown)
        credential = self._find_credential(operation, shown, request)
        began = perf_counter()
        answer = self._customer.client.send(request, auth=credential.auth)
        elapsed_s = perf_counter() - began
        self.sent[operation or ""] += 1
        if credential.placeholder:
            shown.headers["Authorization"] = credential.placeholder
            self.authorizations[case.id] = answer.request.headers.get("Authorization", "")
        self._customer.watch(operation, request, answer)
        return Response(
            status_code=answer.status_code,
            headers=_headers(answer),
            content=answer.content,
            request=shown,
            elapsed=elapsed_s,
            verify=True,
            message=answer.reason_phrase,
            encoding=answer.encoding,
            _override=Override.from_send_kwargs(kwargs),
        )

    def _make_request(self, shown: requests.PreparedRequest) -> tuple[httpx.Request, str | None]:
        headers = [(_encoded(name), _encoded(value)) for name, value in shown.headers.items()]
        if shown.headers.get("Authorization") == PLACEHOLDER:
            headers = [(name, value) for name, value in headers if name.lower() != b"authorization"]
        method, url = str(shown.method), str(shown.url)
        body = shown.body.encode() if isinstance(shown.body, str) else cast("bytes", shown.body or b"")
        request = self._customer.client.build_request(method, url, headers=headers, content=body)
        return request, self.find_operation(method, url)

    def find_operation(self, method: str, url: str) -> str | None:
        """Name the operation that a request was for; None where it left the documented paths."""
        path = urlsplit(url).path.removeprefix(urlsplit(self._customer.url).path.rstrip("/"))
        return self._catalogue.find_operation(method, path)

    def _find_credential(
        self, operation: str | None, shown: requests.PreparedRequest, request: httpx.Request
    ) -> Credential:
        if shown.headers.get("Authorization") != PLACEHOLDER:
            return Credential(None)
        del shown.headers["Authorization"]
        return self._customer.choose(operation, request)


def _encoded(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text


def _headers(answer: httpx.Response) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in answer.headers.multi_items():
        headers.setdefault(name, []).append(value)
    return headers
