"""A documented refusal, raised by the rule that it belongs to and rendered once."""

__all__ = ["Refusal"]


class Refusal(Exception):
    """KeyTrac answers with an error: the status and the text of ``{"error": …}``.

    The text stands where the rule stands, so that rule and text are read together.
    """

    def __init__(self, status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.headers = headers
