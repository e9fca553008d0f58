"""The loop over documents: what leads on, what stops, and what is counted."""

import asyncio

import pytest

from ringback.interpreter.document import LoadedDocument
from ringback.interpreter.limits import Limits
from ringback.interpreter.loop import TOO_MANY_DOCUMENTS
from ringback.interpreter.run import NOT_EXECUTED
from ringback.interpreter.source import DocumentRequest
from ringback.model.call_status import CallStatus
from ringback.testing.clock import run_in_virtual_time
from tests.unit.interpreter.conftest import BASE, Bench, MemoryDocuments


async def test_verbs_run_top_to_bottom_and_the_call_is_hung_up_after_the_last(bench: Bench) -> None:
    await bench.runs(voice="<Say>One</Say><Say>Two</Say>")
    assert bench.heard == ["One", "Two"]
    assert bench.call.status is CallStatus.COMPLETED


async def test_what_is_wrong_in_a_document_is_reported_with_its_place(bench: Bench) -> None:
    await bench.runs(voice='\n<Pause length="never"/><Frob/><Say>Hello</Say>')
    report = bench.journal.problems[0]
    assert (report.code, report.line, report.element, report.attribute, report.value) == (
        13910,
        2,
        "Pause",
        "length",
        "never",
    )
    assert report.url == "http://app.example/voice"
    assert bench.codes == [13910, 12200]
    assert bench.heard == ["Hello"]


async def test_a_verb_that_is_not_executed_yet_is_reported_and_the_document_goes_on(bench: Bench) -> None:
    await bench.runs(voice="<Connect><Room>r</Room></Connect><Say>After</Say>")
    assert bench.codes == [NOT_EXECUTED]
    assert bench.journal.problems[0].level == "warning"
    assert "not executed yet" in bench.journal.problems[0].message
    assert bench.heard == ["After"]


async def test_a_verb_that_is_not_executed_yet_does_not_answer_the_call(bench: Bench) -> None:
    await bench.runs(voice="<Connect><Room>r</Room></Connect><Reject/>")
    assert bench.call.sip_status == 603


async def test_a_prompt_that_cannot_be_had_is_reported_and_the_document_goes_on(bench: Bench) -> None:
    await bench.runs(voice="<Play>/missing.wav</Play><Say>After</Say>")
    assert bench.codes == [11200]
    assert bench.journal.problems[0].value == "http://app.example/missing.wav"
    assert bench.heard == ["After"]


async def test_nothing_runs_after_a_document_went_on_to_another(bench: Bench) -> None:
    await bench.runs(voice="<Redirect>/next</Redirect><Say>Never</Say>", next="<Say>Next</Say>")
    assert bench.heard == ["Next"]


async def test_redirects_are_a_loop_and_do_not_grow_the_stack(bench: Bench) -> None:
    bench.limits = Limits(max_documents=3000)
    await bench.runs(voice="<Pause/><Redirect/>")
    assert len(bench.asked) == 3000


async def test_an_app_that_only_redirects_is_stopped_after_the_limit_of_hasty_documents(bench: Bench) -> None:
    bench.limits = Limits(max_hasty_documents=7)
    await bench.runs(voice="<Redirect/>")
    assert len(bench.asked) == 7
    assert bench.codes == [TOO_MANY_DOCUMENTS]
    assert bench.heard == ["We are sorry, an application error has occurred. Goodbye."]


async def test_failing_prompts_do_not_hide_a_hot_loop(bench: Bench) -> None:
    bench.limits = Limits(max_hasty_documents=3)
    await bench.runs(voice="<Play>/missing.wav</Play><Redirect/>")
    assert bench.codes == [11200, 11200, 11200, TOO_MANY_DOCUMENTS]


async def test_a_document_that_takes_its_time_starts_the_count_of_hasty_ones_again(bench: Bench) -> None:
    bench.limits = Limits(max_hasty_documents=3, max_documents=9)
    await bench.runs(voice="<Redirect>/b</Redirect>", b="<Pause/><Redirect>/voice</Redirect>")
    assert len(bench.asked) == 9
    assert "9 documents" in bench.journal.problems[-1].message


async def test_the_first_of_several_hasty_documents_is_not_one_too_many(bench: Bench) -> None:
    assert Limits().max_hasty_documents < Limits().max_documents
    await bench.runs(voice="<Redirect>/a</Redirect>", a="<Redirect>/b</Redirect>", b="<Say>Here</Say>")
    assert bench.codes == []
    assert bench.heard == ["Here"]


async def test_a_document_that_arrives_after_the_caller_left_is_not_run(bench: Bench) -> None:
    bench.call.end()
    await bench.runs(voice="<Say>Too late</Say><Frob/>")
    assert bench.heard == []
    assert bench.codes == []
    assert bench.call.status is CallStatus.CANCELED


async def test_a_caller_who_leaves_in_a_verb_stops_the_document(bench: Bench) -> None:
    bench.clock.call_at(1, bench.call.end)
    await bench.runs(voice="<Pause length='5'/><Redirect>/next</Redirect>", next="")
    assert bench.clock.now() == pytest.approx(1)
    assert bench.asked == ["/voice"]


class SlowDocuments(MemoryDocuments):
    """Every document after the first takes ten seconds."""

    async def fetch(self, request: DocumentRequest) -> LoadedDocument:
        document = await super().fetch(request)
        if len(self.asked) > 1:
            await asyncio.sleep(10)
        return document


@pytest.mark.parametrize(("first", "seconds"), [("", 4.0), ("<Say>one two three</Say>", 11.2)])
def test_f_08_a_document_that_nobody_needs_is_not_waited_for_if_the_call_still_rang(
    bench: Bench, first: str, seconds: float
) -> None:
    """An answered call that ends meanwhile sees its request through, as an app may count on it (A-02)."""
    bench.documents = SlowDocuments({"/voice": f"{first}<Redirect>/next</Redirect>", "/next": "<Say>never</Say>"})
    bench.clock.call_at(4, bench.call.end)
    run_in_virtual_time(bench.clock, bench.interpreter().run(DocumentRequest(url=f"{BASE}/voice")))
    assert (bench.asked, bench.clock.now()) == (["/voice", "/next"], seconds)
    assert "never" not in bench.heard
