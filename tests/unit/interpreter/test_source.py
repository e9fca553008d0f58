"""Documents from an app: what is asked, what the answer is, and the fallback URL (webhooks.md F-01 to F-10)."""

from collections.abc import Callable, Mapping

import pytest

from ringback.call.control import CallEnded, PlayedBytes, Spoken
from ringback.interpreter.errors import DocumentUnavailable
from ringback.interpreter.source import AppDocumentSource, DocumentRequest, Fallback
from ringback.testing.app_transport import Answer, AppRequest, AppResponse, AppTransport
from ringback.testing.transcript import Requested
from ringback.testing.virtual_call import VirtualCall
from ringback.twiml.nodes import Document
from ringback.webhooks.client import AppClient
from tests.unit.interpreter.conftest import Bench

TWIML = "<Response><Say>Hello</Say></Response>"
VOICE = DocumentRequest(url="http://app.example/voice")

MakeSource = Callable[..., AppDocumentSource]


@pytest.fixture
def source_of(bench: Bench) -> MakeSource:
    from ringback.testing.call_run import ACCOUNT

    def make(answers: Mapping[str, Answer], fallback: str | None = None) -> AppDocumentSource:
        transport = AppTransport(answers=answers, journal=bench.journal, clock=bench.clock)
        return AppDocumentSource(
            client=AppClient(transport, bench.clock, ACCOUNT),
            call=bench.call,
            reporter=bench.journal,
            fallback=Fallback(url=fallback) if fallback else None,
        )

    return make


def requests(bench: Bench) -> list[Requested]:
    return bench.journal.transcript().requests


async def test_a_request_has_the_standard_parameters_and_the_verbs_own(bench: Bench, source_of: MakeSource) -> None:
    request = DocumentRequest(url="http://app.example/voice?a=b", parameters=(("Digits", "1"),))
    await source_of({"/voice": TWIML}).fetch(request)
    sent = requests(bench)[0].parameters
    assert sent["CallSid"] == bench.call.info.call_sid
    assert sent["CallStatus"] == "ringing"
    assert sent["SipDomain"] == "example.com"  # HD-08
    assert (sent["Digits"], sent["a"]) == ("1", "b")


async def test_the_call_status_is_that_of_the_moment(bench: Bench, source_of: MakeSource) -> None:
    source = source_of({"/voice": TWIML})
    await bench.call.answer()
    await source.fetch(VOICE)
    assert requests(bench)[0].parameters["CallStatus"] == "in-progress"


async def test_cookies_are_kept_for_the_call(source_of: MakeSource) -> None:
    seen: list[str | None] = []

    def answer(request: AppRequest) -> AppResponse:
        seen.append(request.headers.get("Cookie"))
        return AppResponse(body=TWIML, headers=(("Set-Cookie", "basket=7"),))

    source = source_of({"/voice": answer})
    await source.fetch(VOICE)
    await source.fetch(VOICE)
    assert seen == [None, "basket=7"]


async def test_a_source_for_a_dialled_leg_has_cookies_of_its_own_and_no_fallback(
    bench: Bench, source_of: MakeSource
) -> None:
    source = source_of({"/fallback": TWIML}, fallback="http://app.example/fallback")
    child = source.for_call(VirtualCall(info=bench.call.info, world=bench.call.world))
    assert child.cookies is not source.cookies
    with pytest.raises(DocumentUnavailable):
        await child.fetch(VOICE)


async def test_what_the_call_itself_hears_while_it_waits_has_its_cookies_and_no_fallback(
    bench: Bench, source_of: MakeSource
) -> None:
    source = source_of({"/fallback": TWIML}, fallback="http://app.example/fallback")
    waiting = source.for_call(bench.call)
    assert waiting.cookies is source.cookies
    with pytest.raises(DocumentUnavailable):
        await waiting.fetch(VOICE)


async def test_the_document_keeps_its_url_with_the_connection_overrides(source_of: MakeSource) -> None:
    url = "http://app.example/voice?x=1#rt=1000"
    assert (await source_of({"/voice": TWIML}).fetch(DocumentRequest(url=url))).url == url


async def test_parameters_of_a_get_do_not_become_part_of_the_documents_url(source_of: MakeSource) -> None:
    request = DocumentRequest(url="http://app.example/voice", method="GET", parameters=(("Digits", "1"),))
    assert (await source_of({"/voice": TWIML}).fetch(request)).url == "http://app.example/voice"


async def test_after_a_redirect_the_document_has_the_url_it_came_from(source_of: MakeSource) -> None:
    moved = AppResponse(status=302, headers=(("Location", "/there/now"),))
    assert (await source_of({"/voice": moved, "/there/now": TWIML}).fetch(VOICE)).url == "http://app.example/there/now"


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=utf-8", "text/html", "text/plain"])
async def test_twiml_is_parsed(content_type: str, source_of: MakeSource) -> None:
    loaded = await source_of({"/voice": AppResponse(body=TWIML, content_type=content_type)}).fetch(VOICE)
    assert isinstance(loaded.body, Document)


