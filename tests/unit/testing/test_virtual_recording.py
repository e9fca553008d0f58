"""`<Record>` in virtual time: what ends it, and how long it is."""

import pytest

from ringback.call.control import RecordRequest, RecordResult
from ringback.testing.call_run import incoming_call
from ringback.testing.clock import VirtualClock
from ringback.testing.transcript import Journal
from ringback.testing.virtual_call import VirtualCall, World
from ringback.testing.virtual_recording import RecordingRoom


class Studio:
    """A call that is being recorded."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.room = RecordingRoom("http://r.example")
        info = incoming_call("sip:alice@example.com", "sip:demo@example.com", {})
        self.call = VirtualCall(info=info, world=World(clock=self.clock, journal=Journal()), is_answered=True)

    async def record(self, *, silence: float | None = 5, most: float = 60, trim: bool = False) -> RecordResult:
        request = RecordRequest(
            max_seconds=most, silence_seconds=silence, finish_on_key="#", play_beep=False, trim=trim
        )
        return await self.clock.run(self.room.record(self.call, request))


@pytest.fixture
def studio() -> Studio:
    return Studio()


async def test_silence_counts_from_the_last_word(studio: Studio) -> None:
    studio.clock.call_at(4, lambda: studio.call.say("one", 2))
    studio.clock.call_at(8, lambda: studio.call.say("two", 3))
    result = await studio.record(silence=5)
    assert (result.ended_by, result.seconds) == ("silence", 16)


async def test_the_length_ends_it_though_the_caller_speaks(studio: Studio) -> None:
    studio.clock.call_at(1, lambda: studio.call.say("on and on", 100))
    result = await studio.record(most=20)
    assert (result.ended_by, result.seconds) == ("max-length", 20)


async def test_a_key_ends_it(studio: Studio) -> None:
    studio.clock.call_at(2, lambda: studio.call.press("1"))
    studio.clock.call_at(3, lambda: studio.call.press("#"))
    assert (await studio.record()).ended_by == "#"


async def test_a_hangup_ends_it_and_gives_a_result(studio: Studio) -> None:
    studio.clock.call_at(3, studio.call.end)
    result = await studio.record()
    assert (result.ended_by, result.seconds) == ("hangup", 3)


async def test_trimming_leaves_from_the_first_word_to_the_last(studio: Studio) -> None:
    studio.clock.call_at(2, lambda: studio.call.say("one", 2))
    studio.clock.call_at(6, lambda: studio.call.say("two", 1))
    result = await studio.record(trim=True)
    assert (result.seconds, result.final_seconds, result.status) == (12, 5, "completed")


async def test_trimmed_silence_is_absent(studio: Studio) -> None:
    result = await studio.record(trim=True)
    assert (result.final_seconds, result.status, result.error_code) == (0, "absent", 16101)


async def test_recordings_are_numbered(studio: Studio) -> None:
    first, second = await studio.record(), await studio.record()
    assert (first.recording_sid[-1], second.recording_sid[-1]) == ("1", "2")
    assert first.url == f"http://r.example/2010-04-01/Accounts/{studio.call.info.account_sid}/Recordings/RE{1:032x}"
