"""`docs/howto/speech-input.md` says what the code does, and its example runs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from ringback.interpreter.gather_input import AUTO_SILENCE_SECONDS, MAX_SPEECH_SECONDS
from ringback.speech.providers.pocketsphinx import FIRST_PARTIAL_SECONDS, MAX_DECODERS, PARTIAL_GROWTH
from ringback.twiml.parser import parse_document

TEXT = (Path(__file__).parents[2] / "docs" / "howto" / "speech-input.md").read_text(encoding="utf-8")
WORDS = " ".join(TEXT.split())


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, "speech-input.md", "exec"), names)
    cast(Callable[[], None], names["test_a_caller_asks_for_sales"])()


def test_the_document_has_no_problem() -> None:
    (document,) = re.findall(r"```xml\n(.*?)```", TEXT, re.DOTALL)
    assert not parse_document(document.encode()).problems


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"`auto` is {AUTO_SILENCE_SECONDS:g} s" in WORDS
    assert f"at most {MAX_SPEECH_SECONDS:g} s" in WORDS
    assert f"at most {MAX_DECODERS} processes" in WORDS
    assert f"first after {FIRST_PARTIAL_SECONDS:g} s" in WORDS
    whole = PARTIAL_GROWTH / (PARTIAL_GROWTH - 1)
    assert whole <= 3, "all partial results together cost no more than three decodings"
