"""Log lines: one line each, for people or machines, with nothing in them that acts on a terminal."""

import enum
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ringback.cli.log import MAX_VALUE, configure_logging


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Logging belongs to the process: put back what the runner had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(format: str = "text", level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    configure_logging(level, format, stream)
    return stream


def test_a_line_for_people_has_level_event_and_values() -> None:
    stream = written()
    structlog.get_logger("ringback.call").info("answered", call_sid="CA1")
    assert "answered" in stream.getvalue()
    assert "call_sid=CA1" in stream.getvalue()
    assert "info" in stream.getvalue()


def test_a_line_for_machines_is_json() -> None:
    stream = written("json")
    structlog.get_logger("ringback.call").warning("late", call_sid="CA1", seconds=1.5)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["call_sid"], line["seconds"]) == ("late", "warning", "CA1", 1.5)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("format", ["text", "json"])
def test_what_a_stranger_sent_cannot_make_a_line_or_speak_to_the_terminal(format: str) -> None:
    stream = written(format)
    hostile = "x\r\n2026 [error] forged\x1b[31m\x00\u202e"
    structlog.get_logger("a").info("from", value=hostile, raw=hostile.encode(), deep={hostile: [hostile]})
    logging.getLogger("a library").warning("got %s", hostile)
    text = stream.getvalue()
    assert text.count("\n") == 2
    for character in "\r\x1b\x00\u202e":
        assert character not in text


@pytest.mark.parametrize("format", ["text", "json"])
def test_an_error_number_is_written_as_the_number(format: str) -> None:
    class Code(enum.IntEnum):
        HTTP_RETRIEVAL = 11200

    stream = written(format)
    structlog.get_logger("a").error("the app has a problem", code=Code.HTTP_RETRIEVAL)
    assert "11200" in stream.getvalue()
    assert "Code" not in stream.getvalue()


def test_the_lines_of_a_traceback_are_indented() -> None:
    stream = written()
    try:
        raise ValueError("first\n2026 [error] forged")
    except ValueError:
        structlog.get_logger("a").exception("failed")
    lines = stream.getvalue().splitlines()
    assert len(lines) > 3
    assert [line for line in lines if line.startswith("2026 [error]")] == []


def test_a_long_value_is_cut() -> None:
    stream = written()
    structlog.get_logger("a").info("long", value="x" * (MAX_VALUE * 2))
    assert len(stream.getvalue()) < MAX_VALUE + 200


def test_lines_under_the_level_are_not_written() -> None:
    stream = written(level="warning")
    structlog.get_logger("a").info("quiet")
    logging.getLogger("b").info("quiet")
    structlog.get_logger("a").error("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


def test_libraries_speak_up_only_when_something_is_wrong() -> None:
    stream = written(level="debug")
    for name in ("uvicorn.error", "sqlalchemy.engine", "aiosqlite"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble in %s", name)
    assert "chatter" not in stream.getvalue()
    assert stream.getvalue().count("trouble in") == 3


def test_bound_context_is_in_every_line() -> None:
    stream = written("json")
    with structlog.contextvars.bound_contextvars(call_sid="CA7"):
        structlog.get_logger("a").info("one")
        logging.getLogger("b").warning("two")
    assert [json.loads(line)["call_sid"] for line in stream.getvalue().splitlines()] == ["CA7", "CA7"]
