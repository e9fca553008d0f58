"""A server as a process: its signals and its limits."""

import asyncio
import gc
import resource
import signal
from collections.abc import Callable, Mapping

import structlog

from ringback.model.settings import Settings
from ringback.server.run import running_server

logger = structlog.get_logger(__name__)

FILES_PER_CALL = 4
"""Two sockets a side: audio and its reports."""
FILES_BESIDE_CALLS = 2500
"""SIP and HTTP connections, the database, recordings."""


async def serve(settings: Settings, announce: Callable[[Mapping[str, object]], None]) -> None:
    """Run until SIGTERM or SIGINT, then finish: a second signal ends the running calls at once."""
    _allow_open_files(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with running_server(settings) as server:
        gc.freeze()  # what there is now stays: a full collection would stop the loop for 0.1 s to walk it each time
        announce(server.ready.as_event())
        await stop.wait()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, server.hurry.set)
        logger.info("stopping; no new calls", running_calls=len(server.running))


def _allow_open_files(settings: Settings) -> None:
    """Raise the soft limit of open files to the hard one, and say so when that is too low for `[limits] calls`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.limits.calls * FILES_PER_CALL + FILES_BESIDE_CALLS
    if soft != resource.RLIM_INFINITY and (hard == resource.RLIM_INFINITY or soft < hard):
        soft = max(soft, wanted) if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft != resource.RLIM_INFINITY and soft < wanted:
        logger.warning("the limit of open files is low for limits.calls", allowed=soft, needed=wanted)
