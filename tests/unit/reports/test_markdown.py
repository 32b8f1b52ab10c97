import re

import pytest

from pytest_keyauth.reports.markdown import MOST_CHARACTERS, render_markdown
from pytest_keyauth.verdicts import Verdict

from .made_up import CATALOGUES, DRIFTS, HOSTILE, a_hostile_night, a_night

NIGHT = render_markdown(a_night())
HOSTILE_NIGHT = render_markdown(a_hostile_night())


def outside_fences(markdown: str) -> list[str]:
    """The lines that are no code."""
    lines, fence = [], ""
    for line in markdown.split("\n"):
        opening = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif opening:
            fence = opening.group()
        else:
            lines.append(line)
    assert not fence
    return lines


def test_it_begins_with_what_the_run_came_to() -> None:
    heading, _, sentence, *_ = NIGHT.split("\n")
    assert heading == "## pytest-keyauth: Drift"
    assert "3 of 145 documented outcomes are not as documented" in sentence


def test_the_counts_are_a_table() -> None:
    assert "| provider | ≠ drifted | ⊘ unreachable | ≈ accepted | ✓ confirmed |" in NIGHT
    assert "| keytrac | 2 | 12 | 1 | 79 | 25 | 0 | the oldest confirmation is 12 days old; 38 were" in NIGHT


def test_a_drift_has_deviations_both_answers_and_the_request() -> None:
    drift = NIGHT.partition("#### <code>showUser/404/user-not-found</code>")[2].partition("####")[0]
    assert "| <code>status</code> | value | <code>404</code> | <code>410</code> |" in drift
    assert "```diff\n-HTTP 404\n-content-type: application/json\n+HTTP 410\n" in drift
    assert "```sh\ncurl https://api.keytrac.net/users/USER \\\n" in drift


def test_every_outcome_is_named_once() -> None:
    for verdict in a_night().verdicts:
        assert NIGHT.count(f"<code>{verdict.outcome.name.replace('_', '&#95;')}</code>") == 1


def test_what_is_no_trouble_is_folded() -> None:
    assert "<details><summary>✓ 93 outcomes confirmed" in NIGHT
    assert NIGHT.count("<details>") == NIGHT.count("</details>") == 4


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_stranger_means_anything(name: str) -> None:
    plain, hostile = (
        re.sub(r"&(#\d+|\w+);", "", "\n".join(outside_fences(render_markdown(a_hostile_night({name: text})))))
        for text in ("harmless", HOSTILE[name])
    )
    for sign in ("<", ">", "|", "`", "*", "[", "](", "@", "~", "$", "#", "\\", "\n"):
        assert hostile.count(sign) == plain.count(sign), sign
    assert "www.evil" not in hostile
    assert "https:" not in hostile


def test_a_fence_is_longer_than_any_in_its_text() -> None:
    assert "`````" in HOSTILE_NIGHT
    outside_fences(HOSTILE_NIGHT)


def test_nothing_invisible_is_left() -> None:
    assert all(line.isprintable() for line in HOSTILE_NIGHT.split("\n"))


def test_very_many_drifts_stay_below_what_a_summary_may_hold() -> None:
    drift = DRIFTS["showUser/404/user-not-found"]
    evidence = drift.evidence
    assert evidence is not None
    many = tuple(
        Verdict(item, "drifted", reason="long", deviations=drift.deviations * 30, evidence=evidence)
        for item in [*CATALOGUES[0], *CATALOGUES[1]]
    )
    markdown = render_markdown(a_night(verdicts=many))
    assert MOST_CHARACTERS * 0.9 < len(markdown) < MOST_CHARACTERS * 1.2
    assert all(f"<code>{verdict.outcome.name}</code>" in markdown for verdict in many)
