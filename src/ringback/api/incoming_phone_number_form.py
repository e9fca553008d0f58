"""What requests about numbers say, and what the answers do (rest-api.md 9.14)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator

from ringback.api.body import API_VERSION, Body, Date, account_uri
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.value import FriendlyName, Switch, Text, one_of, refusal, sid_of, url_with
from ringback.model.record import NumberRecord, NumberType
from ringback.services.keep_numbers import ORIGIN, NumberFilter
from ringback.twiml.phone_number import normal_number

BAD_NUMBER = 21421
BAD_URL, BAD_METHOD = 21402, 21403
BAD_APPLICATION = 21420
BAD_ACCOUNT = 21470

_OWN = (
    "friendly_name",
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "voice_application_sid",
)
_STATUS = {"status_callback": "status_callback_url", "status_callback_method": "status_callback_method"}
_ELSEWHERE = {"phone_number", "area_code", "account_sid", "api_version"}
_KEPT_EMPTY = {"friendly_name", "sms_url", "sms_fallback_url"}


def _number(value: object) -> str:
    number = normal_number(str(value))
    if number is None:
        raise refusal(f"{str(value)[:40]!r} is not a phone number; expected one such as +15005550006", BAD_NUMBER)
    return number


PhoneNumber = Annotated[str, BeforeValidator(_number)]
"""A number in E.164 form, however it was written."""

_Url = Annotated[str, url_with(BAD_URL)]
_Method = Annotated[str, one_of("GET", "POST", code=BAD_METHOD), BeforeValidator(lambda value: value or "POST")]


class NumberForm(Form):
    """What create and update have alike. Everything from `voice_caller_id_lookup` on is kept and has no effect."""

    friendly_name: FriendlyName | None = None
    api_version: Annotated[str, one_of(API_VERSION)] | None = None
    voice_url: _Url | None = None
    voice_method: _Method | None = None
    voice_fallback_url: _Url | None = None
    voice_fallback_method: _Method | None = None
    voice_application_sid: Annotated[str, sid_of("AP", BAD_APPLICATION)] | None = None
    status_callback: _Url | None = None
    status_callback_method: _Method | None = None
    voice_caller_id_lookup: Switch | None = None
    voice_receive_mode: Annotated[str, one_of("voice", "fax")] | None = None
    sms_url: _Url | None = None
    sms_method: _Method | None = None
    sms_fallback_url: _Url | None = None
    sms_fallback_method: _Method | None = None
    sms_application_sid: Annotated[str, sid_of("AP")] | None = None
    trunk_sid: Annotated[str, sid_of("TK")] | None = None
    identity_sid: Annotated[str, sid_of("RI")] | None = None
    address_sid: Annotated[str, sid_of("AD")] | None = None
    bundle_sid: Annotated[str, sid_of("BU")] | None = None
    emergency_status: Annotated[str, one_of("Active", "Inactive")] | None = None
    emergency_address_sid: Annotated[str, sid_of("AD")] | None = None

    def values(self) -> Mapping[str, Any]:
        """Fields of the record; an empty URL or SID clears it."""
        given = {name: getattr(self, name) for name in self.model_fields_set - _ELSEWHERE}
        cleared = {name: None if value == "" and name not in _KEPT_EMPTY else value for name, value in given.items()}
        own = {name: value for name, value in cleared.items() if name in _OWN}
        status = {_STATUS[name]: value for name, value in cleared.items() if name in _STATUS}
        carried = {name: value for name, value in cleared.items() if name not in own and name not in _STATUS}
        return {**own, **status, "carried": carried}


class NewNumberForm(NumberForm):
    phone_number: PhoneNumber | None = None
    area_code: Text | None = None


class NewTypedNumberForm(NumberForm):
    """For `/Local`, `/Mobile` and `/TollFree`, which know no area code."""

    phone_number: PhoneNumber


class ChangedNumberForm(NumberForm):
    account_sid: Annotated[str, sid_of("AC", BAD_ACCOUNT)] | None = None


class NumberQuery(PageQuery):
    phone_number: Text | None = None
    friendly_name: Text | None = None
    beta: Switch | None = None
    origin: Annotated[str, one_of("twilio", "hosted")] | None = None

    def chosen(self, type_: NumberType | None = None) -> NumberFilter:
        return NumberFilter(
            part=self.phone_number, friendly_name=self.friendly_name, type=type_, origin=self.origin, beta=self.beta
        )


class NumberBody(Body):
    element: ClassVar[str] = "IncomingPhoneNumber"

    sid: str
    account_sid: str
    api_version: str = API_VERSION
    date_created: Date
    date_updated: Date
    phone_number: str
    friendly_name: str
    voice_url: str | None
    voice_method: str
    voice_fallback_url: str | None
    voice_fallback_method: str
    voice_application_sid: str | None
    voice_caller_id_lookup: bool = False
    voice_receive_mode: str = "voice"
    status_callback: str | None
    status_callback_method: str
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_application_sid: str | None = None
    capabilities: Mapping[str, bool] = {"voice": True, "sms": False, "mms": False, "fax": False}
    address_requirements: str = "none"
    beta: bool = False
    origin: str = ORIGIN
    type: str
    status: str = "in-use"
    trunk_sid: str | None = None
    address_sid: str | None = None
    identity_sid: str | None = None
    bundle_sid: str | None = None
    emergency_address_sid: str | None = None
    emergency_status: str = "Inactive"
    emergency_address_status: str = "unregistered"
    uri: str

    @classmethod
    def of(cls, record: NumberRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            date_created=record.created_at,
            date_updated=record.updated_at,
            phone_number=record.number,
            friendly_name=record.friendly_name,
            voice_url=record.voice_url,
            voice_method=record.voice_method,
            voice_fallback_url=record.voice_fallback_url,
            voice_fallback_method=record.voice_fallback_method,
            voice_application_sid=record.voice_application_sid,
            status_callback=record.status_callback_url,
            status_callback_method=record.status_callback_method,
            type=record.type,
            uri=account_uri(record.account_sid, "IncomingPhoneNumbers", record.sid),
            **record.carried,  # type: ignore[arg-type]  # written by `NumberForm.values`
        )
