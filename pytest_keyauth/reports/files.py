"""Where reports go: files by their suffix, or by a prefix where the name has none."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.verdicts import Report

__all__ = ["Place", "check_places", "write_report"]

_SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".json": "json"}
_FORMS = ("html", "md", "json")
_EXPECTED = "expected a name that ends in .html, .md or .json, or a prefix before it: html:PATH, md:PATH, json:PATH"


@dataclass(frozen=True, slots=True)
class Place:
    """One file, the form of the report in it, and whether the report is put at the file's end."""

    form: str
    path: Path
    appends: bool = False


def check_places(places: Iterable[str]) -> tuple[Place, ...]:
    """Read where reports are to go, before the run that they tell of.

    :param places: ``report.html``, ``report.md`` or ``report.json``; or with the form before it, ``html:PATH``. The
        file is replaced, but ``md:PATH`` appends to it: that is what a CI's summary of a step wants, to which others
        write too.
    :raises SettingsError: where no report can be written there; says what was expected.
    """
    read = tuple(_read_place(place) for place in places)
    for place in read:
        _check_path(place.path)
    paths = [place.path.resolve() for place in read]
    for path in paths:
        if paths.count(path) > 1:
            raise SettingsError(f"--keyauth-report: {path} is named twice; expected a file for each report")
    return read


def _read_place(place: str) -> Place:
    prefix, colon, rest = place.partition(":")
    if colon and prefix in _FORMS:
        if not rest:
            raise SettingsError(f"--keyauth-report={place}: no file is named; {_EXPECTED}")
        return Place(prefix, Path(rest), appends=prefix == "md")
    form = _SUFFIXES.get(Path(place).suffix.lower())
    if form is None:
        raise SettingsError(f"--keyauth-report={place}: {_EXPECTED}")
    return Place(form, Path(place))


def _check_path(path: Path) -> None:
    if path.is_dir():
        raise SettingsError(f"--keyauth-report: {path} is a folder; expected the name of a file in it")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise SettingsError(
            f"--keyauth-report: there is no folder {folder}; expected one that exists, so make it first"
        )
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise SettingsError(f"--keyauth-report: {path} cannot be written; expected a place where this user may write")


def write_report(report: Report, places: Iterable[str]) -> tuple[Path, ...]:
    """Write a report to files, in the forms that their names ask for (see `check_places`).

    A file that is replaced is the old one or the new one at any time, and never half of it.

    :returns: where it was written.
    :raises SettingsError: for what could not be written, after all others were.
    """
    read, failures = check_places(places), []
    for place in read:
        try:
            _write(place, _WRITERS[place.form](report).encode())
        except OSError as error:
            failures.append(f"--keyauth-report: {place.path} could not be written: {error.strerror or error}")
    if failures:
        raise SettingsError("\n".join(failures))
    return tuple(place.path for place in read)


def _write(place: Place, content: bytes) -> None:
    if place.appends:
        with place.path.open("ab") as file:
            file.write(content)
    elif place.path.exists() and not place.path.is_file():  # a pipe, or /dev/stdout: not to be replaced by a file
        place.path.write_bytes(content)
    else:
        _replace(place.path.resolve(), content)  # what a link points to, not the link


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_page(report: Report) -> str:
    from pytest_keyauth.reports.page import render_page

    return render_page(report)


def _write_markdown(report: Report) -> str:
    from pytest_keyauth.reports.markdown import render_markdown

    return render_markdown(report)


def _write_json(report: Report) -> str:
    from pytest_keyauth.reports.document import write_document

    return write_document(report)


_WRITERS: dict[str, Callable[[Report], str]] = {"html": _write_page, "md": _write_markdown, "json": _write_json}