async def test_the_charset_of_the_content_type_is_believed(source_of: MakeSource) -> None:
    body = "<Response><Say>caf\u00e9</Say></Response>".encode("latin-1")
    answer = AppResponse(body=body, content_type="text/xml; charset=iso-8859-1")
    loaded = await source_of({"/voice": answer}).fetch(VOICE)
    assert isinstance(loaded.body, Document)
    assert getattr(loaded.body.verbs[0], "text", None) == "caf\u00e9"


async def test_plain_text_that_is_no_twiml_is_read_aloud(source_of: MakeSource) -> None:
    loaded = await source_of({"/voice": AppResponse(body="hello < you", content_type="text/plain")}).fetch(VOICE)
    assert loaded.body == Spoken(text="hello < you")


async def test_audio_is_played(source_of: MakeSource) -> None:
    loaded = await source_of({"/voice": AppResponse(body=b"ID3", content_type="audio/mpeg")}).fetch(VOICE)
    assert loaded.body == PlayedBytes(data=b"ID3", content_type="audio/mpeg")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (AppResponse(status=500), 11200),
        (AppResponse(status=404), 11200),
        (AppResponse(body="{}", content_type="application/json"), 12300),
        (AppResponse(body=TWIML, content_type=None), 12300),
        (AppResponse(body=""), 12100),
        (AppResponse(body="<Response>"), 12100),
        (AppResponse(body="<Foo/>"), 12102),
        (AppResponse(body='<Response version="9"/>'), 12101),
        (AppResponse(body=f"<Response>{' ' * 70_000}</Response>"), 11750),
    ],
)
async def test_what_cannot_be_run_is_reported_and_unavailable(
    answer: AppResponse, code: int, bench: Bench, source_of: MakeSource
) -> None:
    with pytest.raises(DocumentUnavailable) as raised:
        await source_of({"/voice": answer}).fetch(VOICE)
    assert raised.value.code == code
    report = bench.journal.problems[0]
    assert (report.code, report.level, report.url, report.method) == (code, "error", VOICE.url, "POST")
    assert report.response_status == answer.status
    assert ("CallSid", bench.call.info.call_sid) in report.parameters


async def test_the_fallback_gets_the_same_parameters_and_what_failed(bench: Bench, source_of: MakeSource) -> None:
    source = source_of({"/voice": AppResponse(status=500), "/fallback": TWIML}, fallback="http://app.example/fallback")
    loaded = await source.fetch(DocumentRequest(url="http://app.example/voice", parameters=(("Digits", "5"),)))
    assert loaded.url == "http://app.example/fallback"  # F-03
    sent = requests(bench)[1].parameters
    assert (sent["ErrorCode"], sent["ErrorUrl"], sent["Digits"]) == ("11200", "http://app.example/voice", "5")
    assert sent["CallSid"] == bench.call.info.call_sid


async def test_a_document_that_does_not_parse_is_a_failure_too(bench: Bench, source_of: MakeSource) -> None:
    source = source_of({"/voice": "<Response", "/fallback": TWIML}, fallback="http://app.example/fallback")
    await source.fetch(VOICE)
    assert requests(bench)[1].parameters["ErrorCode"] == "12100"


async def test_a_fallback_that_fails_too_is_reported_and_not_tried_again(bench: Bench, source_of: MakeSource) -> None:
    source = source_of({"/voice": AppResponse(status=500)}, fallback="http://app.example/fallback")
    with pytest.raises(DocumentUnavailable):
        await source.fetch(VOICE)
    assert bench.codes == [11200, 11200]
    assert len(requests(bench)) == 2


async def test_a_call_that_ended_meanwhile_asks_no_fallback(bench: Bench, source_of: MakeSource) -> None:
    def hang_up_and_fail(request: AppRequest) -> AppResponse:
        bench.call.end()
        return AppResponse(status=500)

    source = source_of({"/voice": hang_up_and_fail, "/fallback": TWIML}, fallback="http://app.example/fallback")
    with pytest.raises(CallEnded):
        await source.fetch(VOICE)
    assert len(requests(bench)) == 1


@pytest.mark.parametrize(("url", "code"), [("", 11100), ("/relative", 15004), ("ftp://app.example/", 11100)])
async def test_a_url_that_leads_nowhere_is_reported(url: str, code: int, bench: Bench, source_of: MakeSource) -> None:
    with pytest.raises(DocumentUnavailable):
        await source_of({}).fetch(DocumentRequest(url=url))
    assert bench.codes == [code]
