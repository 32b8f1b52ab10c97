from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from pytest_keyauth.emulator.keyfax.results import results_xml
from pytest_keyauth.emulator.keyfax.sessions import CANCELLED, COMPLETED, Session
from pytest_keyauth.emulator.keyfax.startup import StartupData

NOW = datetime(2016, 12, 29, 9, 5, 4, tzinfo=UTC)


def results(mode: str = "ROL", status: int = COMPLETED, custom_data: str | None = None) -> ElementTree.Element:
    startup = StartupData(mode, "jane & joe", "geheim-7", "Abc_Live", "Staff", "CRM", custom_data=custom_data)
    xml = results_xml(Session("g-1", startup).ended(status, NOW))
    assert "geheim-7" not in xml
    return ElementTree.fromstring(xml)


@pytest.mark.parametrize("mode", ["ROL", "EOL"])
def test_the_newer_modes_have_a_call(mode: str) -> None:
    root = results(mode)
    assert (root.tag, [part.tag for part in root]) == ("KeyfaxData", ["GUID", "Status", "Call"])
    assert (root.findtext("GUID"), root.findtext("Status")) == ("g-1", "1")
    assert root[2].attrib == {"name": "Call1", "type": mode}
    assert [part.tag for part in root[2]] == [
        "OriginatingSystem",
        "Company",
        "PropertyID",
        "CallerID",
        "MainTelephone",
        "Email",
        "LogDate",
        "UserCode",
        "ScriptCode",
        "CategoryID",
        "CategoryText",
        "TopicID",
        "TopicText",
        "CallText",
        "Recharge",
        "RechargeCode",
        "RechargeCost",
        "CallCategory",
    ]


def test_a_call_has_what_the_session_was_started_with_and_when_it_ended() -> None:
    texts = {part.tag: part.text for part in results()[2]}
    assert texts["OriginatingSystem"] == "CRM"
    assert texts["Company"] == "Abc_Live"
    assert texts["UserCode"] == "jane & joe"
    assert texts["ScriptCode"] == "Staff"
    assert texts["LogDate"] == "29/12/2016 09:05:04"
    assert texts["Recharge"] in ("0", "1")


@pytest.mark.parametrize("mode", ["RD", "FL"])
def test_the_older_modes_have_a_fault_and_an_advice(mode: str) -> None:
    root = results(mode)
    assert [part.tag for part in root] == ["GUID", "Status", "Fault", "Advice"]
    assert [part.tag for part in root[2]] == ["FaultText", "Repair"]
    repair = {part.tag: part.text for part in root[2][1]}
    assert list(repair) == ["RepairCode", "RepairCodeDesc", "Priority", "PriorityId", "ResponseDays", "CompleteBy"]
    assert (repair["ResponseDays"], repair["CompleteBy"]) == ("5", "03/01/2017 09:05:04")


@pytest.mark.parametrize("mode", ["RD", "ROL"])
def test_a_cancelled_session_has_neither(mode: str) -> None:
    root = results(mode, CANCELLED)
    assert [(part.tag, part.text) for part in root] == [("GUID", "g-1"), ("Status", "2")]


@pytest.mark.parametrize("status", [COMPLETED, CANCELLED])
def test_custom_data_come_back(status: int) -> None:
    root = results(status=status, custom_data='{"key": "Case", "value": "Fall <4711>"}')
    assert root.findtext("CustomData/Key") == "Case"
    assert root.findtext("CustomData/Value") == "Fall <4711>"
