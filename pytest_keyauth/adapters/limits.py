"""How much of a server one client may take: settings, with defaults that no consumer of the two APIs comes near."""

from dataclasses import dataclass

__all__ = ["Limits", "Refused"]


class Refused(Exception):
    """A request is more than a server takes: ``status`` is what is answered, before the connection is closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server takes of one request.

    ``head_bytes``: of its target, and of its headers with their names. ``headers``: how many. ``body_bytes``: of its
    body, as it is sent. ``request_s``: how many seconds it may take to arrive, from the connection's or the last
    answer's end.
    """

    head_bytes: int = 64 * 1024
    headers: int = 100
    body_bytes: int = 8 * 1024 * 1024
    request_s: float = 30.0

    def check_target(self, size: int) -> None:
        """Check the size of a target.

        :raises Refused: for one that is too long.
        """
        if size > self.head_bytes:
            raise Refused(414, f"the target is longer than {self.head_bytes} bytes")

    def check_headers(self, number: int, size: int) -> None:
        """Check the headers so far.

        :raises Refused: for too many, or too long ones.
        """
        if number > self.headers or size > self.head_bytes:
            raise Refused(431, f"the headers are more than {self.headers}, or longer than {self.head_bytes} bytes")

    def check_body(self, size: int) -> None:
        """Check the size of a body, as it is announced or has come so far.

        :raises Refused: for one that is too large.
        """
        if size > self.body_bytes:
            raise Refused(413, f"the body is larger than {self.body_bytes} bytes")
