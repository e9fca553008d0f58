"""`<Dial><Application>` on real legs: the child call in the store, its callbacks, and what ends it (8.6)."""

import pytest

from tests.unit.services.conftest import BuildHouse, House, configuration
from tests.unit.services.voice_applications import FOREIGN, SILENT, SUPPORT


@pytest.fixture
def house(build: BuildHouse) -> House:
    made = build(configuration(applications=[SUPPORT, SILENT, FOREIGN]))
    made.pages["/support-ended"] = made.pages["/leg"] = ""
    made.pages["/voice"] = f'<Dial action="/after"><Application>{SUPPORT.sid}</Application></Dial>'
    made.pages["/after"] = "<Say>one two</Say>"
    return made


async def test_the_child_is_a_call_of_its_own_and_the_caller_goes_on_after_it(house: House) -> None:
    house.pages["/support"] = "<Say>one two three four</Say>"
    theirs = house.call()
    await house.wait(2.5)
    assert not theirs.has_ended
    await house.wait(10)
    (asked,), (after,) = house.of("/support"), house.of("/after")
    parent, child = house.calls()
    assert child.sid == asked.parameters["CallSid"] == after.parameters["DialCallSid"]
    assert (child.parent_call_sid, child.to, child.from_) == (parent.sid, SUPPORT.sid, parent.from_)
    assert (child.status, child.duration_seconds) == ("completed", 2)
    assert (parent.status, parent.duration_seconds) == ("completed", 3)
    assert after.parameters["DialCallDuration"] == "2"
    assert theirs.has_ended


async def test_its_own_status_callback_tells_of_its_end(house: House) -> None:
    house.pages["/support"] = "<Say>one two three four</Say>"
    house.call()
    await house.wait(10)
    (told,) = house.of("/support-ended")
    assert (told.parameters["CallStatus"], told.parameters["CallDuration"]) == ("completed", "2")
    assert told.parameters["CallSid"] == house.of("/support")[0].parameters["CallSid"]


async def test_the_status_callback_of_the_noun_comes_first(house: House) -> None:
    house.pages["/voice"] = (
        '<Dial><Application statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">'
        f"{SUPPORT.sid}</Application></Dial>"
    )
    house.pages["/support"] = "<Say>one two</Say>"
    house.call()
    await house.wait(10)
    events = [request.parameters["CallStatus"] for request in house.of("/leg")]
    assert events == ["initiated", "ringing", "in-progress", "completed"]
    assert not house.of("/support-ended")


async def test_the_application_has_its_own_fallback(house: House) -> None:
    house.pages["/support"] = "<Say>one</Say><Redirect>http://nowhere.invalid:99999/</Redirect>"
    house.pages["/fallback"] = "<Say>one two</Say>"
    house.call()
    await house.wait(10)
    (fallback,) = house.of("/fallback")
    assert fallback.parameters["ParentCallSid"] == house.calls()[0].sid
    assert [note.call_sid for note in house.notes()] == [fallback.parameters["CallSid"]]


async def test_hangup_in_it_leaves_the_caller_on_the_line(house: House) -> None:
    house.pages["/support"] = '<Say>one two</Say><Hangup/><Pause length="60"/>'
    house.pages["/after"] = '<Pause length="5"/>'
    theirs = house.call()
    await house.wait(4)
    assert [call.status for call in house.calls()] == ["in-progress", "completed"]
    assert not theirs.has_ended


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
async def test_reject_in_it_refuses_the_child_only(house: House, reason: str, status: str) -> None:
    house.pages["/support"] = f'<Reject reason="{reason}"/>'
    theirs = house.call()
    await house.wait(0.5)
    assert house.calls()[1].status == status
    assert house.of("/after")[0].parameters["DialCallStatus"] == status
    assert not theirs.has_ended


async def test_a_02_the_end_of_the_caller_ends_both(house: House) -> None:
    house.pages["/support"] = '<Say>one two</Say><Pause length="60"/>'
    theirs = house.call()
    await house.wait(3)
    theirs.hang_up()
    await house.wait(1)
    assert [call.status for call in house.calls()] == ["completed", "completed"]
    assert house.of("/after")[0].parameters["DialCallStatus"] == "completed"
    assert not house.running.task_count


async def test_di_04_and_di_07_the_time_limit_and_the_timeout(house: House) -> None:
    house.pages["/voice"] = f'<Dial action="/after" timeLimit="3"><Application>{SUPPORT.sid}</Application></Dial>'
    house.pages["/support"] = '<Say>one two</Say><Pause length="60"/>'
    house.call()
    await house.wait(6)
    assert house.of("/after")[0].parameters["DialCallDuration"] == "3"
    house.pages["/voice"] = f'<Dial action="/late" timeout="5"><Application>{SUPPORT.sid}</Application></Dial>'
    house.pages["/support"] = '<Pause length="60"/>'
    house.pages["/late"] = ""
    house.call()
    await house.wait(7)
    assert house.of("/late")[0].parameters["DialCallStatus"] == "no-answer"


