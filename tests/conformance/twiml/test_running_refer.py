"""`<Refer>`, rule by rule: section 13."""

import pytest

from ringback.testing import Caller, Phone, Transcript, VirtualApp

BOB = "sip:bob@example.com"


def run(
    phone: Phone | None = None,
    attributes: str = 'action="/done"',
    *,
    target: str = BOB,
    caller: Caller | None = None,
    from_: str = "sip:alice@demo.sip.localhost",
) -> Transcript:
    app = VirtualApp(
        {
            "/voice": f"<Response><Refer {attributes}><Sip>{target}</Sip></Refer><Say>After</Say></Response>",
            "/done": "<Response><Say>Done</Say></Response>",
        },
        phones={BOB: phone} if phone else {},
    )
    return app.run_call(caller, from_=from_, to="+15550001111" if from_.startswith("+") else "sip:x@demo.sip.localhost")


def parameters(transcript: Transcript) -> dict[str, str]:
    return {
        name: value
        for name, value in transcript.requests[-1].parameters.items()
        if name in ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
    }


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        (Phone.answers(), ("in-progress", "202", "200")),
        (Phone.busy(), ("busy", "202", "486")),
        (Phone.refuses(404), ("failed", "202", "404")),
    ],
)
def test_ref_04_the_action_takes_control_and_says_how_it_went(phone: Phone, expected: tuple[str, str, str]) -> None:
    transcript = run(phone)
    names = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
    assert parameters(transcript) == dict(zip(names, expected, strict=True))
    assert transcript.heard == ["Done"]


def test_a_caller_who_hangs_up_meanwhile_is_canceled_202_180() -> None:
    transcript = run(Phone.answers(after=10), caller=Caller().hangs_up(at=3))
    assert parameters(transcript) == {
        "ReferCallStatus": "canceled",
        "ReferSipResponseCode": "202",
        "NotifySipResponseCode": "180",
    }
    assert transcript.heard == []


def test_ref_05_without_an_action_the_next_verb_runs() -> None:
    assert run(Phone.answers(), "").heard == ["After"]


def test_ref_05_without_an_action_and_as_the_last_verb_the_leg_is_ended() -> None:
    app = VirtualApp({"/voice": f"<Response><Refer><Sip>{BOB}</Sip></Refer></Response>"}, phones={BOB: Phone.answers()})
    transcript = app.run_call()
    assert (transcript.ended_by, transcript.status.value) == ("app", "completed")


def test_ref_02_a_call_from_the_telephone_network_is_13801() -> None:
    transcript = run(Phone.answers(), from_="+15550002222")
    assert transcript.problem_codes() == [13801]
    assert transcript.referrals == []
    assert parameters(transcript) == {"ReferCallStatus": "failed"}


def test_ref_03_the_headers_of_the_uri_stay_in_it() -> None:
    uri = f"{BOB}?X-Name=value&amp;User-to-User=ab"
    transcript = run(Phone.answers(), target=uri)
    assert transcript.referrals[0].uri == uri.replace("&amp;", "&")


def test_a_refer_answers_the_call() -> None:
    assert run(Phone.answers()).answered_at == 0


def test_a_refer_without_a_target_has_failed() -> None:
    app = VirtualApp(
        {
            "/voice": '<Response><Refer action="/done"/></Response>',
            "/done": "<Response><Say>Done</Say></Response>",
        }
    )
    transcript = app.run_call()
    assert parameters(transcript) == {"ReferCallStatus": "failed"}
    assert transcript.heard == ["Done"]


def test_nobody_who_tells_how_it_went_leaves_the_status_out() -> None:
    assert parameters(run(Phone.rings())) == {"ReferSipResponseCode": "202", "NotifySipResponseCode": "180"}
