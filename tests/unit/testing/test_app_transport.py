"""The app behind the webhooks `Transport`."""

import pytest

from ringback.testing.app_transport import Answers, AppRequest, AppResponse, AppTransport
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.webhooks.transport import HttpRequest, HttpResponse, Method, TryLimits

LIMITS = TryLimits(connect_seconds=5, read_seconds=15, max_body_bytes=20)


async def send(answers: Answers, *, method: Method = "POST", body: bytes = b"") -> tuple[HttpResponse, Journal]:
    journal, clock = Journal(), VirtualClock()
    transport = AppTransport(answers=answers, journal=journal, clock=clock)
    request = HttpRequest(method=method, url="http://app.example/voice?a=1&b=", headers=(), body=body)
    return await clock.run(transport.send(request, LIMITS)), journal


async def test_parameters_come_from_the_query_and_the_form() -> None:
    seen: list[AppRequest] = []

    def answer(request: AppRequest) -> str:
        seen.append(request)
        return ""

    await send(answer, body=b"From=%2B1&a=2")
    assert seen[0].parameters == {"a": "2", "b": "", "From": "+1"}
    assert seen[0]["From"] == "+1"


async def test_twiml_is_served_as_xml() -> None:
    response, _ = await send({"/voice": "<Response/>"})
    assert (response.status, response.header("content-type"), response.body) == (200, "text/xml", b"<Response/>")


async def test_an_absolute_url_can_be_a_key() -> None:
    response, _ = await send({"http://app.example/voice": "here"})
    assert response.body == b"here"


async def test_more_than_the_limit_is_cut_off_and_said_to_be() -> None:
    response, _ = await send({"/voice": "x" * 21})
    assert (len(response.body), response.truncated) == (20, True)


@pytest.mark.parametrize("content_type", ["audio/wav", None])
async def test_an_answer_may_have_another_type_or_none(content_type: str | None) -> None:
    response, _ = await send({"/voice": AppResponse(body=b"RIFF", content_type=content_type)})
    assert response.header("content-type") == content_type


async def test_every_request_is_written_down() -> None:
    _, journal = await send({}, method="GET")
    (request,) = journal.transcript().requests
    assert (request.method, request.path, request.status, request.parameters["a"]) == ("GET", "/voice", 404, "1")
