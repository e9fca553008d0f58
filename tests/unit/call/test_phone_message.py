"""Messages between an app and the phone of a call, in virtual time: who gets them, when, and how they end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ringback.call.application import ApplicationCall, child_info
from ringback.call.application_request import ApplicationRequest
from ringback.call.attempt import Attempt
from ringback.call.control import CallControl, CallInfo, DialRequest
from ringback.call.live_call import LiveCall
from ringback.call.outbound import OutboundCall
from ringback.call.phone_message import MAX_WAITING, PhoneMessage, TooManyMessages
from ringback.call.route import Caller
from ringback.model.call_status import CallStatus, Direction
from ringback.model.sid import CallSid, new_call_sid
from ringback.sip.dialog.conversation import Body
from ringback.sip.message.message import Request
from tests.unit.call.conftest import ACCOUNT, Bench, target


@dataclass
class Post:
    """What phones said to our calls, and what became of what the calls were told."""

    heard: list[tuple[CallSid, PhoneMessage]] = field(default_factory=list)
    outcomes: list[int | None] = field(default_factory=list)

    def hear(self, info: CallInfo, message: PhoneMessage) -> None:
        self.heard.append((info.call_sid, message))

    def send(self, call: LiveCall, content: str = "{}") -> None:
        call.send_message(content, self.outcomes.append)


@pytest.fixture
async def bench(tmp_path: Path, post: Post) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    made.parts = replace(made.parts, hear_message=post.hear)
    yield made
    await made.close()


@pytest.fixture
def post() -> Post:
    return Post()


def plain(text: bytes) -> Body:
    return Body(content_type="text/plain", data=text)


async def test_what_a_phone_says_is_told_with_its_call(bench: Bench, post: Post) -> None:
    theirs, call = await bench.answered()
    answered: list[int | None] = []
    theirs.send_message(plain(b"hello"), answered.append)
    theirs.send_message(Body(content_type="application/json", data=b"[1]"), answered.append)
    await bench.wait(1)
    sid = call.info.call_sid
    assert post.heard == [
        (sid, PhoneMessage(number=1, content_type="text/plain", content=b"hello")),
        (sid, PhoneMessage(number=2, content_type="application/json", content=b"[1]")),
    ]
    assert answered == [200, 200]


async def test_a_call_tells_its_phone_and_learns_the_status(bench: Bench, post: Post) -> None:
    theirs, call = await bench.answered()
    heard: list[PhoneMessage] = []
    theirs.on_message = heard.append
    for content in ('"ä"', "2"):
        post.send(call, content)
    await bench.wait(1)
    assert [(message.content_type, message.content.decode()) for message in heard] == [
        ("application/json", '"ä"'),
        ("application/json", "2"),
    ]
    assert post.outcomes == [200, 200]


async def test_a_message_to_a_call_that_rings_waits_for_its_answer(bench: Bench, post: Post) -> None:
    _, call = await bench.ringing()
    post.send(call)
    await bench.wait(5)
    assert "MESSAGE" not in bench.wire.to("alice")
    await bench.run(call.answer())
    await bench.wait(1)
    assert bench.wire.to("alice")[-1] == "MESSAGE"
    assert post.outcomes == [200]


async def test_without_an_answer_nobody_got_it(bench: Bench, post: Post) -> None:
    _, call = await bench.ringing()
    post.send(call)
    await call.reject("busy")
    assert post.outcomes == [None]
    post.send(call)
    assert post.outcomes == [None, None]


async def test_a_hang_up_before_the_phones_answer_leaves_it_open(bench: Bench, post: Post) -> None:
    theirs, call = await bench.answered()
    bench.wire.drops = lambda sent: sent.summary == "200 MESSAGE"
    post.send(call)
    await bench.wait(1)
    theirs.hang_up()
    await bench.wait(40)
    assert call.has_finished
    assert post.outcomes == [None]


async def test_silence_is_408_and_the_call_goes_on(bench: Bench, post: Post) -> None:
    _, call = await bench.answered()
    bench.wire.drops = lambda sent: "MESSAGE" in sent.summary
    post.send(call)
    await bench.wait(40)
    assert post.outcomes == [408]
    assert not call.has_finished


async def test_no_more_than_the_limit_wait(bench: Bench, post: Post) -> None:
    _, call = await bench.answered()
    bench.wire.drops = lambda sent: "MESSAGE" in sent.summary
    for _ in range(MAX_WAITING):
        post.send(call)
    with pytest.raises(TooManyMessages):
        post.send(call)
    await bench.wait(40)
    assert post.outcomes == [408] * MAX_WAITING
    post.send(call)


async def test_a_dialled_phone_has_messages_of_its_own(bench: Bench, post: Post) -> None:
    """The child's CallSid stands for the phone that was rung, the parent's for the caller's."""
    bob = bench.phone("bob")
    bob.ring_seconds = 3
    _, call = await bench.answered()
    await bench.dialling(call, DialRequest(targets=(target(bob),)))
    (child_sid,) = set(bench.register.calls) - {call.info.call_sid}
    post.send(bench.register.calls[child_sid], '"while it rings"')
    await bench.wait(1)
    bob.leg.session._conversation.send("MESSAGE", lambda reply, now: None, bench.clock.now(), body=plain(b"not yet"))
    bob.sip.pump()
    await bench.wait(4)
    assert bench.wire.to("bob")[-1] == "MESSAGE"
    assert "MESSAGE" not in bench.wire.to("alice")
    message = bench.wire.last("MESSAGE", to="bob")
    assert isinstance(message, Request)
    assert message.body == b'"while it rings"'
    bob.leg.send_message(plain(b"here I am"), lambda status: None)
    await bench.wait(1)
    assert [(sid, message.content) for sid, message in post.heard] == [
        (child_sid, b"not yet"),
        (child_sid, b"here I am"),
    ]
    assert post.outcomes == [200]


