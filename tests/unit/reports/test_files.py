import os
import stat
from pathlib import Path

import pytest

from pytest_keyauth.errors import SettingsError
from pytest_keyauth.reports.document import read_document
from pytest_keyauth.reports.files import Place, check_places, write_report

from .made_up import a_night

EXPECTED = "expected a name that ends in .html, .md or .json"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_suffix_says_the_form_and_a_prefix_outweighs_it() -> None:
    assert check_places(["a.html", "b.MD", "c.json", "md:summary", "json:d.html", "odd:e.htm"]) == (
        Place("html", Path("a.html")),
        Place("md", Path("b.MD")),
        Place("json", Path("c.json")),
        Place("md", Path("summary"), appends=True),
        Place("json", Path("d.html")),
        Place("html", Path("odd:e.htm")),
    )


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("report", f"--keyauth-report=report: {EXPECTED}"),
        ("report.pdf", f"--keyauth-report=report.pdf: {EXPECTED}"),
        ("", f"--keyauth-report=: {EXPECTED}"),
        ("md:", "--keyauth-report=md:: no file is named"),
        ("nowhere/report.html", "there is no folder .*/nowhere; expected one that exists"),
        ("html:.", r"\. is a folder; expected the name of a file in it"),
    ],
)
def test_a_place_where_no_report_can_be_is_refused(place: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        check_places([place])


def test_two_reports_in_one_file_are_refused() -> None:
    with pytest.raises(SettingsError, match="is named twice; expected a file for each report"):
        check_places(["a.md", "md:./a.md"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(SettingsError, match="cannot be written; expected a place where this user may write"):
        check_places(["report.html"])


def test_each_form_is_written_and_no_other_file_is_left(tmp_path: Path) -> None:
    report = a_night()
    assert write_report(report, ["a.html", "a.md", "a.json"]) == (Path("a.html"), Path("a.md"), Path("a.json"))
    assert Path("a.html").read_text().startswith("<!DOCTYPE html>")
    assert Path("a.md").read_text().startswith("## pytest-keyauth: Drift\n")
    assert read_document(Path("a.json").read_text(), "a.json") == report
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.json", "a.md"]


def test_a_file_is_replaced_and_a_summary_appended_to() -> None:
    Path("a.md").write_text("of yesterday\n")
    Path("summary").write_text("another step\n")
    write_report(a_night(), ["a.md", "md:summary"])
    assert "of yesterday" not in Path("a.md").read_text()
    assert Path("summary").read_text() == "another step\n" + Path("a.md").read_text()


def test_what_a_link_points_to_is_replaced_and_not_the_link() -> None:
    Path("real.json").write_text("old")
    Path("link.json").symlink_to("real.json")
    write_report(a_night(), ["link.json"])
    assert Path("link.json").is_symlink()
    assert Path("real.json").read_text().startswith("{")


def test_a_device_is_written_to_and_not_replaced() -> None:
    Path("nothing.html").symlink_to(os.devnull)
    write_report(a_night(), ["nothing.html"])
    assert Path(os.devnull).is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_costs_one_report_and_not_the_others() -> None:
    with pytest.raises(SettingsError, match="/dev/full could not be written: No space left on device"):
        write_report(a_night(), ["html:/dev/full", "a.md"])
    assert Path("a.md").is_file()
