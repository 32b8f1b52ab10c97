"""The page that a launch URL opens: where a person would answer the script, and here only ends the session.

Plain HTML that loads nothing from anywhere; whatever came in with start-up data or a query is escaped.
"""

from html import escape
from urllib.parse import parse_qs

from pytest_keyauth.emulator.faults import StoreFailure
from pytest_keyauth.emulator.keyfax.call import Call
from pytest_keyauth.emulator.keyfax.sessions import CANCELLED, COMPLETED, FINAL, Session
from pytest_keyauth.emulator.message import Response

__all__ = ["finish", "show_launch"]

MOST_BYTES = 10_000

_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
)

_FORM = """<p>Session of {company}, user {user}, script set {script_set}.</p>
<form method="post" action="{action}">
<input type="hidden" name="co" value="{company}">
<input type="hidden" name="guid" value="{guid}">
<button type="submit" name="status" value="{completed}">Complete</button>
<button type="submit" name="status" value="{cancelled}">Cancel</button>
</form>"""


def _page(status: int, title: str, content: str) -> Response:
    html = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title} - Keyfax emulator</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n"
        "</body>\n</html>\n"
    )
    return Response(status, _HEADERS, html.encode())


def show_launch(call: Call) -> Response:
    """``GET /launch?co=…&guid=…``: the session is under way from now on."""
    session = _find(call, call.request.parameters())
    if session is None:
        return _not_found()
    if session.finished:
        return _done(session)
    if session.opened() != session:
        try:
            call.store.write_session(session.opened())
        except StoreFailure:
            return _failed()
    values = {
        "company": session.startup.company,
        "user": session.startup.user_name,
        "script_set": session.startup.script_set,
        "guid": session.guid,
        "action": f"{call.root}/launch/finish",
        "completed": str(COMPLETED),
        "cancelled": str(CANCELLED),
    }
    return _page(200, "Interview", _FORM.format_map({name: escape(value) for name, value in values.items()}))


def finish(call: Call) -> Response:
    """``POST /launch/finish``: end the session as the button says, and go on to the return URL.

    A session that has ended stays as it ended; whoever presses again is sent to the same place.
    """
    fields = _read_form(call.request.body)
    session = _find(call, fields)
    if session is None:
        return _not_found()
    status = next((final for final in FINAL if fields.get("status") == str(final)), None)
    if status is None:
        return _page(400, "Not understood", "<p>The form says neither that the session is complete nor cancelled.</p>")
    if not session.finished:
        session = session.ended(status, call.now)
        try:
            call.store.write_session(session)
        except StoreFailure:
            return _failed()
    target = session.return_target()
    return _done(session) if target is None else Response(303, (("Location", target), ("Cache-Control", "no-store")))


def _find(call: Call, fields: dict[str, str]) -> Session | None:
    session = call.store.find_session(fields.get("guid", ""))
    return session if session is not None and session.startup.company == fields.get("co") else None


def _read_form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body[:MOST_BYTES].decode(), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}


def _done(session: Session) -> Response:
    word = "complete" if session.status == COMPLETED else "cancelled"
    return _page(200, "Done", f"<p>The session is {word}. You can close this page.</p>")


def _not_found() -> Response:
    return _page(404, "Not found", "<p>There is no such session.</p>")


def _failed() -> Response:
    return _page(500, "Failed", "<p>The session could not be stored. Please try again.</p>")
