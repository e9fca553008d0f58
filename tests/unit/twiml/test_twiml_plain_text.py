"""SSML as words for a voice that knows none."""

import pytest

from ringback.twiml.nodes import (
    SsmlBreak,
    SsmlContent,
    SsmlEmphasis,
    SsmlParagraph,
    SsmlProsody,
    SsmlSayAs,
    SsmlSentence,
    SsmlSub,
)
from ringback.twiml.plain_text import plain_text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("  a \n b ", "a b"),
        ((), ""),
        (("one", SsmlBreak(time_seconds=1), "two"), "one two"),
        (("a ", SsmlEmphasis(children=("very ", SsmlProsody(children=("deep",)))), " b"), "a very deep b"),
        ((SsmlSub(alias="World Wide Web", children=("WWW",)), "."), "World Wide Web."),
        ((SsmlSub(children=("WWW",)),), "WWW"),
        ((SsmlSayAs(interpret_as="digits", children=("12 34",)),), "1 2 3 4"),
        ((SsmlSayAs(interpret_as="spell-out", children=("abc",)),), "a b c"),
        ((SsmlSayAs(interpret_as="date", format="mdy", children=("1/2/2026",)),), "1/2/2026"),
        ((SsmlSentence(children=("One",)), SsmlSentence(children=("Two!",))), "One. Two!"),
        ((SsmlParagraph(children=("A", SsmlSentence(children=("B.",)))), "C"), "A B. C"),
        ((SsmlParagraph(), "x"), "x"),
        (SsmlSayAs(interpret_as="characters", children=("ok",)), "o k"),
    ],
)
def test_words(content: tuple[SsmlContent, ...] | SsmlContent, words: str) -> None:
    assert plain_text(content) == words
