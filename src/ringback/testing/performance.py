"""Plays a caller's script on a virtual call."""

from collections.abc import Callable

from ringback.testing.caller import (
    SECONDS_BETWEEN_KEYS,
    Act,
    Caller,
    HangUp,
    Hear,
    Press,
    Speak,
    Step,
    Tell,
    Wait,
    WaitUntil,
)
from ringback.testing.running_call import RunningCall
from ringback.testing.virtual_call import VirtualCall


class Performance:
    """One caller on one call. `waits_for` is what a `hears` step waits for at the moment.

    `running` is the call as it is changed from outside; that of a dialled phone is not.
    """

    def __init__(self, caller: Caller, call: VirtualCall, running: RunningCall | None = None) -> None:
        self._caller = caller
        self._call = call
        self._running = running
        self._sounds_heard = 0
        self.waits_for: str | None = None

    async def run(self) -> None:
        """Do step after step; then the caller stays on the line."""
        for step in self._caller.steps:
            if self._call.has_finished:
                return
            await self._do(step)

    async def _do(self, step: Step) -> None:
        clock = self._call.world.clock
        match step:
            case Hear():
                await self._hear(step)
            case Wait():
                await clock.sleep(step.seconds)
            case WaitUntil():
                await clock.sleep(step.at - self._call.world.elapsed())
            case Press():
                await self._press(step.keys)
            case Speak():
                self._call.say(step.text, step.seconds)
                await clock.sleep(step.seconds)
            case HangUp():
                self._call.end()
            case Tell():
                self._act(lambda running: running.messages.tell(step.content, step.content_type))
            case Act():
                self._act(step.action)

    def _act(self, action: Callable[[RunningCall], object]) -> None:
        """What it raises fails the test, like what a function of the app raises."""
        journal = self._call.world.journal
        try:
            if self._running is None:
                raise ValueError("only the call of a caller can be changed, not that of a phone which was dialled")
            action(self._running)
        except Exception as failure:
            journal.failure = journal.failure or failure
            raise

    async def _hear(self, step: Hear) -> None:
        self.waits_for = step.words
        while not self._has_heard(step):
            self._call.sound_changed.clear()
            await self._call.sound_changed.wait()
        self.waits_for = None

    def _has_heard(self, step: Hear) -> bool:
        """A sound counts once: what was waited for before is behind us."""
        words = step.words.lower()
        for index in range(self._sounds_heard, len(self._call.sounds)):
            sound = self._call.sounds[index]
            if words in sound.what.lower() and (sound.is_over or not step.to_the_end):
                self._sounds_heard = index + 1
                return True
        return False

    async def _press(self, keys: str) -> None:
        for index, key in enumerate(keys):
            if index:
                await self._call.world.clock.sleep(SECONDS_BETWEEN_KEYS)
            if self._call.has_finished:
                return
            self._call.press(key)
