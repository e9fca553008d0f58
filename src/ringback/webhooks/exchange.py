"""One try at a request and what came of it, for whoever watches: the request inspector."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ringback.webhooks.errors import TransportFailure
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transport import HttpResponse, Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`url` has no userinfo and no fragment, and with GET not the parameters, which are beside it in any case."""

    url: str
    method: Method
    parameters: Parameters = field(repr=False)
    began_at: datetime
    seconds: float
    outcome: HttpResponse | TransportFailure


Observer = Callable[[Exchange], None]
"""Told of every try at a document or a callback. May not wait and may not raise."""
