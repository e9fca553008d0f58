"""The REST parts of `docs/howto/conferences-and-queues.md` are what the official library sends, and what is served."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ringback.api.conferences import ConferenceForm
from ringback.api.form import Form
from ringback.api.members import MemberForm
from ringback.api.participant_form import ParticipantForm, ParticipantUpdateForm
from ringback.api.queues import QueueForm

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "conferences-and-queues.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SIDS = {"sid": "QU" + "1" * 32, "conference_sid": "CF" + "1" * 32, "call_sid": "CA" + "1" * 32}


class Recorder(HttpClient):  # type: ignore[misc]  # the library has no types
    """Answers everything, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(None, False, None)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, method: str, url: str, *args: Any, data: Any = None, **keywords: Any) -> Response:
        path = url.partition("/Accounts/")[2].partition("/")[2].partition("?")[0]
        self.asked.append((method, path, dict(data or {})))
        if method == "DELETE":
            return Response(204, "")
        listed = {"queue_members": [{**SIDS, "position": 1, "wait_time": 9}], "page": 0, "next_page_uri": None}
        return Response(200, json.dumps(listed if path.endswith("Members.json") else SIDS))


def form_of(path: str) -> type[Form]:
    if "/Members/" in path:
        return MemberForm
    if "/Participants/" in path:
        return ParticipantUpdateForm
    if path.endswith("/Participants.json"):
        return ParticipantForm
    return QueueForm if path.startswith("Queues") else ConferenceForm


def test_there_are_two_programs() -> None:
    assert len(BLOCKS) == 2


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_page_sends_is_taken(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    recorder = Recorder()
    client = Client("AC" + "1" * 32, "token", http_client=recorder)
    try:
        exec(compile(block, "conferences-and-queues.md", "exec"), {"client": client})
    except TwilioRestException as problem:
        pytest.fail(str(problem))
    posted = [(path, data) for method, path, data in recorder.asked if method == "POST"]
    assert posted
    for path, data in posted:
        form = form_of(path)
        assert data.keys() <= {field.alias for field in form.model_fields.values()}
        form.of_pairs([(name, str(value)) for name, value in data.items()])
