"""The real speech engines: what one says, the other understands."""

import shutil
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from ringback.speech.errors import LanguageNotAvailable, SpeechFailed
from ringback.speech.providers.espeak import EspeakSynthesizer
from ringback.speech.providers.hibari import HibariSynthesizer, letters_of_ipa
from ringback.speech.providers.pocketsphinx import PocketsphinxRecognizer
from ringback.speech.recognizer import Recognised
from ringback.speech.segment import Manner, Pronunciation
from ringback.speech.synthesizer import MAX_TEXT_LENGTH, Speech

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


@pytest.fixture(scope="module")
def hibari() -> HibariSynthesizer:
    return HibariSynthesizer()


@pytest.fixture(scope="module")
def recognizer() -> Iterator[PocketsphinxRecognizer]:
    recognizer = PocketsphinxRecognizer(decoders=1)
    yield recognizer
    recognizer.close()


def say(synthesizer: HibariSynthesizer, text: str) -> Speech:
    return synthesizer.synthesize(text, voice="heart", language="en-US")


def telephone(speech: Speech) -> bytes:
    """24 kHz to the 8 kHz of a call, with a moment of silence around the words."""
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float64)
    kernel = np.sinc(np.arange(-24, 25) / 3) / 3 * np.hamming(49)
    quiet = np.zeros(4800)
    narrow = np.convolve(np.concatenate([quiet, samples, quiet]), kernel, "same")[::3]
    return narrow.clip(-32768, 32767).astype("<i2").tobytes()


def understood(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer, text: str, hints: list[str]
) -> Recognised:
    session = recognizer.session("en-US", hints)
    pcm = telephone(say(hibari, text))
    for start in range(0, len(pcm), 320):
        session.feed(pcm[start : start + 320])
    return session.finish()


def test_english_is_spoken_at_24_khz_and_always_alike(hibari: HibariSynthesizer) -> None:
    speech = say(hibari, "Press 1 for sales. Dr. Smith paid $9.99.")
    assert speech.rate_hz == 24000
    assert 2 < speech.seconds < 10
    assert np.abs(np.frombuffer(speech.pcm, "<i2")).max() > 3000
    assert say(hibari, "Press 1 for sales. Dr. Smith paid $9.99.").pcm == speech.pcm


def test_digits_apart_take_longer_than_a_number(hibari: HibariSynthesizer) -> None:
    """SAY-05: as a number and as digits are two texts."""
    assert say(hibari, "1 2 3 4 5").pcm != say(hibari, "12345").pcm


@pytest.mark.parametrize(("text", "code"), [("", 13520), ("🎉", 13520), ("x" * (MAX_TEXT_LENGTH + 1), 13521)])
def test_a_text_without_words_or_too_long_is_refused(hibari: HibariSynthesizer, text: str, code: int) -> None:
    with pytest.raises(SpeechFailed) as caught:
        say(hibari, text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["<speak>& <b>", "naïve café\x00\x1b[31m", "\U0001f600 hi", "a" * 500, "日本語 hello"])
def test_strange_text_with_a_word_in_it_is_spoken(hibari: HibariSynthesizer, text: str) -> None:
    assert say(hibari, text).seconds > 0


@pytest.mark.parametrize("text", ["⁶x", "⁶:30", "²x", "m²x", "①one", '①",€=', "10⁶ people"])
def test_raised_and_circled_digits_are_read(hibari: HibariSynthesizer, text: str) -> None:
    assert say(hibari, text).seconds > 0


def test_a_raised_digit_is_a_number_of_its_own(hibari: HibariSynthesizer) -> None:
    assert say(hibari, "10⁶").pcm == say(hibari, "10 6").pcm != say(hibari, "106").pcm
    assert say(hibari, "5 m²").pcm == say(hibari, "5 m squared").pcm


