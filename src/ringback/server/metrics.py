"""What an operator can watch of a server."""

from ringback.media.engine import MediaEngine
from ringback.server.signalling import Signalling
from ringback.server.telling import Telling
from ringback.services.running_calls import RunningCalls


def watch(telling: Telling, signalling: Signalling, media: MediaEngine, running: RunningCalls) -> None:
    metrics, links = telling.metrics, telling.links
    endpoint, phones = signalling.endpoint, signalling.phones
    metrics.watch("ringback_callbacks_waiting", "Callbacks not begun yet.", lambda: links.waiting_count)
    metrics.watch("ringback_callbacks_calls", "Calls of which a callback waits or is sent.", lambda: links.busy_count)
    metrics.watch("ringback_phones_registered", "Addresses of record with a phone.", lambda: len(phones))
    metrics.watch("ringback_calls_running", "Calls that run documents now.", lambda: running.task_count)
    metrics.watch("ringback_sip_sessions", "Open SIP sessions.", lambda: endpoint.open_sessions)
    metrics.watch("ringback_sip_transactions", "SIP transactions kept.", lambda: endpoint.open_transactions)
    metrics.watch("ringback_media_legs", "Open audio legs.", lambda: media.leg_count)
    for name in endpoint.statistics.as_dict():
        metrics.watch(
            f"ringback_sip_{name}_total",
            f"SIP input counted as {name.replace('_', ' ')}.",
            lambda name=name: endpoint.statistics.as_dict()[name],  # type: ignore[misc]
        )
