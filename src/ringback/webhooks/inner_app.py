"""Voice apps of our own: requests to their hosts stay in this process, and all others go to the network.

The hosts end in `.invalid`, which no name of the internet does (RFC 2606 section 2).
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from ringback.webhooks.transport import HttpRequest, HttpResponse, Transport, TryLimits

InnerApp = Callable[[HttpRequest], Awaitable[HttpResponse]]


class InnerApps:
    """A transport in front of the one to the network."""

    def __init__(self, network: Transport) -> None:
        self._network = network
        self._apps: dict[str, InnerApp] = {}

    def serve(self, host: str, app: InnerApp) -> None:
        """From now on `app` answers for `host`, in lower case."""
        if not host.endswith(".invalid"):
            raise ValueError(f"{host} may be a host of the network")
        self._apps[host] = app

    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        app = self._apps.get(urlsplit(request.url).hostname or "")
        return await (self._network.send(request, limits) if app is None else app(request))
