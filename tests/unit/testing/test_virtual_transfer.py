"""`<Dial referUrl>` in virtual time (twiml.md 7.6): RF-01 to RF-07."""

from collections.abc import Mapping

import pytest

from ringback.testing import Caller, Phone, Transcript, VirtualApp

CAROL = "sip:carol@example.com"
REPLY = f"<Dial><Sip>{CAROL}</Sip></Dial><Say>After carol</Say>"


def run(
    attributes: str = 'referUrl="/refer"',
    *,
    reply: str | None = REPLY,
    to: str = f"<{CAROL}>",
    bob: Phone | None = None,
    carol: Phone | None = None,
    caller: Caller | None = None,
) -> Transcript:
    pages: dict[str, str] = {
        "/voice": (
            f'<Response><Dial action="/after" {attributes}><Sip statusCallback="/bob">sip:bob@example.com</Sip></Dial>'
            "</Response>"
        ),
        "/after": "<Response><Say>After bob</Say></Response>",
        "/bob": "",
    }
    if reply is not None:
        pages["/refer"] = f"<Response>{reply}</Response>"
    phones: Mapping[str, Phone] = {
        "sip:bob@example.com": (bob or Phone.answers(after=2, talks=60)).transfers(to, after=10),
        CAROL: carol or Phone.answers(after=4, talks=20),
    }
    return VirtualApp(pages, phones=phones).run_call(caller)


def ended(transcript: Transcript) -> list[tuple[tuple[str, ...], str, int]]:
    return [(dial.addresses, dial.status, dial.seconds) for dial in transcript.dials]


def test_rf_01_the_refer_url_is_asked_with_the_target() -> None:
    transcript = run()
    (asked,) = [request for request in transcript.requests if request.path == "/refer"]
    assert asked.at == pytest.approx(12)
    assert asked.parameters["ReferTransferTarget"] == CAROL
    assert asked.parameters["Direction"] == "inbound"
    assert asked.parameters["CallStatus"] == "in-progress"


def test_rf_06_the_transferor_is_dropped_at_once_and_the_reply_takes_control() -> None:
    transcript = run()
    (bob,) = transcript.callbacks
    assert (bob.parameters["CallStatus"], bob.parameters["CallDuration"]) == ("completed", "10")
    assert ended(transcript) == [(("sip:bob@example.com",), "completed", 10), ((CAROL,), "completed", 20)]
    assert transcript.heard == ["After carol"]
    assert not [request for request in transcript.requests if request.path == "/after"]


def test_rf_02_the_reply_may_be_any_verb() -> None:
    assert run(reply="<Say>One moment</Say>").heard == ["One moment"]


def test_rf_06_without_a_reply_the_party_that_stays_is_disconnected() -> None:
    transcript = run(reply=None)
    assert transcript.heard == []
    assert [problem.code for problem in transcript.problems] == [11200]
    assert transcript.ended_at == pytest.approx(12)


def test_rf_06_a_target_that_does_not_answer_leaves_the_rest_to_the_app() -> None:
    transcript = run(carol=Phone.busy())
    assert transcript.heard == ["After carol"]


def test_rf_07_with_answer_on_bridge_the_transferor_stays_until_the_target_answers() -> None:
    transcript = run('referUrl="/refer" answerOnBridge="true"')
    (bob,) = transcript.callbacks
    assert bob.parameters["CallDuration"] == "14"
    assert ended(transcript) == [((CAROL,), "completed", 20), (("sip:bob@example.com",), "completed", 14)]
    assert transcript.heard == ["After carol"]


@pytest.mark.parametrize("carol", [Phone.busy(), Phone.rings()])
def test_rf_07_when_the_target_does_not_answer_the_two_go_on_talking(carol: Phone) -> None:
    transcript = run('referUrl="/refer" answerOnBridge="true"', carol=carol)
    (bob,) = transcript.callbacks
    assert bob.parameters["CallDuration"] == "60"
    assert transcript.heard == ["After bob"]


def test_rf_07_when_the_reply_cannot_be_had_the_two_go_on_talking() -> None:
    transcript = run('referUrl="/refer" answerOnBridge="true"', reply=None)
    assert transcript.heard == ["After bob"]


def test_rf_07_a_reply_that_speaks_first_lets_the_transferor_go_first() -> None:
    transcript = run('referUrl="/refer" answerOnBridge="true"', reply=f"<Say>Hold</Say>{REPLY}", carol=Phone.busy())
    (bob,) = transcript.callbacks
    assert bob.parameters["CallDuration"] == "10"
    assert transcript.heard == ["Hold", "After carol"]


@pytest.mark.parametrize(
    ("attributes", "to"),
    [
        ("", f"<{CAROL}>"),
        ('referUrl="/refer"', f"<{CAROL}?x={'1' * 240}>"),
        ('referUrl="/refer"', f"<{CAROL}?Replaces=1%3Bto-tag%3D2>"),
        ('referUrl="/refer"', "<>"),
    ],
    ids=["RF-05", "RF-04", "RF-14", "malformed"],
)
def test_a_refer_that_is_refused_leaves_the_two_connected(attributes: str, to: str) -> None:
    transcript = run(attributes, to=to)
    assert [problem.code for problem in transcript.problems] == [13802]
    assert transcript.heard == ["After bob"]
    assert ended(transcript) == [(("sip:bob@example.com",), "completed", 60)]


def test_a_caller_who_hangs_up_while_the_target_rings_ends_everything() -> None:
    transcript = run('referUrl="/refer" answerOnBridge="true"', caller=Caller().hangs_up(at=14))
    assert transcript.ended_at == pytest.approx(14)
    assert transcript.heard == []
