"""Every table, in one place. Columns are named as the fields of the records in `model.record`.

Configuration hangs together by foreign keys and goes with its account or domain. What calls leave behind (`call`,
`recording`, `message`, `notification`, `callback`, `exchange`, `conference`, `queue`, `user_defined_message`,
`message_subscription`) has none: it is written late, in any order, and outlives the configuration.
"""

from ringback.store.table.account import account as account
from ringback.store.table.account import key as key
from ringback.store.table.application import application as application
from ringback.store.table.call import call as call
from ringback.store.table.call import message as message
from ringback.store.table.callback import callback as callback
from ringback.store.table.column import metadata as metadata
from ringback.store.table.configuration import configuration_change as configuration_change
from ringback.store.table.exchange import exchange as exchange
from ringback.store.table.gathering import conference as conference
from ringback.store.table.gathering import queue as queue
from ringback.store.table.notification import notification as notification
from ringback.store.table.number import caller_id as caller_id
from ringback.store.table.number import number as number
from ringback.store.table.number import trunk as trunk
from ringback.store.table.recording import recording as recording
from ringback.store.table.recording import transcription as transcription
from ringback.store.table.sip_domain import access_address as access_address
from ringback.store.table.sip_domain import access_list as access_list
from ringback.store.table.sip_domain import access_mapping as access_mapping
from ringback.store.table.sip_domain import credential as credential
from ringback.store.table.sip_domain import credential_list as credential_list
from ringback.store.table.sip_domain import credential_mapping as credential_mapping
from ringback.store.table.sip_domain import domain as domain
from ringback.store.table.user_defined_message import message_subscription as message_subscription
from ringback.store.table.user_defined_message import user_defined_message as user_defined_message
