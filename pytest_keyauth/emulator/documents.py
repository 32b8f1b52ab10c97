"""What an emulator has to be given to answer by name: it does not know its provider's documents itself."""

from datetime import datetime
from typing import Protocol

from pytest_keyauth.emulator.message import Request, Response

__all__ = ["DocumentedAnswer", "Documents", "NoDocuments"]


class DocumentedAnswer(Protocol):
    """One documented outcome, as an answer to any request of its operation."""

    @property
    def operation(self) -> str:
        """The operation that it is an outcome of."""

    @property
    def succeeds(self) -> bool:
        """Whether it is a success."""

    def fits(self, response: Response) -> bool:
        """Whether an answer is this outcome."""

    def make(self, request: Request, now: datetime) -> Response:
        """The answer to a request: identifiers that it names come back in it."""


class Documents(Protocol):
    """The documented outcomes of a provider."""

    def find(self, name: str) -> DocumentedAnswer:
        """The outcome of a name, ``operation/status/name``.

        :raises UnknownOutcomeError: where there is none of that name.
        """

    def recognize(self, operation: str, response: Response) -> str | None:
        """The name of the documented outcome that an operation's answer is; None where it is none."""


class NoDocuments:
    """What an emulator that was given no documents knows of them."""

    def find(self, name: str) -> DocumentedAnswer:
        """Nothing is found.

        :raises ValueError: always; says where there are some.
        """
        raise ValueError(
            f"{name!r}: this emulator was made without documents; those of the fixtures and of keyauth serve have them"
        )

    def recognize(self, _operation: str, _response: Response) -> str | None:
        """Nothing is recognized."""
        return None
