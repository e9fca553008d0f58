"""The two client transaction machines, to be laid beside RFC 3261 figures 5 and 6 and RFC 6026 section 8.4."""

from ringback.sip.timers import Timer
from ringback.sip.transaction.action import (
    Acknowledge,
    BackOff,
    Deliver,
    Failure,
    Report,
    Resend,
    Send,
    StartAtT2,
    StartTimer,
    StopTimer,
)
from ringback.sip.transaction.machine import Input, Machine, State, table

_INVITE_STATES = (
    State.NEW,
    State.CALLING,
    State.PROCEEDING,
    State.ACCEPTED,
    State.COMPLETED,
    State.TERMINATED,
)
_INVITE_INPUTS = (
    Input.REQUEST,
    Input.PROVISIONAL,
    Input.SUCCESS,
    Input.FAILURE,
    Input.TRANSPORT_ERROR,
    Input.TIMER_A,
    Input.TIMER_B,
    Input.TIMER_D,
    Input.TIMER_M,
)
_STOP_CALLING = (StopTimer(Timer.A), StopTimer(Timer.B))
_ACCEPT = (Deliver(), StartTimer(Timer.M))
_COMPLETE = (Acknowledge(), Deliver(), StartTimer(Timer.D))

# RFC 3261 section 17.1.1. In Accepted each 2xx goes up, also a copy: its ACK is the dialog's (RFC 6026 section 8.4).
# We differ in Proceeding: a broken connection is ignored there, since nothing of ours is under way and the peer may
# answer over a new one; the user's own limit on ringing ends the call.
INVITE_CLIENT = Machine(
    name="INVITE client",
    section="RFC 3261 17.1.1, RFC 6026 8.4",
    states=_INVITE_STATES,
    inputs=_INVITE_INPUTS,
    table=table(
        (State.NEW, Input.REQUEST, (Send(), StartTimer(Timer.A), StartTimer(Timer.B)), State.CALLING),
        (State.CALLING, Input.TIMER_A, (Resend(), BackOff(Timer.A)), State.CALLING),
        (State.CALLING, Input.TIMER_B, (StopTimer(Timer.A), Report(Failure.TIMEOUT)), State.TERMINATED),
        (State.CALLING, Input.TRANSPORT_ERROR, (*_STOP_CALLING, Report(Failure.TRANSPORT)), State.TERMINATED),
        (State.CALLING, Input.PROVISIONAL, (*_STOP_CALLING, Deliver()), State.PROCEEDING),
        (State.CALLING, Input.SUCCESS, (*_STOP_CALLING, *_ACCEPT), State.ACCEPTED),
        (State.CALLING, Input.FAILURE, (*_STOP_CALLING, *_COMPLETE), State.COMPLETED),
        (State.PROCEEDING, Input.PROVISIONAL, (Deliver(),), State.PROCEEDING),
        (State.PROCEEDING, Input.SUCCESS, _ACCEPT, State.ACCEPTED),
        (State.PROCEEDING, Input.FAILURE, _COMPLETE, State.COMPLETED),
        (State.ACCEPTED, Input.SUCCESS, (Deliver(),), State.ACCEPTED),
        (State.ACCEPTED, Input.TIMER_M, (), State.TERMINATED),
        (State.COMPLETED, Input.FAILURE, (Acknowledge(),), State.COMPLETED),
        (State.COMPLETED, Input.TRANSPORT_ERROR, (StopTimer(Timer.D), Report(Failure.TRANSPORT)), State.TERMINATED),
        (State.COMPLETED, Input.TIMER_D, (), State.TERMINATED),
        ignored={
            State.NEW: _INVITE_INPUTS[1:],
            State.CALLING: (Input.REQUEST, Input.TIMER_D, Input.TIMER_M),
            State.PROCEEDING: (
                Input.REQUEST,
                Input.TRANSPORT_ERROR,
                Input.TIMER_A,
                Input.TIMER_B,
                Input.TIMER_D,
                Input.TIMER_M,
            ),
            State.ACCEPTED: (
                Input.REQUEST,
                Input.PROVISIONAL,
                Input.FAILURE,
                Input.TRANSPORT_ERROR,
                Input.TIMER_A,
                Input.TIMER_B,
                Input.TIMER_D,
            ),
            State.COMPLETED: (
                Input.REQUEST,
                Input.PROVISIONAL,
                Input.SUCCESS,
                Input.TIMER_A,
                Input.TIMER_B,
                Input.TIMER_M,
            ),
            State.TERMINATED: _INVITE_INPUTS,
        },
    ),
)

_INPUTS = (
    Input.REQUEST,
    Input.PROVISIONAL,
    Input.SUCCESS,
    Input.FAILURE,
    Input.TRANSPORT_ERROR,
    Input.TIMER_E,
    Input.TIMER_F,
    Input.TIMER_K,
)
_STOP_TRYING = (StopTimer(Timer.E), StopTimer(Timer.F))
_FINISH = (*_STOP_TRYING, Deliver(), StartTimer(Timer.K))
_BROKEN = (*_STOP_TRYING, Report(Failure.TRANSPORT))
_TIMED_OUT = (StopTimer(Timer.E), Report(Failure.TIMEOUT))

# RFC 3261 section 17.1.2.
NON_INVITE_CLIENT = Machine(
    name="non-INVITE client",
    section="RFC 3261 17.1.2",
    states=(State.NEW, State.TRYING, State.PROCEEDING, State.COMPLETED, State.TERMINATED),
    inputs=_INPUTS,
    table=table(
        (State.NEW, Input.REQUEST, (Send(), StartTimer(Timer.E), StartTimer(Timer.F)), State.TRYING),
        (State.TRYING, Input.TIMER_E, (Resend(), BackOff(Timer.E)), State.TRYING),
        (State.TRYING, Input.TIMER_F, _TIMED_OUT, State.TERMINATED),
        (State.TRYING, Input.TRANSPORT_ERROR, _BROKEN, State.TERMINATED),
        (State.TRYING, Input.PROVISIONAL, (Deliver(),), State.PROCEEDING),
        (State.TRYING, Input.SUCCESS, _FINISH, State.COMPLETED),
        (State.TRYING, Input.FAILURE, _FINISH, State.COMPLETED),
        (State.PROCEEDING, Input.TIMER_E, (Resend(), StartAtT2(Timer.E)), State.PROCEEDING),
        (State.PROCEEDING, Input.TIMER_F, _TIMED_OUT, State.TERMINATED),
        (State.PROCEEDING, Input.TRANSPORT_ERROR, _BROKEN, State.TERMINATED),
        (State.PROCEEDING, Input.PROVISIONAL, (Deliver(),), State.PROCEEDING),
        (State.PROCEEDING, Input.SUCCESS, _FINISH, State.COMPLETED),
        (State.PROCEEDING, Input.FAILURE, _FINISH, State.COMPLETED),
        (State.COMPLETED, Input.TIMER_K, (), State.TERMINATED),
        ignored={
            State.NEW: _INPUTS[1:],
            State.TRYING: (Input.REQUEST, Input.TIMER_K),
            State.PROCEEDING: (Input.REQUEST, Input.TIMER_K),
            State.COMPLETED: _INPUTS[:-1],
            State.TERMINATED: _INPUTS,
        },
    ),
)
