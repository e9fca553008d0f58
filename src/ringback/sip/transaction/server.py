"""The two server transaction machines, to be laid beside RFC 3261 figure 8 and RFC 6026 figure 5."""

from ringback.sip.timers import Timer
from ringback.sip.transaction.action import BackOff, Deliver, Failure, Report, Resend, Send, StartTimer, StopTimer
from ringback.sip.transaction.machine import Input, Machine, State, table

_INVITE_INPUTS = (
    Input.REQUEST,
    Input.ACK,
    Input.PROVISIONAL,
    Input.SUCCESS,
    Input.FAILURE,
    Input.TRANSPORT_ERROR,
    Input.TIMER_G,
    Input.TIMER_H,
    Input.TIMER_I,
    Input.TIMER_L,
)
_TIMERS = (Input.TIMER_G, Input.TIMER_H, Input.TIMER_I, Input.TIMER_L)
_BROKEN = (Report(Failure.TRANSPORT),)

# RFC 3261 section 17.2.1 as changed by RFC 6026: a 2xx leads to Accepted, where copies of the INVITE are absorbed and
# our user (the session) sends its 2xx again by itself; a transport error is told and changes nothing.
INVITE_SERVER = Machine(
    name="INVITE server",
    section="RFC 3261 17.2.1, RFC 6026 8.5",
    states=(
        State.NEW,
        State.PROCEEDING,
        State.ACCEPTED,
        State.COMPLETED,
        State.CONFIRMED,
        State.TERMINATED,
    ),
    inputs=_INVITE_INPUTS,
    table=table(
        (State.NEW, Input.REQUEST, (Deliver(),), State.PROCEEDING),
        (State.PROCEEDING, Input.REQUEST, (Resend(),), State.PROCEEDING),
        (State.PROCEEDING, Input.PROVISIONAL, (Send(),), State.PROCEEDING),
        (State.PROCEEDING, Input.SUCCESS, (Send(), StartTimer(Timer.L)), State.ACCEPTED),
        (State.PROCEEDING, Input.FAILURE, (Send(), StartTimer(Timer.G), StartTimer(Timer.H)), State.COMPLETED),
        (State.PROCEEDING, Input.TRANSPORT_ERROR, _BROKEN, State.PROCEEDING),
        (State.ACCEPTED, Input.ACK, (Deliver(),), State.ACCEPTED),
        (State.ACCEPTED, Input.SUCCESS, (Send(),), State.ACCEPTED),
        (State.ACCEPTED, Input.TRANSPORT_ERROR, _BROKEN, State.ACCEPTED),
        (State.ACCEPTED, Input.TIMER_L, (), State.TERMINATED),
        (State.COMPLETED, Input.REQUEST, (Resend(),), State.COMPLETED),
        (State.COMPLETED, Input.ACK, (StopTimer(Timer.G), StopTimer(Timer.H), StartTimer(Timer.I)), State.CONFIRMED),
        (State.COMPLETED, Input.TIMER_G, (Resend(), BackOff(Timer.G)), State.COMPLETED),
        (State.COMPLETED, Input.TIMER_H, (StopTimer(Timer.G), Report(Failure.TIMEOUT)), State.TERMINATED),
        (State.COMPLETED, Input.TRANSPORT_ERROR, _BROKEN, State.COMPLETED),
        (State.CONFIRMED, Input.TIMER_I, (), State.TERMINATED),
        ignored={
            State.NEW: _INVITE_INPUTS[1:],
            State.PROCEEDING: (Input.ACK, *_TIMERS),
            State.ACCEPTED: (
                Input.REQUEST,
                Input.PROVISIONAL,
                Input.FAILURE,
                Input.TIMER_G,
                Input.TIMER_H,
                Input.TIMER_I,
            ),
            State.COMPLETED: (
                Input.PROVISIONAL,
                Input.SUCCESS,
                Input.FAILURE,
                Input.TIMER_I,
                Input.TIMER_L,
            ),
            State.CONFIRMED: (*_INVITE_INPUTS[:6], Input.TIMER_G, Input.TIMER_H, Input.TIMER_L),
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
    Input.TIMER_J,
)
_FINISH = (Send(), StartTimer(Timer.J))

# RFC 3261 section 17.2.2.
NON_INVITE_SERVER = Machine(
    name="non-INVITE server",
    section="RFC 3261 17.2.2",
    states=(State.NEW, State.TRYING, State.PROCEEDING, State.COMPLETED, State.TERMINATED),
    inputs=_INPUTS,
    table=table(
        (State.NEW, Input.REQUEST, (Deliver(),), State.TRYING),
        (State.TRYING, Input.PROVISIONAL, (Send(),), State.PROCEEDING),
        (State.TRYING, Input.SUCCESS, _FINISH, State.COMPLETED),
        (State.TRYING, Input.FAILURE, _FINISH, State.COMPLETED),
        (State.PROCEEDING, Input.REQUEST, (Resend(),), State.PROCEEDING),
        (State.PROCEEDING, Input.PROVISIONAL, (Send(),), State.PROCEEDING),
        (State.PROCEEDING, Input.SUCCESS, _FINISH, State.COMPLETED),
        (State.PROCEEDING, Input.FAILURE, _FINISH, State.COMPLETED),
        (State.PROCEEDING, Input.TRANSPORT_ERROR, _BROKEN, State.TERMINATED),
        (State.COMPLETED, Input.REQUEST, (Resend(),), State.COMPLETED),
        (State.COMPLETED, Input.TRANSPORT_ERROR, (StopTimer(Timer.J), *_BROKEN), State.TERMINATED),
        (State.COMPLETED, Input.TIMER_J, (), State.TERMINATED),
        ignored={
            State.NEW: _INPUTS[1:],
            State.TRYING: (Input.REQUEST, Input.TRANSPORT_ERROR, Input.TIMER_J),
            State.PROCEEDING: (Input.TIMER_J,),
            State.COMPLETED: (Input.PROVISIONAL, Input.SUCCESS, Input.FAILURE),
            State.TERMINATED: _INPUTS,
        },
    ),
)
