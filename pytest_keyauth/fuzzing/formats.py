"""String formats of the OpenAPI documents: samples that somebody could have typed, and names that there are."""

from collections.abc import Sequence

import schemathesis
from hypothesis import strategies as st

from pytest_keyauth.keystrokes.texts import PASSWORD
from pytest_keyauth.strategies import any_samples, corrupted_samples, masked_samples, samples
from pytest_keyauth.strategies.submissions import MINIMUM_TEXT_LENGTH

__all__ = ["register_formats"]

#: Most passwords have one length, and most samples are from a desktop: a submission of mixed ones is refused at once.
USUAL_LENGTH = len(PASSWORD)

ID_LENGTH = 36


def register_formats(names: dict[str, Sequence[str]]) -> None:
    """Tell schemathesis what the formats stand for.

    :param names: by format, what there is at this provider: as often as not, one of them is drawn.
    """
    wrong = any_samples() | corrupted_samples()
    anytext, password = (
        samples(min_characters=MINIMUM_TEXT_LENGTH, mobile=False),
        masked_samples(USUAL_LENGTH, mobile=False),
    )
    strategies = {
        "keytrac-anytext-sample": _mostly(anytext, samples() | masked_samples() | wrong),
        "keytrac-password-sample": _mostly(password, masked_samples() | samples() | wrong),
        "keytrac-user-id": _either(names.get("keytrac-user-id", ()), st.text(min_size=ID_LENGTH, max_size=ID_LENGTH)),
        "keyfax-host-name": _either(names.get("keyfax-host-name", ()), st.text()),
    }
    for name, strategy in strategies.items():
        schemathesis.openapi.format(name, strategy)


def _mostly(usual: st.SearchStrategy[str], unusual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Nine usual ones for one unusual."""
    return st.integers(0, 9).flatmap(lambda turn: unusual if turn == 9 else usual)


def _either(names: Sequence[str], others: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(names) | others if names else others
