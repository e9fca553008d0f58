"""`<Redirect>`, `<Reject>`, `<Hangup>`, and the registry that finds every executor."""

import pytest

from ringback.interpreter.verbs import EXECUTORS
from ringback.model.call_status import CallStatus
from ringback.twiml import nodes
from ringback.twiml.coverage import coverage_of
from ringback.twiml.grammar.verb import VERBS
from tests.unit.interpreter.conftest import Bench


async def test_redirect_leaves_the_call_ringing(bench: Bench) -> None:
    await bench.runs(voice="<Redirect method='GET'>/next</Redirect>", next="<Reject/>")
    assert not bench.call.is_answered
    assert bench.documents.asked[1].method == "GET"


@pytest.mark.parametrize(
    ("reject", "sip_status", "status"),
    [
        ("<Reject/>", 603, CallStatus.NO_ANSWER),
        ("<Reject reason='rejected'/>", 603, CallStatus.NO_ANSWER),
        ("<Reject reason='busy'/>", 486, CallStatus.BUSY),
    ],
)
async def test_reject_refuses_and_nothing_runs_after_it(
    reject: str, sip_status: int, status: CallStatus, bench: Bench
) -> None:
    await bench.runs(voice=f"{reject}<Redirect>/next</Redirect>", next="")
    assert (bench.call.sip_status, bench.call.status) == (sip_status, status)
    assert bench.asked == ["/voice"]


async def test_reject_of_an_answered_call_ends_it(bench: Bench) -> None:
    await bench.runs(voice="<Say>Hello</Say><Reject/>")
    assert bench.call.status is CallStatus.COMPLETED


async def test_hangup_answers_first_and_ends_the_call(bench: Bench) -> None:
    await bench.runs(voice="<Hangup/><Say>Never</Say>")
    assert bench.call.is_answered
    assert bench.call.status is CallStatus.COMPLETED
    assert bench.heard == []


def test_the_reference_says_of_each_verb_whether_it_runs() -> None:
    runs = {name for name in VERBS if coverage_of(name).status in ("done", "partly")}
    assert runs == {verb.__name__ for verb in EXECUTORS}


def test_only_the_verbs_of_the_table_answer_before_they_begin() -> None:
    answering = {verb for verb, executor in EXECUTORS.items() if executor.needs_answer}
    assert answering == {
        nodes.Say,
        nodes.Play,
        nodes.Gather,
        nodes.Record,
        nodes.Refer,
        nodes.Enqueue,
        nodes.Pay,
        nodes.Echo,
    }