async def test_di_10_answer_on_bridge_answers_the_caller_with_the_application(house: House) -> None:
    house.pages["/voice"] = f'<Dial answerOnBridge="true"><Application>{SUPPORT.sid}</Application></Dial>'
    house.pages["/support"] = '<Pause length="3"/><Say>one two</Say>'
    theirs = house.call()
    await house.wait(2)
    assert [call.status for call in house.calls()] == ["ringing", "ringing"]
    await house.wait(1.5)
    assert [call.status for call in house.calls()] == ["in-progress", "in-progress"]
    theirs.hang_up()
    await house.wait(1)


async def test_a_caller_who_gives_up_cancels_an_application_that_never_answered(house: House) -> None:
    house.pages["/voice"] = (
        f'<Dial action="/after" answerOnBridge="true"><Application>{SUPPORT.sid}</Application></Dial>'
    )
    house.pages["/support"] = '<Pause length="20"/>'
    theirs = house.call()
    await house.wait(2)
    theirs.hang_up()
    await house.wait(1)
    assert [call.status for call in house.calls()] == ["canceled", "canceled"]
    assert house.of("/after")[0].parameters["DialCallStatus"] == "canceled"


async def test_the_dial_is_recorded(house: House) -> None:
    house.pages["/voice"] = (
        f'<Dial action="/after" record="record-from-answer-dual"><Application>{SUPPORT.sid}</Application></Dial>'
    )
    house.pages["/support"] = "<Say>one two three four</Say>"
    house.call()
    await house.wait(10)
    (after,) = house.of("/after")
    assert after.parameters["RecordingSid"] == house.recordings()[-1].sid
    assert house.recordings()[-1].channels == 2


async def test_what_it_records_is_the_childs(house: House) -> None:
    house.pages["/support"] = '<Record action="/recorded" maxLength="2" playBeep="false" trim="do-not-trim"/>'
    house.pages["/recorded"] = ""
    house.call()
    await house.wait(8)
    child = house.calls()[1]
    assert {recording.call_sid for recording in house.recordings()} == {child.sid}
    assert house.of("/recorded")[0].parameters["CallSid"] == child.sid


@pytest.mark.parametrize("sid", [f"AP{7:032x}", SILENT.sid, FOREIGN.sid])
async def test_one_that_the_account_cannot_dial_fails_with_21218(house: House, sid: str) -> None:
    house.pages["/voice"] = f'<Dial action="/after"><Application>{sid}</Application></Dial>'
    house.call()
    await house.wait(5)
    assert house.of("/after")[0].parameters["DialCallStatus"] == "failed"
    assert [note.error_code for note in house.notes()] == [21218]
    assert len(house.calls()) == 1
    assert not house.of("/support")


async def test_a_phone_that_it_dials_is_its_child(house: House) -> None:
    bob = house.bench.phone("bob")
    house.pages["/support"] = f"<Dial><Sip>{bob.uri}</Sip></Dial>"
    theirs = house.call()
    await house.wait(4)
    parent, child, phone = house.calls()
    assert (child.parent_call_sid, phone.parent_call_sid) == (parent.sid, child.sid)
    assert phone.status == "in-progress"
    bob.hang_up()
    await house.wait(0.5)
    assert [call.status for call in house.calls()] == ["in-progress", "completed", "completed"]
    assert not theirs.has_ended


async def test_di_09_star_ends_it_with_what_it_dialled(house: House) -> None:
    bob = house.bench.phone("bob")
    house.pages["/voice"] = f'<Dial action="/after" hangupOnStar="true"><Application>{SUPPORT.sid}</Application></Dial>'
    house.pages["/support"] = f"<Dial><Sip>{bob.uri}</Sip></Dial>"
    theirs = house.call()
    await house.wait(4)
    house.bench.media.opened[0].press("*")
    await house.wait(0.5)
    assert [call.status for call in house.calls()] == ["in-progress", "completed", "completed"]
    assert house.of("/after")
    assert not theirs.has_ended


async def test_a_background_recording_of_it_ends_with_it(house: House) -> None:
    house.pages["/support"] = (
        '<Start><Recording recordingStatusCallback="/leg" trim="do-not-trim"/></Start><Say>one two three four</Say>'
    )
    house.pages["/after"] = '<Pause length="30"/>'
    house.call()
    await house.wait(4)
    (told,) = house.of("/leg")
    assert told.parameters["RecordingStatus"] == "completed"
    assert told.parameters["CallSid"] == house.calls()[1].sid
    assert house.calls()[0].status == "in-progress"


async def test_a_caller_hears_ringing_while_an_application_dials_before_it_answers(house: House) -> None:
    """The child rings still (`answerOnBridge`), and its leg is answered: the tone is for the leg."""
    bob = house.bench.phone("bob")
    bob.status = None
    house.pages["/support"] = f'<Dial answerOnBridge="true"><Sip>{bob.uri}</Sip></Dial>'
    theirs = house.call()
    await house.wait(2)
    leg = next(leg for leg in house.bench.media.opened if leg.heard)
    assert leg.playing is house.bench.tones.ringing
    assert house.calls()[1].status == "ringing"
    theirs.hang_up()
    await house.wait(1)
