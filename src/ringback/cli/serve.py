"""`ringback serve`: run the server until it is told to stop."""

import asyncio
import json
from collections.abc import Mapping

import structlog
import typer
import uvloop

from ringback.cli.log import configure_logging
from ringback.cli.preflight import find_obstacles
from ringback.cli.settings_file import ConfigOption, fail, settings_or_exit
from ringback.model.settings import Settings
from ringback.server import StartFailed
from ringback.server import serve as run_server
from ringback.store.errors import StoreError

logger = structlog.get_logger(__name__)


def serve(config: ConfigOption = None) -> None:
    """Run the server. When it takes calls, one line of JSON on stdout names the real addresses.

    SIGTERM and SIGINT: no new calls; running calls finish or are ended after [limits] grace_seconds; exit code 0.
    """
    settings = settings_or_exit(config)
    configure_logging(settings.log.level, settings.log.format)
    obstacles = find_obstacles(settings)
    if obstacles:
        fail("\n".join(obstacle.sentence for obstacle in obstacles))
    for warning in settings.warnings():
        logger.warning("doubtful setting", warning=warning)
    run(settings)


def run(settings: Settings) -> None:
    """Until the server has ended; a start that fails is one sentence and exit code 2."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_server(settings, announce))
    except (StartFailed, StoreError) as error:
        fail(f"{str(error).rstrip('.')}.")
    except OSError as error:
        fail(f"The server could not start: {error}.")


def announce(event: Mapping[str, object]) -> None:
    """One line of JSON for the program that waits for it, at once also through a pipe."""
    typer.echo(json.dumps(event, separators=(",", ":")))
