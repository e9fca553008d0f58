"""A conference as it runs: its state (`Conference`), its audio, and the calls that wait, talk, are held or leave.

Each participant's own task is in `attend` for as long as it is in the room. What belongs to nobody (a beep that
outlasts who caused it, an announcement, the end of the recording) runs in tasks of the room, which `close` waits for.
A call that is dialled into the room has an invitation until it comes or fails to.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal

import structlog

from ringback.call.announcer import Announcer
from ringback.call.conference import Beep, Conference, Events, JoinRefused, Participant
from ringback.call.conference_request import (
    AnnounceDocument,
    ConferenceRequest,
    ConferenceResult,
    RoomRecording,
    WaitDocument,
)
from ringback.call.control import CallEnded, Prompt
from ringback.call.leg import Leg
from ringback.call.room_audio import C, RoomAudio, RunningRecording, Tone
from ringback.call.room_ringing import RoomRinging
from ringback.call.seat import Seat, StayEnd
from ringback.clock import Clock
from ringback.model.call_status import CallStatus
from ringback.model.conference_event import ReasonLeft
from ringback.model.record import ConferenceRecord
from ringback.model.sid import CallSid

logger = structlog.get_logger(__name__)

# `*` and the time limit are the participant's own doing, for which Twilio has no other word.
_REASONS: dict[StayEnd, ReasonLeft] = {
    "kicked": "participant_updated_via_api",
    "moved": "participant_updated_via_api",
    "wait-failed": "participant_add_failed",
}


@dataclass(slots=True, kw_only=True)
class _Invitation:
    """A call that is being dialled. `withdraw` ends it; `hold` is what it will hear if it is held by then.

    With `early_media` the room hears it ring.
    """

    withdraw: Callable[[], None]
    early_media: bool
    hold: WaitDocument | None = None


class ConferenceRoom(Generic[C]):
    """Made by `Conferences`; `on_over` is called once, when the name is free again, and `keep` with each new state.

    What concerns the whole room is that of the first call which joins, and so is the audio.
    """

    def __init__(
        self,
        *,
        conference: Conference,
        audio_for: Callable[[C], RoomAudio[C]],
        clock: Clock,
        on_over: "Callable[[ConferenceRoom[C]], None]",
        keep: Callable[[ConferenceRecord], object],
    ) -> None:
        self.conference = conference
        self._audio_for = audio_for
        self._clock = clock
        self._on_over = on_over
        self._keep = keep
        self._kept: ConferenceRecord | None = None
        self._opened: tuple[ConferenceRequest, RoomAudio[C]] | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seats: dict[CallSid, Seat[C]] = {}
        self._invitations: dict[CallSid, _Invitation] = {}
        self._ringing: RoomRinging[C] = RoomRinging()
        self._tasks: set[asyncio.Task[None]] = set()
        self._recording: RunningRecording | None = None

    # -- for calls ----------------------------------------------------------------------------------------------

    async def attend(self, call: C, request: ConferenceRequest) -> ConferenceResult:
        """Be in the room until something ends that. Cancelled: the call is taken out at once (C-17)."""
        seat = Seat(call, request)
        try:
            self._enter(seat)
        except JoinRefused as refusal:
            self._end_if_empty()
            self._let_hear_ringing()
            return ConferenceResult(ended_by="refused", code=refusal.code, message=refusal.message)
        reason: ReasonLeft = "participant_updated_via_api"
        try:
            ended_by = await seat.stay()
            reason = _REASONS.get(ended_by, "participant_hung_up")
        finally:
            gone = call.has_ended and not call.is_moved
            self._leave(seat, "participant_hung_up" if gone else reason)
            await seat.empty()
        return ConferenceResult(ended_by=ended_by, conference_sid=self.conference.sid)

    # -- calls that are dialled into it -----------------------------------------------------------------------------

    def invite(self, participant: Participant, withdraw: Callable[[], None], *, early_media: bool = True) -> None:
        """It is expected from now on; `withdraw` ends the call, should the room end first. Raises `JoinRefused`."""
        self.conference.expect(participant, self._clock.utc_now())
        self._invitations[participant.call_sid] = _Invitation(withdraw=withdraw, early_media=early_media)
        self._remember()

    def ring(self, call_sid: CallSid, early: Leg | None) -> None:
        """A call that was invited rings. It is not in the room, and only heard there."""
        invitation = self._invitations.get(call_sid)
        if invitation is not None and invitation.early_media:
            self._ringing.begin(call_sid, early)
            self._let_hear_ringing()

    def stop_ringing(self, call_sid: CallSid) -> None:
        """It is answered."""
        self._ringing.answered(call_sid)

    def give_up(self, call_sid: CallSid, status: CallStatus) -> None:
        """A call that was invited is over; nothing if it had joined."""
        if self._invitations.pop(call_sid, None) is not None:
            self._ringing.end(call_sid)
            self._after_leaving(self.conference.give_up(call_sid, self._clock.utc_now(), status=status))

    # -- from outside: what the REST API offers -------------------------------------------------------------------

    def mute(self, call_sid: CallSid, muted: bool) -> None:
        """Raises `KeyError` for a call that is not in the room, like everything here."""
        self._apply(self.conference.mute(call_sid, muted, self._clock.utc_now()))

    def hold(self, call_sid: CallSid, held: bool, document: WaitDocument | None = None) -> None:
        """C-10: neither hears nor is heard, and hears `document` instead; None is silence."""
        events = self.conference.hold(call_sid, held, self._clock.utc_now())
        seat = self._seats.get(call_sid)
        if seat is None:
            self._invitations[call_sid].hold = document
        elif held:
            seat.listen_to(document)
        elif events:
            seat.listen_to(None if self.conference.is_started else seat.wait)
        self._let_hear_ringing()
        self._apply(events)

    def rewait(self, call_sid: CallSid, document: WaitDocument | None) -> None:
        """It waits by this document until the conference starts; None is silence."""
        events = self.conference.rewait(call_sid, self._clock.utc_now())
        seat = self._seats.get(call_sid)
        if seat is not None:
            seat.wait = document
            if not self.conference.is_started and not self.conference.participants[call_sid].hold:
                seat.listen_to(document)
        self._apply(events)

    def modify(
        self,
        call_sid: CallSid,
        *,
        end_on_exit: bool | None = None,
        beep: Beep | None = None,
        coaching: CallSid | Literal[False] | None = None,
    ) -> None:
        """Also raises `JoinRefused` when the one to be coached is not there. `coaching` False ends it."""
        now = self._clock.utc_now()
        self._apply(self.conference.modify(call_sid, now, end_on_exit=end_on_exit, beep=beep, coaching=coaching))

    def kick(self, call_sid: CallSid) -> None:
        """Take it out; its document goes on after the `<Dial>`. A call that is being dialled is ended."""
        invitation = self._invitations.get(call_sid)
        if invitation is not None:
            invitation.withdraw()
            return
        seat = self._seats[call_sid]
        seat.was_kicked = True
        seat.leave("kicked")

    def announce(self, document: AnnounceDocument, *, url: str, call_sid: CallSid | None = None) -> None:
        """To all that are not held, or to one, in the background; who waits or is held hears it instead of what plays.

        Raises `KeyError` when it is not there, or nobody is.
        """
        speaker = call_sid if call_sid is not None else next(iter(self._seats), CallSid(""))
        self._own(self._announce(document, url, self._seats[speaker], is_for_all=call_sid is None))

    def end(self) -> None:
        """End it for all."""
        self._after_leaving(self.conference.end(self._clock.utc_now()))

    async def close(self) -> None:
        """Wait for what the room still does: the last beep, the end of its recording."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- in and out -----------------------------------------------------------------------------------------------

    def _enter(self, seat: Seat[C]) -> None:
        request, invitation = seat.request, self._invitations.pop(seat.call_sid, None)
        had_started = self.conference.is_started
        self._ringing.end(seat.call_sid)
        events = self.conference.join(
            Participant(
                call_sid=seat.call_sid,
                label=request.label,
                muted=request.muted,
                beep=request.beep,
                start_on_enter=request.start_on_enter,
                end_on_exit=request.end_on_exit,
                coaching=request.coach,
                is_coach=request.coach is not None,
            ),
            self._clock.utc_now(),
        )
        if self._opened is None:
            self._opened = request, self._audio_for(seat.call)
            self._ringing.open(self._audio)
        self._seats[seat.call_sid] = seat
        self._tell(events)
        if self.conference.participants[seat.call_sid].hold:
            seat.listen_to(invitation.hold if invitation is not None else None)
        elif not self.conference.is_started:
            seat.listen_to(request.wait, needed=True)
        self._let_hear_ringing()
        if not self.conference.is_started:
            return
        if had_started:
            self._bring_in(seat)
            self._record()
        else:
            self._start()
        if self.conference.participants[seat.call_sid].beeps_on_enter:
            self._beep("enter")

    def _start(self) -> None:
        """C-01, C-14: everybody comes in, and the recording begins."""
        for seat in self._seats.values():
            self._bring_in(seat)
        self._record()

    def _record(self) -> None:
        """C-14, as the first says who asks for it: it may well be an agent, who comes to a caller that waits."""
        record = next((seat.request.record for seat in self._seats.values() if seat.request.record is not None), None)
        if record is None or self._recording is not None:
            return
        self._recording = self._audio.record(
            next(iter(self._seats.values())).call.info,
            conference_sid=self.conference.sid,
            trim=record.trim,
            on_started=lambda started: record.on_started(self.conference.sid, started),
        )
        self._own(self._see_recording(self._recording, record))

    def _bring_in(self, seat: Seat[C]) -> None:
        participant = self.conference.participants[seat.call_sid]
        if not participant.hold:
            seat.stop_listening()
        self._audio.join(
            seat.call,
            muted=participant.is_silenced,
            coaching=self._call_of(participant.coaching),
            jitter_buffer=seat.request.jitter_buffer,
        )
        if participant.hold:
            self._update_audio(seat)
        if self._first.watch_speakers:
            seat.own(self._watch(seat))

    def _leave(self, seat: Seat[C], reason: ReasonLeft) -> None:
        present = self.conference.participants.get(seat.call_sid)
        if present is None:
            return  # the room was ended for all: `_after_leaving` has seen to it
        status = seat.call.status if seat.call.has_ended else CallStatus.IN_PROGRESS
        events = self.conference.leave(
            seat.call_sid, self._clock.utc_now(), reason=reason, status=status, kicked=seat.was_kicked
        )
        del self._seats[seat.call_sid]
        seat.stop_listening()
        if self.conference.is_started:
            self._audio.leave(seat.call)
            if present.beeps_on_exit and not self.conference.is_over:
                self._beep("exit")
        self._after_leaving(events)

    def _after_leaving(self, events: Events) -> None:
        """Tell what happened, and if that was the end of the room, send everybody away."""
        if self.conference.is_over:
            for seat in self._seats.values():
                if self.conference.is_started:
                    self._audio.leave(seat.call)
                seat.stop_listening()
                seat.leave("room")
            self._seats.clear()
            self._ringing.close()
            self._withdraw_all()
            self._close_audio()
        else:
            for seat in self._seats.values():  # whoever coached the one that left is heard by nobody now
                if self.conference.is_started and self.conference.participants[seat.call_sid].is_coach:
                    self._update_audio(seat)
            self._let_hear_ringing()
        self._tell(events)

    def _let_hear_ringing(self) -> None:
        """Who waits hears it now; one who is held does not. Once it has started the mix has it."""
        present = self.conference.participants
        waiting = [seat for call_sid, seat in self._seats.items() if not present[call_sid].hold]
        self._ringing.heard_by([] if self.conference.is_started else waiting)

    def _withdraw_all(self) -> None:
        invitations, self._invitations = list(self._invitations.values()), {}
        for invitation in invitations:
            invitation.withdraw()

    def _close_audio(self) -> None:
        """The name is free. What the room still does is done by its tasks."""
        if not self._over.done():
            self._over.set_result(None)
            self._on_over(self)
            if self._opened is not None:
                self._own(self._finish())

    async def _finish(self) -> None:
        """The file is complete before anybody is told of it."""
        if self._recording is not None:
            await self._recording.finish()
        await self._audio.close()

    async def _see_recording(self, recording: RunningRecording, record: RoomRecording) -> None:
        """It may be stopped from outside before the room is over."""
        record.on_finished(self.conference.sid, await recording.finished())

    def _end_if_empty(self) -> None:
        """A room whose first call was refused never was."""
        if not self.conference.participants and not self.conference.expected and not self.conference.is_over:
            self.conference.is_over = True
            self._close_audio()

    # -- inside -----------------------------------------------------------------------------------------------------

    @property
    def _first(self) -> ConferenceRequest:
        """Of a room that somebody has joined."""
        assert self._opened is not None
        return self._opened[0]

    @property
    def _audio(self) -> RoomAudio[C]:
        assert self._opened is not None
        return self._opened[1]

    def _apply(self, events: Events) -> None:
        """Tell of a change, and let it be heard."""
        for event in events:
            seat = self._seats.get(event.participant.call_sid) if event.participant else None
            if seat is not None and self.conference.is_started:
                self._update_audio(seat)
        self._tell(events)

    def _update_audio(self, seat: Seat[C]) -> None:
        participant = self.conference.participants[seat.call_sid]
        self._audio.update(
            seat.call,
            muted=participant.is_silenced,
            held=participant.hold,
            coaching=self._call_of(participant.coaching),
        )

    def _call_of(self, call_sid: CallSid | None) -> C | None:
        seat = self._seats.get(call_sid) if call_sid is not None else None
        return seat.call if seat is not None else None

    async def _watch(self, seat: Seat[C]) -> None:
        async with self._audio.voice(seat.call) as changes:
            async for change in changes:
                now = self._clock.utc_now()
                self._tell(self.conference.spoke(seat.call_sid, change == "started", now))

    def _beep(self, tone: Tone) -> None:
        self._own(self._audio.beep(tone))

    async def _announce(self, document: AnnounceDocument, url: str, seat: Seat[C], *, is_for_all: bool) -> None:
        """The mixer plays to all once it runs; until then, and to one alone, it is played on the calls."""
        listeners = [] if self.conference.is_started else list(self._seats.values())
        if not is_for_all:
            listeners = [seat]
        announcer = Announcer(
            seat.call,
            play=lambda prompt: _play_to(listeners, prompt) if listeners else self._audio.announce(prompt),
            over=self._over if is_for_all else seat.gone,
            clock=self._clock,
        )
        with contextlib.ExitStack() as stack:
            for listener in listeners:
                stack.enter_context(listener.interrupted())
            failure = await announcer.run(document)
        if not self.conference.is_over:
            about = None if is_for_all else seat.call_sid
            now = self._clock.utc_now()
            self._tell(self.conference.announced(now, url=url, call_sid=about, failure=failure))

    def _remember(self) -> None:
        """Before anybody is told of it."""
        if self.conference.record != self._kept:
            self._kept = self.conference.record
            self._keep(self._kept)

    def _tell(self, events: Events) -> None:
        if events:
            self._remember()
        for event in events if self._opened is not None else ():
            self._first.notify(event)

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            logger.error("a conference failed at something", conference_sid=self.conference.sid, exc_info=problem)


async def _play_to(listeners: Sequence[Seat[C]], prompt: Prompt) -> None:
    """On each call of its own. Raises `MediaUnavailable`; who hangs up meanwhile needs no announcement."""
    plays = [listener.call.play(prompt) for listener in listeners]
    for problem in await asyncio.gather(*plays, return_exceptions=True):
        if isinstance(problem, BaseException) and not isinstance(problem, CallEnded):
            raise problem
