"""The results of a session, as the XML document ``<KeyfaxData>``.

Element names, and which modes have which, are known from public pages; that ROL and EOL have a ``Call`` and the older
RD and FL a ``Fault``, that a cancelled session has neither, and all values that no start-up data give, are assumed.
"""

from datetime import datetime, timedelta

from pytest_keyauth.emulator.keyfax.markup import Element, write_xml
from pytest_keyauth.emulator.keyfax.sessions import COMPLETED, Session
from pytest_keyauth.emulator.keyfax.startup import custom_data_element

__all__ = ["results_xml"]

RESPONSE_DAYS = 5


def results_xml(session: Session) -> str:
    """Write the results of a session that has ended."""
    parts = [Element("GUID", session.guid), Element("Status", str(session.status))]
    if session.status == COMPLETED and session.finished_at is not None:
        old = session.startup.mode in ("RD", "FL")
        parts += _fault(session.finished_at) if old else [_call(session, session.finished_at)]
    if session.startup.custom_data is not None:
        parts.append(custom_data_element(session.startup.custom_data))
    return write_xml(Element("KeyfaxData", "", tuple(parts)))


def _format_date(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}"


def _elements(values: dict[str, str]) -> tuple[Element, ...]:
    return tuple(Element(name, text) for name, text in values.items())


def _call(session: Session, ended: datetime) -> Element:
    startup = session.startup
    values = {
        "OriginatingSystem": startup.originating_system or "",
        "Company": startup.company,
        "PropertyID": "PROP0001",
        "CallerID": "CALL0001",
        "MainTelephone": "01632 960001",
        "Email": "caller@example.org",
        "LogDate": _format_date(ended),
        "UserCode": startup.user_name,
        "ScriptCode": startup.script_set,
        "CategoryID": "1",
        "CategoryText": "Repairs",
        "TopicID": "11",
        "TopicText": "Plumbing",
        "CallText": "The kitchen tap is dripping.",
        "Recharge": "0",
        "RechargeCode": "",
        "RechargeCost": "",
        "CallCategory": "Repair",
    }
    return Element("Call", "", _elements(values), (("name", "Call1"), ("type", startup.mode)))


def _fault(ended: datetime) -> list[Element]:
    repair = {
        "RepairCode": "PLU001",
        "RepairCodeDesc": "Renew tap washer",
        "Priority": "Routine",
        "PriorityId": "3",
        "ResponseDays": str(RESPONSE_DAYS),
        "CompleteBy": _format_date(ended + timedelta(days=RESPONSE_DAYS)),
    }
    fault = (Element("FaultText", "The kitchen tap is dripping."), Element("Repair", "", _elements(repair)))
    return [Element("Fault", "", fault), Element("Advice", "Turn the stop tap off until the repair is done.")]
