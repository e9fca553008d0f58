"""The four tables: every pair decided, every path sound, and the RFC's figures ticked off."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from ringback.sip.transaction.client import INVITE_CLIENT, NON_INVITE_CLIENT
from ringback.sip.transaction.machine import Input, Machine, State, input_of_status, input_of_timer, table
from ringback.sip.transaction.server import INVITE_SERVER, NON_INVITE_SERVER

MACHINES = (INVITE_CLIENT, NON_INVITE_CLIENT, INVITE_SERVER, NON_INVITE_SERVER)
every_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


@every_machine
def test_every_pair_of_state_and_input_is_decided(machine: Machine) -> None:
    assert set(machine.table) == set(product(machine.states, machine.inputs))


@every_machine
def test_every_state_can_be_reached_and_terminates(machine: Machine) -> None:
    following = {state: {machine.step(state, event)[1] for event in machine.inputs} for state in machine.states}
    reached, waiting = {State.NEW}, [State.NEW]
    while waiting:
        for state in following[waiting.pop()] - reached:
            reached.add(state)
            waiting.append(state)
    assert reached == set(machine.states)
    assert following[State.TERMINATED] == {State.TERMINATED}


@every_machine
def test_a_terminated_machine_does_nothing(machine: Machine) -> None:
    for event in machine.inputs:
        assert machine.step(State.TERMINATED, event) == ((), State.TERMINATED)


@every_machine
def test_a_new_machine_only_begins(machine: Machine) -> None:
    for event in set(machine.inputs) - {Input.REQUEST}:
        assert machine.step(State.NEW, event) == ((), State.NEW)


@given(machine=st.sampled_from(MACHINES), data=st.data())
def test_whatever_happens_timers_are_consistent(machine: Machine, data: st.DataObject) -> None:
    """Along any path: a timer that may fire is known to the machine, and none is left running at the end."""
    state, running = State.NEW, set[Timer]()
    possible = [event for event in machine.inputs if not event.value.startswith("timer")]
    for event in [Input.REQUEST, *data.draw(st.lists(st.sampled_from(possible), max_size=12))]:
        fired = data.draw(st.sampled_from([None, *sorted(running)])) if running else None
        for step in (event, None if fired is None else input_of_timer(fired)):
            if step is None:
                continue
            running.discard(fired) if fired is not None and step == input_of_timer(fired) else None
            actions, following = machine.step(state, step)
            for action in actions:
                match action:
                    case StartTimer(timer) | BackOff(timer) | StartAtT2(timer):
                        running.add(timer)
                        assert input_of_timer(timer) in machine.inputs
                    case StopTimer(timer):
                        running.discard(timer)
            if following is not state and following is State.TERMINATED:
                assert not running, f"{machine.name} ends with timers {running} from {state} on {step}"
            state = following


def rows(machine: Machine) -> dict[tuple[State, Input], tuple[tuple[object, ...], State]]:
    return {pair: step for pair, step in machine.table.items() if step != ((), pair[0])}


def test_the_invite_client_is_figure_5_with_rfc_6026() -> None:
    stop = (StopTimer(Timer.A), StopTimer(Timer.B))
    assert rows(INVITE_CLIENT) == {
        (State.NEW, Input.REQUEST): ((Send(), StartTimer(Timer.A), StartTimer(Timer.B)), State.CALLING),
        (State.CALLING, Input.TIMER_A): ((Resend(), BackOff(Timer.A)), State.CALLING),
        (State.CALLING, Input.TIMER_B): ((StopTimer(Timer.A), Report(Failure.TIMEOUT)), State.TERMINATED),
        (State.CALLING, Input.TRANSPORT_ERROR): ((*stop, Report(Failure.TRANSPORT)), State.TERMINATED),
        (State.CALLING, Input.PROVISIONAL): ((*stop, Deliver()), State.PROCEEDING),
        (State.CALLING, Input.SUCCESS): ((*stop, Deliver(), StartTimer(Timer.M)), State.ACCEPTED),
        (State.CALLING, Input.FAILURE): ((*stop, Acknowledge(), Deliver(), StartTimer(Timer.D)), State.COMPLETED),
        (State.PROCEEDING, Input.PROVISIONAL): ((Deliver(),), State.PROCEEDING),
        (State.PROCEEDING, Input.SUCCESS): ((Deliver(), StartTimer(Timer.M)), State.ACCEPTED),
        (State.PROCEEDING, Input.FAILURE): ((Acknowledge(), Deliver(), StartTimer(Timer.D)), State.COMPLETED),
        (State.ACCEPTED, Input.SUCCESS): ((Deliver(),), State.ACCEPTED),
        (State.ACCEPTED, Input.TIMER_M): ((), State.TERMINATED),
        (State.COMPLETED, Input.FAILURE): ((Acknowledge(),), State.COMPLETED),
        (State.COMPLETED, Input.TRANSPORT_ERROR): (
            (StopTimer(Timer.D), Report(Failure.TRANSPORT)),
            State.TERMINATED,
        ),
        (State.COMPLETED, Input.TIMER_D): ((), State.TERMINATED),
    }


def test_the_invite_server_absorbs_what_rfc_6026_says() -> None:
    assert INVITE_SERVER.step(State.ACCEPTED, Input.REQUEST) == ((), State.ACCEPTED)
    assert INVITE_SERVER.step(State.ACCEPTED, Input.ACK) == ((Deliver(),), State.ACCEPTED)
    assert INVITE_SERVER.step(State.ACCEPTED, Input.SUCCESS) == ((Send(),), State.ACCEPTED)
    assert INVITE_SERVER.step(State.PROCEEDING, Input.REQUEST) == ((Resend(),), State.PROCEEDING)
    assert INVITE_SERVER.step(State.COMPLETED, Input.ACK) == (
        (StopTimer(Timer.G), StopTimer(Timer.H), StartTimer(Timer.I)),
        State.CONFIRMED,
    )
    assert INVITE_SERVER.step(State.CONFIRMED, Input.ACK) == ((), State.CONFIRMED)


def test_the_other_client_slows_down_after_a_provisional() -> None:
    assert NON_INVITE_CLIENT.step(State.TRYING, Input.TIMER_E)[0] == (Resend(), BackOff(Timer.E))
    assert NON_INVITE_CLIENT.step(State.PROCEEDING, Input.TIMER_E)[0] == (Resend(), StartAtT2(Timer.E))


def test_the_other_server_gives_its_last_response_again() -> None:
    assert NON_INVITE_SERVER.step(State.TRYING, Input.REQUEST) == ((), State.TRYING)
    assert NON_INVITE_SERVER.step(State.COMPLETED, Input.REQUEST) == ((Resend(),), State.COMPLETED)


def test_a_table_with_a_hole_is_refused() -> None:
    states, inputs = (State.NEW, State.TERMINATED), (Input.REQUEST, Input.ACK)
    with pytest.raises(ValueError, match="undecided"):
        Machine(
            name="holey",
            section="none",
            states=states,
            inputs=inputs,
            table=table((State.NEW, Input.REQUEST, (), State.TERMINATED), ignored={State.TERMINATED: inputs}),
        )


def test_a_table_with_a_foreign_state_is_refused() -> None:
    with pytest.raises(ValueError, match="not of this machine"):
        Machine(
            name="strange",
            section="none",
            states=(State.NEW,),
            inputs=(Input.REQUEST,),
            table=table(ignored={State.NEW: (Input.REQUEST,), State.TRYING: (Input.REQUEST,)}),
        )


def test_a_pair_cannot_be_decided_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        table((State.NEW, Input.REQUEST, (), State.NEW), ignored={State.NEW: (Input.REQUEST,)})
    with pytest.raises(ValueError, match="twice"):
        table((State.NEW, Input.REQUEST, (), State.NEW), (State.NEW, Input.REQUEST, (), State.NEW), ignored={})


@pytest.mark.parametrize(("status", "event"), [(100, "1xx"), (199, "1xx"), (200, "2xx"), (300, "300-699")])
def test_a_status_is_one_input(status: int, event: str) -> None:
    assert input_of_status(status).value == event
