"""`/ringback/v1/.../Trunks`: carriers for calls to and from numbers. Ours, beside Twilio's resources.

Twilio keeps trunks in another product; here they are what `[[trunk]]` of the settings file is. A password goes in and
never comes out.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator, SecretStr, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, answer, answer_found, answer_page, answer_removed, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import OWN_ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import Missing, as_setting, like_setting, refusal, whole
from ringback.model.record import TrunkRecord
from ringback.model.settings.section import MAX_ADDRESSES
from ringback.model.settings.value import Cidr, Name, Secret, SipUriText, Username
from ringback.services.keep_trunks import BAD_PARAMETER, TrunkKeeping

KEY = "trunks"
MAX_POSITION = 1_000_000
_FIELDS = {"friendly_name": "name", "sip_uri": "uri", "username": "user"}


def _networks(value: object) -> tuple[str, ...]:
    """Repeated keys, or one value with commas."""
    given = value if isinstance(value, list | tuple) else [value]
    words = [word.strip() for text in given for word in str(text).split(",") if word.strip()]
    if len(words) > MAX_ADDRESSES:
        raise refusal(f"there are {len(words)} networks; {MAX_ADDRESSES} are possible")
    return tuple(str(as_setting(Cidr, word)) for word in words)


TrunkName = Annotated[str, like_setting(Name, BAD_PARAMETER)]
SipUri = Annotated[str, like_setting(SipUriText, BAD_PARAMETER)]
User = Annotated[str, BeforeValidator(lambda value: as_setting(Username, value) if str(value).strip() else "")]
Password = Annotated[SecretStr, BeforeValidator(lambda value: as_setting(Secret, value) if str(value) else "")]
Networks = Annotated[
    tuple[str, ...], BeforeValidator(_networks), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]


class TrunkChangeForm(Form):
    """What update takes. `Allow` may be repeated; an empty one lets nobody in. Empty credentials are no credentials."""

    friendly_name: TrunkName | None = None
    sip_uri: SipUri | None = None
    username: User | None = None
    password: Password | None = None
    allow: Networks | None = None
    position: Annotated[int, whole(0, MAX_POSITION)] | None = None

    def values(self) -> Mapping[str, Any]:
        """Fields of the record."""
        given = {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}
        if self.password is not None:
            given["password"] = self.password.get_secret_value() or None
        if self.username is not None:
            given["username"] = self.username or None
        return {_FIELDS.get(name, name): value for name, value in given.items()}


class TrunkForm(TrunkChangeForm):
    """What create takes."""

    friendly_name: Annotated[TrunkName, Missing(BAD_PARAMETER, "The parameter 'FriendlyName' is required.")]
    sip_uri: Annotated[SipUri, Missing(BAD_PARAMETER, "The parameter 'SipUri' is required.")]


class TrunkBody(Body):
    element: ClassVar[str] = "Trunk"

    sid: str
    account_sid: str
    friendly_name: str
    sip_uri: str
    username: str | None
    allow: tuple[str, ...]
    position: int
    date_created: Date
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, record: TrunkRecord) -> Self:
        return cls(
            sid=record.sid,
            account_sid=record.account_sid,
            friendly_name=record.name,
            sip_uri=record.uri,
            username=record.user,
            allow=record.allow,
            position=record.position,
            date_created=record.created_at,
            date_updated=record.updated_at,
            uri=f"{OWN_ACCOUNT.format(account_sid=record.account_sid)}/Trunks/{record.sid}.json",
        )


def trunks_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=OWN_ACCOUNT, tags=["Trunks"])
    keeping = TrunkKeeping(services.configuring)

    @router.post("/Trunks", **described(form=TrunkForm, body=TrunkBody, status=201, errors=(409,)))
    async def create_trunk(
        request: Request, account: OwnAccount, form: Annotated[TrunkForm, Depends(TrunkForm.read)]
    ) -> Response:
        return answer(request, TrunkBody.of(await keeping.create(account.sid, form.values())), 201)

    @router.get("/Trunks", **described(query=PageQuery, body=TrunkBody, listed_as=KEY))
    async def list_trunks(
        request: Request, account: OwnAccount, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request())
        return answer_page(request, KEY, query, found, TrunkBody.of, position_of, kind=TrunkBody)

    @router.get("/Trunks/{sid}", **described(body=TrunkBody))
    async def read_trunk(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), TrunkBody.of)

    @router.post("/Trunks/{sid}", **described(form=TrunkChangeForm, body=TrunkBody, errors=(409,)))
    async def update_trunk(
        request: Request, account: OwnAccount, sid: str, form: Annotated[TrunkChangeForm, Depends(TrunkChangeForm.read)]
    ) -> Response:
        return answer_found(request, await keeping.update(account.sid, sid, form.values()), TrunkBody.of)

    @router.delete("/Trunks/{sid}", **described(status=204))
    async def delete_trunk(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router
