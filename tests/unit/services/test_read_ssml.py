"""SSML of `<Say>` as segments (twiml.md 2.1): each element, nested, and what a local voice cannot do."""

import pytest

from ringback.services.read_ssml import MAX_SILENCE_SECONDS, ReadSsml, plain_words, read_ssml
from ringback.speech.segment import FASTEST, PLAIN, SLOWEST, Bleep, Pronunciation, Silence, Words
from ringback.twiml.nodes import Say
from ringback.twiml.parser import parse_document


def read(inner: str, *, language: str | None = None) -> ReadSsml:
    (say,) = parse_document(f"<Response><Say>{inner}</Say></Response>".encode()).verbs
    assert isinstance(say, Say)
    return read_ssml(say.children, voice="heart", language=language)


def words(result: ReadSsml) -> list[Words]:
    return [segment for segment in result.segments if isinstance(segment, Words)]


def heard(result: ReadSsml) -> str:
    """Words as text, silences as `(seconds)`, bleeps as `#`."""
    parts: list[str] = []
    for segment in result.segments:
        match segment:
            case Words():
                parts.append(segment.text)
            case Silence():
                parts.append(f"({segment.seconds:g})")
            case Bleep():
                parts.append("#")
    return " ".join(parts)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('Wait<break time="2s"/> now', "Wait (2) now"),
        ('Wait <break time="300ms"/>', "Wait (0.3)"),
        ("a <break/> b", "a (0.4) b"),
        ('a <break strength="x-strong"/> b', "a (1) b"),
        ('a <break strength="none"/> b', "a b"),
        ("<p>One<s>Two</s></p>Three", "One Two. (0.4) (0.8) Three"),
        ("<s>Really?</s><s>Yes</s>", "Really? (0.4) Yes. (0.4)"),
        ('Call <sub alias="World Wide Web">WWW</sub>, please.', "Call World Wide Web, please."),
        ('On <say-as interpret-as="date" format="md">9/13</say-as>!', "On September thirteenth!"),
        ('<say-as interpret-as="digits">123</say-as> items', "1 2 3 items"),
        ('What the <say-as interpret-as="expletive">darn</say-as> thing', "What the # thing"),
        ("  white \n\n space  <w>stays</w>\tone   blank ", "white space stays one blank"),
        ("<emphasis>, </emphasis>only words", "only words"),
    ],
)  # fmt: skip
def test_elements_become_words_and_silences(inner: str, expected: str) -> None:
    assert heard(read(inner)) == expected


def test_markup_is_never_spoken() -> None:
    inner = '<prosody rate="fast"><lang xml:lang="de-DE">Hallo <emphasis>du</emphasis></lang></prosody><p/><s/><w/>'
    assert not any(sign in heard(read(inner)) for sign in "<>/=")


@pytest.mark.parametrize(
    ("attributes", "gain_db", "rate", "pitch"),
    [
        ('volume="loud"', 6.0, 1.0, 1.0),
        ('volume="-4.5dB"', -4.5, 1.0, 1.0),
        ('volume="+60dB"', 12.0, 1.0, 1.0),
        ('rate="slow" pitch="high"', 0.0, 0.75, 1.1),
        ('rate="150%" pitch="-10%"', 0.0, 1.5, 0.9),
        ('rate="1%"', 0.0, SLOWEST, 1.0),
        ('rate="999%" volume="default" pitch="default"', 0.0, FASTEST, 1.0),
    ],
)
def test_prosody(attributes: str, gain_db: float, rate: float, pitch: float) -> None:
    before, inside, after = words(read(f"a <prosody {attributes}>b</prosody> c"))
    assert (inside.gain_db, inside.manner.rate, inside.manner.pitch) == pytest.approx((gain_db, rate, pitch))
    assert before.manner == after.manner == PLAIN
    assert (before.gain_db, after.gain_db) == (0.0, 0.0)


def test_silent_prosody_and_changes_on_top_of_each_other() -> None:
    (silent,) = words(read('<prosody volume="silent">b</prosody>'))
    assert silent.gain_db <= -96
    (inner,) = words(read('<prosody volume="soft" rate="80%"><prosody volume="+2dB" rate="50%">x</prosody></prosody>'))
    assert (inner.gain_db, inner.manner.rate) == pytest.approx((-4.0, 0.4))


def test_emphasis_is_louder_and_slower_or_the_contrary() -> None:
    strong, reduced = words(read('<emphasis level="strong">a</emphasis><emphasis level="reduced">b</emphasis>'))
    assert strong.gain_db > 0 > reduced.gain_db
    assert strong.manner.rate < 1 < reduced.manner.rate


def test_lang_changes_the_language_and_keeps_the_voice() -> None:
    outer, inner, again = words(read('Say <lang xml:lang="fr-FR">bonjour</lang> now', language="en-GB"))
    assert (outer.language, outer.is_inner, again.language) == ("en-GB", False, "en-GB")
    assert (inner.language, inner.is_inner, inner.outer_language, inner.voice) == ("fr-FR", True, "en-GB", "heart")


def test_phonemes_are_noted_with_their_place_in_the_text() -> None:
    (said,) = words(read('You say <phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>.'))
    assert said.text == "You say pecan."
    assert said.manner.pronunciations == (Pronunciation(start=8, end=13, ipa="pɪˈkɑːn"),)
    (said,) = words(read('<phoneme alphabet="x-sampa" ph=\'pI"kA:n\'>pecan</phoneme>'))
    assert said.manner.pronunciations[0].ipa == "pɪˈkɑːn"


def test_what_cannot_be_done_is_noted_once_and_its_words_are_spoken() -> None:
    result = read('<w role="amazon:VB">read</w> and <w role="amazon:VBD">read</w> <phoneme>pecan</phoneme>')
    assert heard(result) == "read and read pecan"
    assert [note.partition(" ")[0] for note in result.notes] == ["<w", "<phoneme>"]


def test_breaks_are_bounded_all_together() -> None:
    result = read('<break time="10s"/>' * 50 + "end")
    assert sum(segment.seconds for segment in result.segments if isinstance(segment, Silence)) == MAX_SILENCE_SECONDS
    assert len(result.notes) == 1


def test_text_without_markup_is_one_segment() -> None:
    assert heard(plain_words(" Hello. ", voice=None, language=None)) == "Hello."
