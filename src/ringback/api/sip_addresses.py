"""`/SIP/IpAccessControlLists/{AL}/IpAddresses`: the addresses that may call (rest-api.md 9.13)."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Annotated, Any, ClassVar, Self

from fastapi import APIRouter, Depends
from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, Date, account_uri, answer_found, answer_page, answer_removed, existing, position_of
from ringback.api.description import described
from ringback.api.form import Form
from ringback.api.page import PageQuery
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import Missing, refusal, text_of, whole
from ringback.model.record import AccessAddressRecord
from ringback.services.keep_addresses import AccessAddressKeeping

KEY = "ip_addresses"
PATH = "/SIP/IpAccessControlLists/{list_sid}/IpAddresses"
BAD_ADDRESS = 21238
WHOLE_ADDRESS = 32


def _ipv4(value: object) -> str:
    """DG-06: IPv4 only."""
    try:
        return str(IPv4Address(str(value).strip()))
    except ValueError:
        raise refusal(f"{str(value)[:60]!r} is not an IPv4 address", BAD_ADDRESS) from None


FriendlyName = Annotated[str, text_of(255, least=1, code=BAD_ADDRESS)]
Address = Annotated[str, BeforeValidator(_ipv4)]
PrefixLength = Annotated[int, whole(0, WHOLE_ADDRESS, BAD_ADDRESS)]


class AddressForm(Form):
    """What create takes."""

    friendly_name: Annotated[FriendlyName, Missing(BAD_ADDRESS, "The parameter 'FriendlyName' is required.")]
    ip_address: Annotated[Address, Missing(BAD_ADDRESS, "The parameter 'IpAddress' is required.")]
    cidr_prefix_length: PrefixLength = WHOLE_ADDRESS


class AddressChangeForm(Form):
    """What update takes."""

    friendly_name: FriendlyName | None = None
    ip_address: Address | None = None
    cidr_prefix_length: PrefixLength | None = None

    def values(self, now: AccessAddressRecord) -> Mapping[str, Any]:
        """Fields of the record, whose address is one field."""
        network = ip_network(now.cidr)
        address = self.ip_address or str(network.network_address)
        length = network.prefixlen if self.cidr_prefix_length is None else self.cidr_prefix_length
        named = {} if self.friendly_name is None else {"friendly_name": self.friendly_name}
        return {**named, "cidr": cidr_of(address, length)}


def cidr_of(address: str, length: int) -> str:
    """The network that the address lies in: `198.51.100.7` and 24 are `198.51.100.0/24`."""
    return str(IPv4Network((address, length), strict=False))


class AddressBody(Body):
    element: ClassVar[str] = "IpAddress"

    sid: str
    account_sid: str
    friendly_name: str
    ip_address: str
    cidr_prefix_length: int
    ip_access_control_list_sid: str
    date_created: Date
    date_updated: Date
    uri: str

    @classmethod
    def of(cls, account_sid: str, record: AccessAddressRecord) -> Self:
        network = ip_network(record.cidr)
        return cls(
            sid=record.sid,
            account_sid=account_sid,
            friendly_name=record.friendly_name,
            ip_address=str(network.network_address),
            cidr_prefix_length=network.prefixlen,
            ip_access_control_list_sid=record.list_sid,
            date_created=record.created_at,
            date_updated=record.updated_at,
            uri=account_uri(account_sid, "SIP", "IpAccessControlLists", record.list_sid, "IpAddresses", record.sid),
        )


def sip_addresses_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["SIP addresses"])
    keeping = AccessAddressKeeping(services.configuring)

    @router.post(PATH, **described(form=AddressForm, body=AddressBody, status=201))
    async def create_address(
        request: Request, account: OwnAccount, list_sid: str, form: Annotated[AddressForm, Depends(AddressForm.read)]
    ) -> Response:
        cidr = cidr_of(form.ip_address, form.cidr_prefix_length)
        return _answer(request, account.sid, await keeping.create(account.sid, list_sid, cidr, form.friendly_name), 201)

    @router.get(PATH, **described(query=PageQuery, body=AddressBody, listed_as=KEY))
    async def list_addresses(
        request: Request, account: OwnAccount, list_sid: str, query: Annotated[PageQuery, Depends(PageQuery.read)]
    ) -> Response:
        found = existing(request, await keeping.page(account.sid, list_sid, query.page_request()))

        def present(record: AccessAddressRecord) -> AddressBody:
            return AddressBody.of(account.sid, record)

        return answer_page(request, KEY, query, found, present, position_of, kind=AddressBody)

    @router.get(f"{PATH}/{{sid}}", **described(body=AddressBody))
    async def read_address(request: Request, account: OwnAccount, list_sid: str, sid: str) -> Response:
        return _answer(request, account.sid, await keeping.find(account.sid, list_sid, sid))

    @router.post(f"{PATH}/{{sid}}", **described(form=AddressChangeForm, body=AddressBody))
    async def update_address(
        request: Request,
        account: OwnAccount,
        list_sid: str,
        sid: str,
        form: Annotated[AddressChangeForm, Depends(AddressChangeForm.read)],
    ) -> Response:
        return _answer(request, account.sid, await keeping.update(account.sid, list_sid, sid, form.values))

    @router.delete(f"{PATH}/{{sid}}", **described(status=204))
    async def delete_address(request: Request, account: OwnAccount, list_sid: str, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, list_sid, sid))

    return router


def _answer(request: Request, account_sid: str, record: AccessAddressRecord | None, status: int = 200) -> Response:
    return answer_found(request, record, lambda found: AddressBody.of(account_sid, found), status)