def test_two_threads_may_speak_at_once(hibari: HibariSynthesizer) -> None:
    expected = say(hibari, "One and two.").pcm
    heard: list[bytes] = []
    threads = [threading.Thread(target=lambda: heard.append(say(hibari, "One and two.").pcm)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [expected] * 4


def test_only_the_packaged_voice_is_used_so_nothing_is_downloaded(hibari: HibariSynthesizer) -> None:
    from hibari.voices import VOICES

    assert VOICES[hibari.voices[0].name]["bundled"]
    expected = say(hibari, "Hello.").pcm
    assert hibari.synthesize("Hello.", voice="emma", language="en-GB").pcm == expected


@needs_espeak
def test_other_languages_are_spoken_by_espeak() -> None:
    espeak = EspeakSynthesizer()
    assert {"de", "fr-fr", "es"} <= espeak.languages
    german = espeak.synthesize("Guten Tag, wie geht es Ihnen?", voice="de+f2", language="de-DE")
    assert 1 < german.seconds < 6
    assert np.abs(np.frombuffer(german.pcm, "<i2")).max() > 3000
    man = espeak.synthesize("Guten Tag, wie geht es Ihnen?", voice="de", language="de-DE")
    assert man.pcm != german.pcm


@needs_espeak
def test_text_that_looks_like_an_option_is_only_text() -> None:
    espeak = EspeakSynthesizer()
    assert espeak.synthesize("--version", voice="de", language="de-DE").seconds > 0.3
    assert espeak.synthesize("-f /etc/passwd", voice="nobody", language="de-AT").seconds > 0.3


@needs_espeak
def test_a_language_espeak_does_not_know_is_refused() -> None:
    with pytest.raises(LanguageNotAvailable):
        EspeakSynthesizer().synthesize("hello", voice="x", language="qq-QQ")


@pytest.mark.parametrize("word", ["sales", "support", "customer service"])
def test_a_hint_that_was_said_is_understood(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer, word: str
) -> None:
    heard = understood(recognizer, hibari, word, ["Sales", "Support", "customer service"])
    assert heard.text == word
    assert heard.confidence is not None
    assert heard.confidence > 0.6


def test_the_same_word_without_hints_is_free_speech(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer
) -> None:
    assert understood(recognizer, hibari, "no thank you", []).text == "no thank you"


def test_what_is_no_hint_is_not_bent_into_one(recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer) -> None:
    assert understood(recognizer, hibari, "no thank you", ["sales", "support"]).text not in ("sales", "support")


def test_hints_the_dictionary_cannot_pronounce_do_no_harm(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer
) -> None:
    assert understood(recognizer, hibari, "support", ["zyxqwv", "$OOV_CLASS_X", "support", "sales"]).text == "support"


@pytest.mark.parametrize("level", [0, 30])
@pytest.mark.parametrize("hints", [[], ["sales", "support"]])
def test_silence_is_no_speech(recognizer: PocketsphinxRecognizer, level: int, hints: list[str]) -> None:
    session = recognizer.session("en-US", hints)
    session.feed((np.random.default_rng(1).standard_normal(16000) * level).astype("<i2").tobytes())
    assert session.finish().text == ""


def test_rate_and_pitch_are_heard(hibari: HibariSynthesizer) -> None:
    def spoken(manner: Manner) -> Speech:
        return hibari.synthesize("Hello there, my friend.", voice="heart", language="en-US", manner=manner)

    plain, slow, fast = (spoken(Manner(rate=rate)).seconds for rate in (1.0, 0.5, 2.0))
    assert slow > 1.7 * plain > 2.5 * fast
    assert spoken(Manner(pitch=1.2)).seconds == pytest.approx(plain, rel=0.15)
    assert middle_of_spectrum(spoken(Manner(pitch=1.3))) > 1.1 * middle_of_spectrum(spoken(Manner(pitch=0.8)))


def middle_of_spectrum(speech: Speech) -> float:
    """The frequency with half of the energy on either side."""
    power = np.abs(np.fft.rfft(np.frombuffer(speech.pcm, "<i2").astype(np.float64))) ** 2
    half = int(np.searchsorted(np.cumsum(power), power.sum() / 2))
    return half * speech.rate_hz / 2 / len(power)


def test_a_word_is_pronounced_as_it_is_told(hibari: HibariSynthesizer, recognizer: PocketsphinxRecognizer) -> None:
    """IPA has the stress before the syllable, the model before the vowel."""
    said = Manner(pronunciations=(Pronunciation(start=0, end=6, ipa="səˈpɔːrt"),))
    speech = hibari.synthesize("tomato", voice="heart", language="en-US", manner=said)
    session = recognizer.session("en-US", ["tomato", "support"])
    session.feed(telephone(speech))
    assert session.finish().text == "support"
    assert letters_of_ipa("tʃiːz ˈhɛloʊ") == "ʧiz hˈɛlO"


def test_text_that_looks_like_phonemes_is_text(hibari: HibariSynthesizer) -> None:
    assert say(hibari, "[yes](/n\u02c8O/)").pcm != say(hibari, "no").pcm


@needs_espeak
def test_espeak_is_faster_and_higher_when_told() -> None:
    espeak = EspeakSynthesizer()
    plain, fast, high = (
        espeak.synthesize("Guten Tag, wie geht es Ihnen?", voice="de", language="de-DE", manner=manner)
        for manner in (Manner(), Manner(rate=1.6), Manner(pitch=1.4))
    )
    assert fast.seconds < 0.8 * plain.seconds
    assert high.pcm != plain.pcm


@pytest.mark.parametrize(
    ("sentence", "hint"),
    [
        ("I would like to talk to sales please", "sales"),
        ("can you connect me with customer service", "customer service"),
        ("um, billing department", "billing"),
    ],
)
def test_a_hint_inside_a_sentence_is_found(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer, sentence: str, hint: str
) -> None:
    heard = understood(recognizer, hibari, sentence, ["sales", "support", "billing", "customer service"])
    assert hint in heard.text
    assert len(sentence) < 25 or heard.text.split()[0] != hint


def test_while_it_decodes_the_other_threads_of_the_server_run(
    recognizer: PocketsphinxRecognizer, hibari: HibariSynthesizer
) -> None:
    """The decoder holds Python's lock, and so it has a process of its own."""
    pcm = telephone(say(hibari, "I have a question about an order that I made last week"))
    recognizer.recognise(pcm, ())
    work = threading.Thread(target=recognizer.recognise, args=(pcm, ()))
    work.start()
    worst, last = 0.0, time.perf_counter()
    while work.is_alive():
        time.sleep(0.001)
        worst, last = max(worst, time.perf_counter() - last), time.perf_counter()
    assert worst < 0.25


def test_a_decoder_that_dies_fails_one_utterance_and_the_next_has_another(hibari: HibariSynthesizer) -> None:
    recognizer = PocketsphinxRecognizer(decoders=1)
    try:
        pcm = telephone(say(hibari, "support"))
        assert recognizer.recognise(pcm, ["support"]).text == "support"
        assert recognizer._pool is not None
        for process in list(recognizer._pool._processes.values()):
            process.kill()
        with pytest.raises(SpeechFailed):
            recognizer.recognise(pcm, ["support"])
        assert recognizer.recognise(pcm, ["support"]).text == "support"
    finally:
        recognizer.close()
