"""Calls are changed over REST, as far as the API knows them (rest-api.md 9.2 Update; twiml.md section 20)."""

import json
from typing import Any

import pytest

from ringback.call.control import StatusEvents
from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.source import DocumentRequest, Fallback
from ringback.model.call_status import CallStatus
from ringback.model.sid import AccountSid
from tests.integration.api.desk import MINE, ended_call, notes

OTHER = AccountSid("AC" + "2" * 32)
PATH = f"/2010-04-01/Accounts/{MINE}/Calls"
APP = "https://app.example/voice"


@pytest.fixture
def live(stage: Any) -> str:
    """A call in progress: its path."""
    record = ended_call(1, status=CallStatus.IN_PROGRESS, ended_at=None)
    stage.writer.put(record)
    stage.book.live.add(record.sid)
    return f"{PATH}/{record.sid}"


async def update(stage: Any, path: str, **data: str) -> Any:
    answer = await stage.ask(f"{path}.json", method="POST", data=data)
    return answer.status, json.loads(answer.body)


async def test_l_01_a_live_call_is_given_another_document(stage: Any, live: str) -> None:
    status, body = await update(
        stage, live, Url=APP, Method="GET", FallbackUrl="http://b.example/", StatusCallback="http://c.example/"
    )
    assert (status, body["status"]) == (200, "in-progress")
    ((what, change),) = stage.book.changes
    assert (what, change) == (
        "redirect",
        (
            DocumentRequest(url=APP, method="GET"),
            Fallback(url="http://b.example/"),
            StatusEvents(url="http://c.example/"),
        ),
    )


async def test_l_02_inline_twiml_runs_and_leaves_the_status_callback_alone(stage: Any, live: str) -> None:
    await update(stage, live, Twiml="<Response><Hangup/></Response>", StatusCallback="http://c.example/")
    ((_, (first, _, status_events)),) = stage.book.changes
    assert isinstance(first, LoadedDocument)
    assert status_events is None


async def test_l_02_of_both_the_url_is_used_with_a_warning(stage: Any, live: str) -> None:
    await update(stage, live, Url=APP, Twiml="<Response/>")
    ((_, (first, _, _)),) = stage.book.changes
    assert first == DocumentRequest(url=APP)
    assert [note.error_code for note in await notes(stage)] == [32019]


@pytest.mark.parametrize("word", ["completed", "canceled"])
async def test_l_03_it_is_ended_whatever_else_is_asked(stage: Any, live: str, word: str) -> None:
    status, _ = await update(stage, live, Status=word, Url=APP, TimeLimit="9")
    assert (status, stage.book.changes) == (200, [("end", word)])


async def test_it_is_limited_with_or_without_another_document(stage: Any, live: str) -> None:
    await update(stage, live, TimeLimit="9")
    await update(stage, live, Url=APP, TimeLimit="10")
    assert [change for change in stage.book.changes if change[0] == "limit"] == [("limit", 9), ("limit", 10)]


async def test_an_update_of_nothing_changes_nothing(stage: Any, live: str) -> None:
    status, body = await update(stage, live, FallbackUrl="http://b.example/")
    assert (status, body["status"], stage.book.changes) == (200, "in-progress", [])


async def test_l_05_a_call_that_is_over_is_not_changed(stage: Any) -> None:
    stage.writer.put(ended_call(1))
    for data, message in (
        ({"Url": APP}, "Call is not in-progress. Cannot redirect."),
        ({"Twiml": "<Response/>"}, "Call is not in-progress. Cannot redirect."),
        ({"Status": "completed"}, "Call is not in-progress. Cannot end."),
        ({"TimeLimit": "9"}, "Call is not in-progress. Cannot set its TimeLimit."),
    ):
        status, body = await update(stage, f"{PATH}/{ended_call(1).sid}", **data)
        assert (status, body["code"], body["message"]) == (400, 21220, message)


async def test_a_bad_update_changes_nothing(stage: Any, live: str) -> None:
    for data, code in (
        ({"Url": "ftp://x"}, 21205),
        ({"Method": "PUT", "Url": APP}, 21209),
        ({"Status": "gone"}, 20001),
        ({"TimeLimit": "0"}, 20001),
        ({"Twiml": "<Response>"}, 12100),
        ({"Twiml": "x" * 4001}, 32018),
    ):
        status, body = await update(stage, live, **data)
        assert (status, body["code"], stage.book.changes) == (400, code, []), data
