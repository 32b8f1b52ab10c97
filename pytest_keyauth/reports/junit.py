"""What the properties of a test case in JUnit's XML say of the outcome that the test is for."""

from pytest_keyauth.findings import Finding
from pytest_keyauth.reports.texts import show_line
from pytest_keyauth.verdicts import Verdict

__all__ = ["properties_of"]


def properties_of(told: Finding | Verdict) -> list[tuple[str, str]]:
    """The properties of a finding, or of a verdict: names and values, a deviation each."""
    if isinstance(told, Verdict):
        properties = [("outcome", told.outcome.name), ("provider", told.outcome.provider), ("verdict", told.word)]
    else:
        properties = [("outcome", told.outcome), ("provider", told.provider), ("verdict", told.result)]
    if told.reason:
        properties.append(("reason", told.reason))
    properties += [("deviation", str(deviation)) for deviation in told.deviations]
    properties += [("note", str(note)) for note in told.notes]
    if isinstance(told, Verdict) and told.confirmed_on is not None:
        properties.append(("confirmed-on", told.confirmed_on.isoformat()))
    return [(f"keyauth-{name}", show_line(value)) for name, value in properties]
