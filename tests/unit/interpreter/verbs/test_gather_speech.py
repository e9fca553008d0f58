"""`<Gather input="speech">` and `"dtmf speech"`: what wins, what ends it, what the app is told (G-01 to G-17)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from ringback.call.listen_request import ListeningFailed, ListenRequest, SpeechEnded, SpeechNews, SpeechStream
from ringback.testing.transcript import Heard
from ringback.testing.virtual_call import VirtualCall
from tests.unit.interpreter.conftest import BASE, Bench

SAID = {"SpeechResult": "sales", "Confidence": "0.9500", "Language": "en-US", "SpeechModel": "default"}


def say(bench: Bench, text: str, at: float, seconds: float = 1.0) -> None:
    bench.clock.call_at(at, lambda: bench.call.say(text, seconds))


def press(bench: Bench, keys: str, at: float) -> None:
    for index, key in enumerate(keys):
        bench.clock.call_at(at + index / 10, lambda key=key: bench.call.press(key))  # type: ignore[misc]


async def gather(bench: Bench, attributes: str = 'input="speech"', children: str = "") -> None:
    document = f'<Gather action="/next" {attributes}>{children}</Gather><Say>No input</Say>'
    await bench.runs(voice=document, next="<Hangup/>")


async def test_words_are_sent_when_the_caller_was_silent_for_the_timeout(bench: Bench) -> None:
    """G-15: `speechTimeout` is that of `timeout`, unless it is given."""
    say(bench, "sales", 1)
    await gather(bench, 'input="speech" timeout="3"')
    assert bench.last_parameters == SAID | {"msg": "Gather End"}
    assert bench.clock.now() == pytest.approx(1 + 1 + 3)


@pytest.mark.parametrize(("timeout", "ends"), [("2", 4.0), ("auto", 2.8)])
async def test_g15_speech_timeout(bench: Bench, timeout: str, ends: float) -> None:
    say(bench, "sales", 1)
    await gather(bench, f'input="speech" speechTimeout="{timeout}" speechModel="phone_call"')
    assert bench.last_parameters["SpeechModel"] == "phone_call"
    assert bench.clock.now() == pytest.approx(ends)


async def test_words_with_a_short_pause_between_are_one_result(bench: Bench) -> None:
    say(bench, "I want", 1)
    say(bench, "sales", 3)
    await gather(bench, 'input="speech" speechTimeout="2"')
    assert bench.last_parameters["SpeechResult"] == "I want sales"
    assert bench.clock.now() == pytest.approx(6)


async def test_g03_nobody_speaks_within_the_timeout_after_the_prompts(bench: Bench) -> None:
    await gather(bench, 'input="speech" timeout="4"', "<Pause length='10'/>")
    assert bench.asked == ["/voice"]
    assert bench.journal.transcript().events[-1].at == pytest.approx(14 + 0.8)


async def test_g02_speech_stops_the_prompts(bench: Bench) -> None:
    say(bench, "sales", 1)
    await gather(bench, 'input="speech" timeout="1"', "<Say>" + "word " * 50 + "</Say><Say>Never</Say>")
    heard = [event for event in bench.journal.transcript().events if isinstance(event, Heard)]
    assert [event.is_complete for event in heard] == [False]
    assert heard[0].seconds == pytest.approx(1)
    assert bench.last_parameters["SpeechResult"] == "sales"


async def test_without_barge_in_speech_counts_and_the_prompts_are_heard_out(bench: Bench) -> None:
    say(bench, "sales", 1)
    await gather(bench, 'input="speech" timeout="1" bargeIn="false"', "<Say>" + "word " * 20 + "</Say>")
    heard = [event for event in bench.journal.transcript().events if isinstance(event, Heard)]
    assert [event.is_complete for event in heard] == [True]
    assert bench.last_parameters["SpeechResult"] == "sales"
    assert bench.clock.now() == pytest.approx(8)


async def test_g13_speech_first_and_keys_do_nothing(bench: Bench) -> None:
    say(bench, "sales", 1)
    press(bench, "12#", 1.5)
    await gather(bench, 'input="dtmf speech" timeout="2"')
    assert bench.last_parameters == SAID | {"msg": "Gather End"}
    assert bench.clock.now() == pytest.approx(4)


async def test_g13_keys_first_and_speech_does_nothing(bench: Bench) -> None:
    press(bench, "12", 1)
    say(bench, "sales", 2)
    await gather(bench, 'input="speech dtmf" timeout="5" speechTimeout="1"')
    assert bench.last_parameters == {"Digits": "12", "FinishedOnKey": "", "msg": "Gather End"}
    assert bench.clock.now() == pytest.approx(6.1)


async def test_g14_each_kind_has_its_own_timeout(bench: Bench) -> None:
    say(bench, "sales", 1)
    await gather(bench, 'input="dtmf speech" timeout="9" speechTimeout="2"')
    assert bench.clock.now() == pytest.approx(4)


@pytest.mark.parametrize(("attribute", "seconds"), [("", 60.0), ('maxSpeechTime="7"', 7.0), ('maxSpeechTime="90"', 60)])
async def test_g16_speech_lasts_at_most_sixty_seconds(bench: Bench, attribute: str, seconds: float) -> None:
    say(bench, "a very long story", 1, seconds=100)
    await gather(bench, f'input="speech" {attribute}')
    assert bench.clock.now() == pytest.approx(1 + seconds)
    assert bench.last_parameters["SpeechResult"] == "a very long story"


async def test_g17_a_language_nobody_understands_is_an_error_and_no_input(bench: Bench) -> None:
    await gather(bench, 'input="speech" language="xx-XX"', "<Say>Speak</Say>")
    assert bench.codes == [13331]
    assert bench.heard == ["No input"]
    assert bench.clock.now() == pytest.approx(0.8)


async def test_g17_the_keys_count_all_the_same(bench: Bench) -> None:
    press(bench, "1#", 1)
    await gather(bench, 'input="dtmf speech" language="xx-XX"')
    assert bench.codes == [13331]
    assert bench.last_parameters["Digits"] == "1"


async def test_g10_no_words_and_action_on_empty_result(bench: Bench) -> None:
    await gather(bench, 'input="speech" timeout="1" actionOnEmptyResult="true"')
    assert bench.last_parameters["SpeechResult"] == ""
    assert "Digits" not in bench.last_parameters


async def test_speech_alone_takes_no_keys(bench: Bench) -> None:
    press(bench, "1", 1)
    await gather(bench, 'input="speech" timeout="4"')
    assert bench.asked == ["/voice"]
    assert bench.clock.now() == pytest.approx(4.8)


async def test_g19_what_was_said_before_does_not_count(bench: Bench) -> None:
    say(bench, "sales", 0.1, seconds=0.5)
    await bench.runs(voice='<Pause length="2"/><Gather input="speech" timeout="2" action="/next"/>')
    assert bench.asked == ["/voice"]


async def test_profanity_keeps_its_first_letter_unless_the_filter_is_off(bench: Bench) -> None:
    say(bench, "well damn it", 1)
    await gather(bench)
    assert bench.last_parameters["SpeechResult"] == "well d*** it"


async def test_profanity_is_passed_on_when_the_app_wants_it(bench: Bench) -> None:
    say(bench, "well damn it", 1)
    await gather(bench, 'input="speech" profanityFilter="false"')
    assert bench.last_parameters["SpeechResult"] == "well damn it"


async def test_partial_results_are_sent_and_numbered_from_zero(bench: Bench) -> None:
    """twiml.md 5.4."""
    say(bench, "I want", 1)
    say(bench, "damn sales", 3)
    attributes = 'input="speech" speechTimeout="2" partialResultCallback="/partial" partialResultCallbackMethod="GET"'
    await gather(bench, attributes)
    sent = bench.callbacks.sent
    assert [(url, method) for url, method, _ in sent] == [(f"{BASE}/partial", "GET")] * 2
    assert [parameters["SequenceNumber"] for _, _, parameters in sent] == ["0", "1"]
    assert [parameters["UnstableSpeechResult"] for _, _, parameters in sent] == ["I want", "I want d*** sales"]
    assert sent[0][2]["CallSid"] == bench.call.info.call_sid
    assert sent[0][2]["CallStatus"] == "in-progress"


async def test_without_a_callback_nobody_works_for_partial_results(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[ListenRequest] = []

    @contextlib.asynccontextmanager
    async def listen(call: VirtualCall, request: ListenRequest) -> AsyncIterator[SpeechStream]:
        asked.append(request)
        yield Noises()

    monkeypatch.setattr(VirtualCall, "listen", listen)
    await gather(bench, 'input="speech" hints="sales, technical support" timeout="2"')
    assert [(request.partials, request.hints) for request in asked] == [(False, ("sales", "technical support"))]


class Noises:
    """A stream of these news, then silence."""

    def __init__(self, *news: SpeechNews | Exception) -> None:
        self.news = list(news)

    async def next(self) -> SpeechNews:
        if not self.news:
            await asyncio.Event().wait()
        news = self.news.pop(0)
        if isinstance(news, Exception):
            raise news
        return news


def hears(monkeypatch: pytest.MonkeyPatch, stream: SpeechStream) -> None:
    @contextlib.asynccontextmanager
    async def listen(call: VirtualCall, request: ListenRequest) -> AsyncIterator[SpeechStream]:
        yield stream

    monkeypatch.setattr(VirtualCall, "listen", listen)


async def test_a_noise_without_words_is_no_input_and_the_wait_begins_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears(monkeypatch, Noises(SpeechEnded(text=""), SpeechEnded(text="")))
    press(bench, "1#", 2)
    await gather(bench, 'input="dtmf speech" timeout="3"')
    assert bench.last_parameters["Digits"] == "1"


async def test_a_recogniser_that_fails_is_reported_and_the_document_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears(monkeypatch, Noises(ListeningFailed(13340, "the recogniser's process has died")))
    await gather(bench)
    assert bench.codes == [13340]
    assert bench.heard == ["No input"]


async def test_a_call_that_ends_while_the_caller_speaks_asks_nothing(bench: Bench) -> None:
    say(bench, "sales", 1)
    bench.clock.call_at(1.5, bench.call.end)
    await gather(bench)
    assert bench.asked == ["/voice"]
    assert bench.clock.now() == pytest.approx(1.5)
