"""The words of SSML as plain text, for a voice that knows no SSML (SAY-05: spaced digits are read one by one)."""

from collections.abc import Sequence

from ringback.twiml.nodes import SsmlBreak, SsmlContent, SsmlParagraph, SsmlSayAs, SsmlSentence, SsmlSub

_SPELLED = frozenset({"characters", "spell-out", "digits", "telephone", "verbatim"})
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", "。", "！", "？")


def plain_text(content: Sequence[SsmlContent] | SsmlContent) -> str:
    """What is heard, in one line: an alias for what it stands for, spelled text letter by letter, no markup."""
    parts = [content] if isinstance(content, str) or not isinstance(content, Sequence) else content
    return " ".join("".join(_words(part) for part in parts).split())


def _words(part: SsmlContent) -> str:
    if isinstance(part, str):
        return part
    inner = "".join(_words(child) for child in part.children)
    if isinstance(part, SsmlSub) and part.alias is not None:
        return part.alias
    if isinstance(part, SsmlSayAs) and part.interpret_as in _SPELLED:
        return " ".join(char for char in inner if not char.isspace())
    if isinstance(part, SsmlBreak):
        return " "
    if isinstance(part, SsmlParagraph | SsmlSentence):
        return f" {_as_sentence(inner)} "
    return inner


def _as_sentence(text: str) -> str:
    """A sentence ends in a mark, or the next one would be read into it."""
    words = text.strip()
    return words if not words or words.endswith(_SENTENCE_ENDS) else f"{words}."
