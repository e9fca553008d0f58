"""What the store keeps, as frozen values; a repository takes and returns these and nothing else.

Times are timezone-aware UTC. Durations are whole seconds. Callers' passwords are never here: a credential is its
digest HA1 hashes over `username:realm:password` (sip.md AU-06).
"""

from ringback.model.record.account import AccountRecord as AccountRecord
from ringback.model.record.account import AccountStatus as AccountStatus
from ringback.model.record.account import KeyRecord as KeyRecord
from ringback.model.record.account import hash_secret as hash_secret
from ringback.model.record.application import ApplicationRecord as ApplicationRecord
from ringback.model.record.call import CallRecord as CallRecord
from ringback.model.record.call import MessageRecord as MessageRecord
from ringback.model.record.callback import CallbackKind as CallbackKind
from ringback.model.record.callback import CallbackRecord as CallbackRecord
from ringback.model.record.callback import CallbackState as CallbackState
from ringback.model.record.conference import ConferenceRecord as ConferenceRecord
from ringback.model.record.conference import ConferenceStatus as ConferenceStatus
from ringback.model.record.dated import UNDATED as UNDATED
from ringback.model.record.exchange import ExchangeRecord as ExchangeRecord
from ringback.model.record.notification import NotificationRecord as NotificationRecord
from ringback.model.record.number import CallerIdRecord as CallerIdRecord
from ringback.model.record.number import NumberRecord as NumberRecord
from ringback.model.record.number import NumberType as NumberType
from ringback.model.record.number import TrunkRecord as TrunkRecord
from ringback.model.record.origin import Origin as Origin
from ringback.model.record.queue import QueueRecord as QueueRecord
from ringback.model.record.recording import RECORDING_NOT_WRITTEN as RECORDING_NOT_WRITTEN
from ringback.model.record.recording import RECORDING_TOO_SHORT as RECORDING_TOO_SHORT
from ringback.model.record.recording import SHORTEST_KEPT_SECONDS as SHORTEST_KEPT_SECONDS
from ringback.model.record.recording import RecordingRecord as RecordingRecord
from ringback.model.record.recording import RecordingStatus as RecordingStatus
from ringback.model.record.recording import whole_seconds as whole_seconds
from ringback.model.record.sip_domain import AccessAddressRecord as AccessAddressRecord
from ringback.model.record.sip_domain import AccessListRecord as AccessListRecord
from ringback.model.record.sip_domain import AccessMappingRecord as AccessMappingRecord
from ringback.model.record.sip_domain import CredentialListRecord as CredentialListRecord
from ringback.model.record.sip_domain import CredentialMappingRecord as CredentialMappingRecord
from ringback.model.record.sip_domain import CredentialRecord as CredentialRecord
from ringback.model.record.sip_domain import DomainRecord as DomainRecord
from ringback.model.record.sip_domain import Purpose as Purpose
from ringback.model.record.transcription import TranscriptionRecord as TranscriptionRecord
from ringback.model.record.transcription import TranscriptionStatus as TranscriptionStatus
from ringback.model.record.user_defined_message import MessageSubscriptionRecord as MessageSubscriptionRecord
from ringback.model.record.user_defined_message import UserDefinedMessageRecord as UserDefinedMessageRecord
