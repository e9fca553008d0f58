"""Applications that the tests dial: one that answers, one without a voice URL, and one of another account."""

from ringback.model.record import ApplicationRecord
from ringback.model.sid import AccountSid, ApplicationSid
from tests.unit.call.conftest import ACCOUNT
from tests.unit.services.conftest import APP

SUPPORT = ApplicationRecord(
    sid=ApplicationSid("AP" + "1" * 32),
    account_sid=ACCOUNT,
    friendly_name="support",
    voice_url=f"{APP}/support",
    voice_fallback_url=f"{APP}/fallback",
    status_callback_url=f"{APP}/support-ended",
)
SILENT = ApplicationRecord(
    sid=ApplicationSid("AP" + "2" * 32), account_sid=ACCOUNT, friendly_name="silent", voice_url=None
)
FOREIGN = ApplicationRecord(
    sid=ApplicationSid("AP" + "3" * 32),
    account_sid=AccountSid("AC" + "9" * 32),
    friendly_name="foreign",
    voice_url=f"{APP}/support",
)
