"""The part of a server that tells: apps their callbacks, the store its rows, the operator counts."""

import contextlib
from dataclasses import dataclass

from ringback.clock import Clock
from ringback.model.settings import Settings
from ringback.server.storage import Storage
from ringback.services.keep_journal import Journal
from ringback.services.metrics import Metrics
from ringback.services.reach_app import AppLinks
from ringback.services.resume_callbacks import next_sequence
from ringback.webhooks.address_policy import AddressPolicy
from ringback.webhooks.aiohttp_transport import AiohttpTransport
from ringback.webhooks.inner_app import InnerApps

CALLBACK_GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who is told what calls do: the apps, the store, the operator."""

    links: AppLinks
    journal: Journal
    metrics: Metrics
    addresses: AddressPolicy
    inner_apps: InnerApps


async def open_telling(stack: contextlib.AsyncExitStack, settings: Settings, storage: Storage, clock: Clock) -> Telling:
    metrics = Metrics()
    addresses = AddressPolicy(refuse_private=not settings.http.allows_private_urls)
    network = AiohttpTransport(address_policy=addresses)
    stack.push_async_callback(network.close)
    transport = InnerApps(network)
    writer, first = storage.writer, await next_sequence(storage.database, settings.store.node)
    links = AppLinks(
        transport=transport, clock=clock, put=writer.put, outbox=writer, keep_exchange=writer.put, first_sequence=first
    )
    stack.push_async_callback(links.close, CALLBACK_GRACE_SECONDS)
    journal = Journal(
        put=storage.writer.put,
        links=links,
        account_of=storage.directory.account,
        metrics=metrics,
        clock=clock,
        number_of=storage.directory.number,
    )
    return Telling(links=links, journal=journal, metrics=metrics, addresses=addresses, inner_apps=transport)
