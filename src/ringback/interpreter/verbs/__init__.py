"""One executor per verb, found by the type of its node.

A module here has `NEEDS_ANSWER`, which says whether the call is answered before the verb begins (twiml.md 1.2), and
`async def execute(verb, run) -> Outcome`, which may be cancelled at any moment.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ringback.interpreter.outcome import Outcome
from ringback.interpreter.run import Run
from ringback.interpreter.verbs import (
    dial,
    echo,
    enqueue,
    gather,
    hangup,
    leave,
    pause,
    pay,
    play,
    record,
    redirect,
    refer,
    reject,
    say,
    sms,
    start,
    stop,
)
from ringback.twiml import nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """`waits_in_ringing`: the verb can keep the caller of an unanswered call waiting."""

    needs_answer: bool
    execute: Callable[[Any, Run], Awaitable[Outcome]]  # the verb is of the type that is the key below
    waits_in_ringing: bool = False


EXECUTORS: Mapping[type[nodes.Verb], Executor] = {
    nodes.Dial: Executor(needs_answer=dial.NEEDS_ANSWER, execute=dial.execute, waits_in_ringing=True),
    nodes.Echo: Executor(needs_answer=echo.NEEDS_ANSWER, execute=echo.execute),
    nodes.Enqueue: Executor(needs_answer=enqueue.NEEDS_ANSWER, execute=enqueue.execute),
    nodes.Gather: Executor(needs_answer=gather.NEEDS_ANSWER, execute=gather.execute),
    nodes.Hangup: Executor(needs_answer=hangup.NEEDS_ANSWER, execute=hangup.execute),
    nodes.Leave: Executor(needs_answer=leave.NEEDS_ANSWER, execute=leave.execute),
    nodes.Pause: Executor(needs_answer=pause.NEEDS_ANSWER, execute=pause.execute, waits_in_ringing=True),
    nodes.Pay: Executor(needs_answer=pay.NEEDS_ANSWER, execute=pay.execute),
    nodes.Play: Executor(needs_answer=play.NEEDS_ANSWER, execute=play.execute),
    nodes.Record: Executor(needs_answer=record.NEEDS_ANSWER, execute=record.execute),
    nodes.Redirect: Executor(needs_answer=redirect.NEEDS_ANSWER, execute=redirect.execute),
    nodes.Refer: Executor(needs_answer=refer.NEEDS_ANSWER, execute=refer.execute),
    nodes.Reject: Executor(needs_answer=reject.NEEDS_ANSWER, execute=reject.execute),
    nodes.Say: Executor(needs_answer=say.NEEDS_ANSWER, execute=say.execute),
    nodes.Sms: Executor(needs_answer=sms.NEEDS_ANSWER, execute=sms.execute),
    nodes.Start: Executor(needs_answer=start.NEEDS_ANSWER, execute=start.execute),
    nodes.Stop: Executor(needs_answer=stop.NEEDS_ANSWER, execute=stop.execute),
}
