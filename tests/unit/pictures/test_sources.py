import json
from pathlib import Path

import pytest

from pytest_keyauth.keystrokes.grammar import parse
from pytest_keyauth.pictures.sources import read_sources

HEADER = "firefox/38.0#m=0#2016-04-25 09:22:52"
ONE = HEADER + "|100dRSHIFT|50d74|90uRSHIFT|10u74"
OTHER = HEADER + "|100d74|200u74"
FILES = {
    "one": (ONE, {"": ONE}),
    "one of another editor": (f"\ufeff{ONE}\r\n", {"": ONE}),
    "lines": (f"{ONE}\r\n\r\n{OTHER}\n", {", line 1": ONE, ", line 3": OTHER}),
    "a list": (json.dumps([ONE, OTHER]), {", sample 1": ONE, ", sample 2": OTHER}),
    "a body": (
        json.dumps({"user_id": "x", "samples": [OTHER, ONE]}, indent=2),
        {", sample 1": OTHER, ", sample 2": ONE},
    ),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES.keys())
@pytest.mark.parametrize("standard_input", [False, True])
def test_files_and_standard_input_may_have_several_forms(
    text: str, expected: dict[str, str], standard_input: bool, tmp_path: Path
) -> None:
    path = tmp_path / "typing"
    path.write_bytes(text.encode())
    found = read_sources(["-" if standard_input else str(path)], text.encode)
    name = "standard input" if standard_input else str(path)
    assert found == [(name + place, parse(sample)) for place, sample in expected.items()]


def test_arguments_are_read_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "typing"
    path.write_text(f"{OTHER}\n{ONE}")
    found = read_sources([ONE, str(path), HEADER], lambda: b"")
    assert [recording for _, recording in found] == [parse(sample) for sample in (ONE, OTHER, ONE, HEADER)]
    assert [name for name, _ in found] == ["argument 1", f"{path}, line 1", f"{path}, line 2", "argument 3"]


@pytest.mark.parametrize("text", ["firefox/38.0#m=2#2016-04-25 09:22:52", "x/1#m=", f"{HEADER}|l=2|1d68"])
def test_what_begins_like_a_sample_is_not_looked_for_among_the_files(text: str) -> None:
    with pytest.raises(ValueError, match=r"^argument 1: not a keystroke sample: at position"):
        read_sources([text], lambda: b"")
