"""A documented refusal, raised by the rule that it belongs to and rendered once."""

__all__ = ["Refusal"]


class Refusal(Exception):
    """Keyfax answers with an error: the status and the text of ``{"message": …}``.

    The document promises "further information" in the body and shows none, so shape and texts are assumed. The text
    stands where the rule stands, so that rule and text are read together; it never holds a secret.
    """

    def __init__(self, status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.headers = headers
