"""Documents that run beside what a call does: held, waiting, announced (rest-api.md 9.8 and 9.9)."""

import asyncio
from typing import Any

import pytest

from ringback.call.control import CallEnded
from ringback.interpreter.beside import NOT_RUN, BesideDocuments
from ringback.interpreter.interpreters import Interpreters
from ringback.interpreter.limits import Limits
from ringback.model.record import AccountRecord
from ringback.services.reach_app import AppLinks
from ringback.testing.app_transport import AppRequest, AppTransport
from ringback.testing.transcript import Journal, Requested
from tests.unit.interpreter.conftest import BASE, Bench


class Pages:
    """An app behind signed requests, and the documents that are made of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.answers: dict[str, Any] = {}
        self.requests = Journal()
        links = AppLinks(
            transport=AppTransport(answers=self._answer, journal=self.requests, clock=bench.clock),
            clock=bench.clock,
            put=lambda record: None,
        )
        link = links.of(AccountRecord(sid=bench.call.info.account_sid, auth_token="token"))
        self.documents = BesideDocuments(
            interpreters=Interpreters(
                client=link.client,
                delivery=link.delivery,
                reporter_of=lambda info: bench.journal,
                clock=bench.clock,
                limits=Limits(),
            )
        )

    def _answer(self, request: AppRequest) -> Any:
        body = self.answers.get(request.path, "not a document at all <")
        return f"<Response>{body}</Response>" if isinstance(body, str) else body

    @property
    def asked(self) -> list[tuple[str, str]]:
        events = [event for event in self.requests.events if isinstance(event, Requested)]
        return [(event.method, event.path) for event in events]


@pytest.fixture
async def pages(bench: Bench) -> Pages:
    await bench.clock.run(bench.call.answer())
    return Pages(bench)


async def test_without_a_url_there_is_music_and_with_an_empty_one_silence(bench: Bench, pages: Pages) -> None:
    assert pages.documents.wait("", "POST") is None
    music = pages.documents.wait(None, "GET")
    assert music is not None
    listening = asyncio.ensure_future(music(bench.call))
    await bench.clock.advance(10)
    bench.call.end()
    with pytest.raises(CallEnded):
        await bench.clock.run(listening)
    assert bench.heard == ["waiting music"]


async def test_a_hold_document_is_heard_once_by_whoever_is_held(bench: Bench, pages: Pages) -> None:
    pages.answers |= {"/hold": "<Say>One moment.</Say>"}
    hold = pages.documents.wait(f"{BASE}/hold", "GET")
    assert hold is not None
    assert await bench.clock.run(hold(bench.call))
    assert bench.heard == ["One moment."]
    assert pages.asked == [("GET", "/hold")]


async def test_c_07_a_hold_document_may_not_hold_every_verb(bench: Bench, pages: Pages) -> None:
    pages.answers |= {"/hold": "<Dial>+15550001111</Dial><Say>One moment.</Say>"}
    hold = pages.documents.wait(f"{BASE}/hold", "POST")
    assert hold is not None
    assert await bench.clock.run(hold(bench.call))
    assert (bench.codes, bench.heard) == ([13238], ["One moment."])


async def test_an_announcement_says_plays_pauses_and_redirects(bench: Bench, pages: Pages) -> None:
    pages.answers |= {"/news": "<Say>News.</Say><Redirect>/more</Redirect>", "/more": "<Pause/><Play>/a.wav</Play>"}
    announce = pages.documents.announcement(f"{BASE}/news", "GET")
    assert await bench.clock.run(announce(bench.call)) is None
    assert bench.heard == ["News.", f"{BASE}/a.wav"]
    assert pages.asked == [("GET", "/news"), ("POST", "/more")]


async def test_an_announcement_that_cannot_be_had_says_why(bench: Bench, pages: Pages) -> None:
    nowhere = pages.documents.announcement(f"{BASE}/nowhere", "POST")
    reason = await bench.clock.run(nowhere(bench.call))
    assert reason
    assert bench.codes == [12100]
    pages.answers |= {"/news": "<Redirect>/nowhere</Redirect>"}
    assert await bench.clock.run(pages.documents.announcement(f"{BASE}/news", "POST")(bench.call)) == NOT_RUN


async def test_an_announcement_to_who_has_hung_up_is_over(bench: Bench, pages: Pages) -> None:
    pages.answers |= {"/news": "<Say>News.</Say>"}
    bench.call.end()
    assert await bench.clock.run(pages.documents.announcement(f"{BASE}/news", "POST")(bench.call))
    assert bench.heard == []
