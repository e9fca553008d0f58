"""What the routes need of the rest of the server, handed in by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from ringback.model.record import RecordingRecord
from ringback.services.change_call import Updating
from ringback.services.configuration import Configuring
from ringback.services.exchange_messages import MessageExchanging
from ringback.services.keep_recordings import RecordingKeeping
from ringback.services.meetings import Meetings
from ringback.services.order_call import CallOrdering
from ringback.services.reach_app import AppLinks
from ringback.services.reading import Reading
from ringback.services.record_call import CallRecorder
from ringback.services.take_payment import PaymentTaking
from ringback.services.transcribe_call import CallTranscribing
from ringback.services.verify_caller_id import CallerIdVerifying
from ringback.webhooks.address_policy import AddressPolicy

FindRecording = Callable[[str], Awaitable[RecordingRecord | None]]
Health = Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """`configuring` is what the resources of the configuration are kept with, `reading` what calls leave behind;
    `ordering` makes calls, `updating` changes those that run, `transcribing` writes down what is said on them.

    `verifying` calls numbers to verify them, `payments` are taken on running calls, whose phones are told `messages`.

    `recordings` keeps recordings, `recorder` begins and changes them; with `public_recordings` everybody hears them.

    Of one account no more than `max_concurrent_requests` are answered at once; None sets no limit.
    `meetings` are where calls meet.
    `links` send callbacks; the URLs that they and others lead to are held against `addresses`.
    `health` gives what `/health` shows beside status and version; `"status": "stopping"` there makes it answer 503.
    """

    find_recording: FindRecording
    recordings_folder: Path
    registry: CollectorRegistry
    configuring: Configuring
    reading: Reading
    ordering: CallOrdering
    updating: Updating
    meetings: Meetings
    transcribing: CallTranscribing
    payments: PaymentTaking
    messages: MessageExchanging
    recordings: RecordingKeeping
    recorder: CallRecorder
    verifying: CallerIdVerifying
    links: AppLinks
    addresses: AddressPolicy
    health: Health = dict
    public_recordings: bool = False
    max_concurrent_requests: int | None = None
