"""Calls that the app makes, in virtual time: the same rules as on a real phone (rest-api.md 9.2; L-06)."""

import pytest

from ringback.testing import AppRequest, Caller, Phone, PlacedCall, VirtualApp

EVERY = ("initiated", "ringing", "answered", "completed")


class Told:
    """An app that keeps what it is told."""

    def __init__(self, verbs: str = "<Say>Your parcel is here.</Say>") -> None:
        self.statuses: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.app = VirtualApp({"/voice": self._voice, "/status": self._status}, status_callback="/status")
        self._verbs = verbs

    def _voice(self, request: AppRequest) -> str:
        self.asked.append(dict(request.parameters))
        return f"<Response>{self._verbs}</Response>"

    def _status(self, request: AppRequest) -> str:
        self.statuses.append(dict(request.parameters))
        return ""

    @property
    def names(self) -> list[str]:
        return [told["CallStatus"] for told in self.statuses]


def test_who_answers_hears_the_document() -> None:
    told = Told()
    call = told.app.place_call(PlacedCall(phone=Phone.answers(after=7), status_callback_event=EVERY))
    assert call.heard == ["Your parcel is here."]
    assert call.answered_at == pytest.approx(7)
    (asked,) = told.asked
    assert (asked["Direction"], asked["CallStatus"]) == ("outbound-api", "in-progress")
    assert (asked["To"], asked["From"]) == ("sip:bob@phones.example", "+15550006789")
    assert told.names == ["initiated", "ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in told.statuses] == ["0", "1", "2", "3"]
    assert told.statuses[-1]["SipResponseCode"] == "200"


@pytest.mark.parametrize(
    ("phone", "timeout", "status", "code", "at"),
    [
        (Phone.busy(after=1), 60, "busy", "486", 1),
        (Phone.refuses(603), 60, "no-answer", "603", 0.5),
        (Phone.refuses(404), 60, "failed", "404", 0.5),
        (Phone.rings(), 60, "no-answer", "487", 65),
        (Phone.answers(after=30), 20, "no-answer", "487", 25),
    ],
)
def test_who_does_not_answer_hears_nothing(phone: Phone, timeout: int, status: str, code: str, at: float) -> None:
    told = Told()
    call = told.app.place_call(PlacedCall(phone=phone, timeout=timeout))
    assert (call.heard, told.asked) == ([], [])
    assert call.ended_at == pytest.approx(at)
    (end,) = told.statuses
    assert (end["CallStatus"], end["SipResponseCode"], end["CallDuration"]) == (status, code, "0")


def test_the_person_acts_from_the_answer_on() -> None:
    told = Told('<Gather numDigits="1" action="/voice"><Say>Press one.</Say></Gather>')
    person = Caller().hears("press one").presses("1").hears("press one").hangs_up()
    call = told.app.place_call(PlacedCall(phone=Phone.answers(after=5, caller=person)))
    assert [asked.get("Digits") for asked in told.asked] == [None, "1"]
    assert call.ended_by == "caller"


def test_a_phone_may_talk_for_a_while_and_hang_up() -> None:
    told = Told("<Pause length='60'/>")
    call = told.app.place_call(PlacedCall(phone=Phone.answers(after=2, talks=10)))
    assert call.ended_at == pytest.approx(12)
    assert told.statuses[-1]["CallDuration"] == "10"


def test_other_documents_are_asked_for_or_given() -> None:
    app = VirtualApp({"/other": "<Response><Say>Other</Say></Response>"})
    assert app.place_call(PlacedCall(url="/other")).heard == ["Other"]
    assert app.place_call(PlacedCall(twiml="<Response><Say>Inline</Say></Response>")).heard == ["Inline"]


def test_9_2_the_first_request_says_who_answered_two_seconds_later() -> None:
    told = Told("<Say>Hello.</Say>")
    phone = Phone.answers(after=1).detected_as("machine_start")
    call = told.app.place_call(PlacedCall(phone=phone, machine_detection=True))
    assert (told.asked[0]["AnsweredBy"], told.asked[0]["MachineDetectionDuration"]) == ("machine_start", "2000")
    assert call.ended_at > 3


def test_9_2_send_digits_come_first_and_turn_detection_off() -> None:
    told = Told("<Say>Hello.</Say>")
    call = told.app.place_call(PlacedCall(send_digits="WW12", machine_detection=True))
    assert "AnsweredBy" not in told.asked[0]
    assert "4.50  app: POST /voice" in str(call)


def test_a_call_that_rings_is_cancelled_by_another() -> None:
    told = Told("<Pause length='5'/>")
    person = Caller().then(lambda _running: told.app.calls[f"CA{2:032x}"].end("canceled"), at=3)
    _, placed = told.app.run_calls([person, PlacedCall(phone=Phone.rings())])
    assert placed.ended_at == pytest.approx(3)
    cancelled = [one for one in told.statuses if one["Direction"] == "outbound-api"]
    assert [(one["CallStatus"], one["SipResponseCode"]) for one in cancelled] == [("canceled", "487")]


def test_who_called_in_and_who_was_called_meet_in_a_conference() -> None:
    room = "<Response><Dial><Conference>team</Conference></Dial></Response>"
    ann, bob = VirtualApp({"/voice": room}).run_calls(
        [
            Caller().hears("good morning").hangs_up(at=30),
            PlacedCall(phone=Phone.answers(after=4, caller=Caller().says("Good morning.", at=10).hangs_up(at=20))),
        ]
    )
    assert ann.voices == ["Good morning."]
    assert bob.ended_at == pytest.approx(20)
