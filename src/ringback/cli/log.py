"""Log lines on stderr: text for people or JSON for machines, for our loggers and for the libraries' alike.

What a stranger sent may be in any value; control characters are escaped, so that a line stays a line and a terminal is
told nothing.
"""

import enum
import logging
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

QUIET_LIBRARIES = ("uvicorn", "aiosqlite", "sqlalchemy", "alembic", "asyncio", "aiohttp")
MAX_VALUE = 4096  # characters of one value in a line


def configure_logging(level: str, format: str, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (stderr). Called once, by a command."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        escape_control_characters,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(format, out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def _renderers(format: str, out: TextIO) -> Iterable[Processor]:
    if format == "json":
        return (structlog.processors.JSONRenderer(),)
    return (structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=0, sort_keys=False),)


def escape_control_characters(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Every text in the line, shortened, without anything unprintable; the lines of a traceback are indented."""
    return {
        key: value if key.startswith("_") else _clean(value, keep_lines=key == "exception")
        for key, value in event.items()
    }


def _clean(value: Any, *, keep_lines: bool = False) -> Any:
    if isinstance(value, enum.Enum):
        value = value.value  # an error number, not the name that our code has for it
    if isinstance(value, str):
        if keep_lines:
            return "\n    ".join(_printable(line) for line in value.splitlines())
        return _printable(value[:MAX_VALUE])
    if isinstance(value, bytes):
        return _clean(value.decode("latin-1"))
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    return value if value is None or isinstance(value, int | float) else _clean(str(value))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
