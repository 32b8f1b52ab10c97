"""The README's program is run, its tables are complete."""

import re
from pathlib import Path

import pytest

from pytest_keyauth import fixtures
from pytest_keyauth.keystrokes.samples import MaskedSamples, Samples
from pytest_keyauth.outcomes import load_catalogue
from pytest_keyauth.plugin import OPTIONS

from .browsing import CHROMIUM

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_programs_of_the_readme_run(pytester: pytest.Pytester) -> None:
    programs = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    if CHROMIUM is None:
        programs = [program for program in programs if "playwright" not in program]
    names = [f"test_program_{number}" for number in range(len(programs))]
    pytester.makepyfile(**dict(zip(names, programs, strict=True)))
    result = pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error")
    named = sum(program.count("\ndef test_") for program in (f"\n{text}" for text in programs))
    [repeated] = re.findall(r'keyauth_outcomes\("(\w+)"\)  #', README)
    outcomes = [item for item in load_catalogue("keytrac") if item.operation == repeated]
    result.assert_outcomes(passed=named - 1 + len(outcomes))
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("name", [name for name, _, _ in OPTIONS])
def test_every_option_is_in_the_readme(name: str) -> None:
    assert f"`--keyauth-{name}" in README


@pytest.mark.parametrize("name", [name for name in fixtures.__all__ if name.islower() and not name.startswith("_")])
def test_every_fixture_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize(
    "name",
    sorted({name for factory in (Samples, MaskedSamples) for name in dir(factory) if not name.startswith("_")}),
)
def test_every_kind_of_sample_is_in_the_readme(name: str) -> None:
    assert re.search(rf"[`.]{name}\b", README)
