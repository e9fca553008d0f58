"""What a call over REST is told to run (rest-api.md 9.2; L-02)."""

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.record import ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid
from ringback.services.read_script import ReadyScript, Script, read_script
from ringback.services.refusal import Refused

MINE, OTHER = AccountSid("AC" + "1" * 32), AccountSid("AC" + "2" * 32)
DESK = ApplicationSid("AP" + "1" * 32)
APPLICATION = ApplicationRecord(
    sid=DESK,
    account_sid=MINE,
    friendly_name="desk",
    voice_url="https://desk.example/",
    voice_method="GET",
    status_callback_url="https://desk.example/status",
    status_callback_method="GET",
)


def read(account: str = MINE, **script: object) -> ReadyScript:
    return read_script(Script(**script), account, {DESK: APPLICATION}.get)  # type: ignore[arg-type]


def code(account: str = MINE, **script: object) -> int:
    with pytest.raises(Refused) as refused:
        read(account, **script)
    return refused.value.code


def test_a_url_is_asked_by_its_method() -> None:
    ready = read(url="http://a/", method="GET", fallback_url="http://b/", fallback_method="GET")
    assert ready == ReadyScript(
        first=DocumentRequest(url="http://a/", method="GET"), fallback=Fallback(url="http://b/", method="GET")
    )


def test_twiml_is_read_at_once_and_has_no_url() -> None:
    ready = read(twiml="\n<?xml version='1.0'?><Response><Say>Grüße</Say></Response>")
    assert isinstance(ready.first, LoadedDocument)
    assert ready.first.url is None


def test_of_url_and_twiml_the_url_counts_with_a_warning() -> None:
    ready = read(url="http://a/", twiml="<Nonsense")
    assert ready.first == DocumentRequest(url="http://a/")
    assert [warning.code for warning in ready.warnings] == [32019]


def test_an_application_counts_over_both_and_over_their_callbacks() -> None:
    """SB-03."""
    ready = read(application_sid=DESK, url="http://a/", fallback_url="http://b/", status_callback="http://c/")
    assert ready == ReadyScript(
        first=DocumentRequest(url="https://desk.example/", method="GET"),
        status_events=StatusEvents(url="https://desk.example/status", method="GET"),
    )


def test_what_cannot_be_run_has_its_code() -> None:
    assert code() == 21205
    assert code(application_sid="AP" + "9" * 32) == 21218
    assert code(OTHER, application_sid=DESK) == 21218
    assert code(twiml="<Response>") == 12100
    assert code(twiml="<Other/>") == 12102
    assert code(twiml="<!DOCTYPE x><Response/>") == 12100


def test_status_events() -> None:
    callback = {"url": "http://a/", "status_callback": "http://c/"}
    assert read(**callback).status_events == StatusEvents(url="http://c/")
    told = read(**callback, status_callback_event=("ringing", "answered"), status_callback_method="GET").status_events
    assert told == StatusEvents(url="http://c/", method="GET", events=("ringing", "answered"))
    silent = read(**callback, status_callback_event=("ringing", "hungup"))
    assert (silent.status_events, [warning.code for warning in silent.warnings]) == (None, [21626])
    assert read(url="http://a/", status_callback_event=("ringing",)).status_events is None
