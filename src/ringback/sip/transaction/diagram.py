"""The four machines as pictures: Mermaid drawn from the tables, for `docs/topics/sip-stack.md`."""

from ringback.sip.transaction.action import (
    Acknowledge,
    Action,
    BackOff,
    Deliver,
    Report,
    Resend,
    Send,
    StartAtT2,
    StartTimer,
    StopTimer,
)
from ringback.sip.transaction.client import INVITE_CLIENT, NON_INVITE_CLIENT
from ringback.sip.transaction.machine import Machine, State
from ringback.sip.transaction.server import INVITE_SERVER, NON_INVITE_SERVER

MACHINES = (INVITE_CLIENT, NON_INVITE_CLIENT, INVITE_SERVER, NON_INVITE_SERVER)


def diagrams() -> str:
    """All four, each with its heading."""
    return "\n\n".join(
        f"### {machine.name}\n\nFrom {machine.section}.\n\n```mermaid\n{diagram(machine)}\n```" for machine in MACHINES
    )


def diagram(machine: Machine) -> str:
    """One machine. Pairs in which nothing happens are left out; `New` and `Terminated` are the two ends."""
    lines = ["stateDiagram-v2"]
    for (state, event), (actions, following) in machine.table.items():
        if not actions and following is state:
            continue
        label = "\\n".join([event.value, *filter(None, [", ".join(map(words, actions))])])
        lines.append(f"  {_node(state, is_source=True)} --> {_node(following, is_source=False)}: {label}")
    return "\n".join(lines)


def words(action: Action) -> str:
    """What an action does, in two or three words."""
    match action:
        case Send():
            return "send"
        case Resend():
            return "send again"
        case Acknowledge():
            return "send ACK"
        case Deliver():
            return "tell the user"
        case StartTimer(timer):
            return f"start {timer}"
        case BackOff(timer):
            return f"double {timer}"
        case StartAtT2(timer):
            return f"start {timer} at T2"
        case StopTimer(timer):
            return f"stop {timer}"
        case Report(failure):
            return f"report {failure}"


def _node(state: State, *, is_source: bool) -> str:
    end = State.NEW if is_source else State.TERMINATED
    return "[*]" if state is end else state.value