async def test_what_waits_for_a_phone_that_does_not_answer_is_not_told(bench: Bench, post: Post) -> None:
    bob = bench.phone("bob")
    bob.status = 486
    _, call = await bench.answered()
    dialling = await bench.dialling(call, DialRequest(targets=(target(bob),)))
    (child,) = [live for sid, live in bench.register.calls.items() if sid != call.info.call_sid]
    assert isinstance(child, Attempt)
    for _ in range(MAX_WAITING):
        post.send(child)
    with pytest.raises(TooManyMessages):
        post.send(child)
    await bench.run(dialling)
    assert post.outcomes == [None] * MAX_WAITING


async def test_a_queued_call_has_no_phone(bench: Bench, post: Post) -> None:
    info = CallInfo(
        call_sid=new_call_sid(),
        account_sid=ACCOUNT,
        from_="a",
        to="b",
        direction=Direction.OUTBOUND_API,
    )
    queued = OutboundCall(
        info=info,
        target=target(bench.caller),
        caller=Caller(shown="a", domain=None, domain_sid=None),
        parts=bench.parts,
    )
    post.send(queued)
    assert post.outcomes == [None]


async def test_an_application_has_its_callers_phone(bench: Bench, post: Post) -> None:
    """What the phone says is told of the caller's call; the application is none."""
    theirs, call = await bench.answered()
    request = ApplicationRequest(application_sid="AP" + "1" * 32, from_="a", to="app:desk", run=_never)
    child = ApplicationCall(info=child_info(call.info, request, new_call_sid()), parent=call)
    post.send(child)
    theirs.send_message(plain(b"hello"), lambda status: None)
    await bench.wait(1)
    assert [sid for sid, _ in post.heard] == [call.info.call_sid]
    assert post.outcomes == [200]
    child.end(CallStatus.COMPLETED)


async def _never(call: CallControl) -> None: ...
