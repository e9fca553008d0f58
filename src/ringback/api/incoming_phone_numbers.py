"""`/IncomingPhoneNumbers`: numbers that trunks bring calls for, and the apps behind them (rest-api.md 9.14)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount, authenticate, directory_of
from ringback.api.body import answer, answer_found, answer_page, answer_removed, position_of
from ringback.api.description import described
from ringback.api.errors import ApiError
from ringback.api.incoming_phone_number_form import (
    BAD_ACCOUNT,
    ChangedNumberForm,
    NewNumberForm,
    NewTypedNumberForm,
    NumberBody,
    NumberQuery,
)
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices
from ringback.api.value import BAD_PARAMETER
from ringback.model.record import NumberType
from ringback.model.sid import AccountSid
from ringback.services.keep_numbers import NumberKeeping

KEY = "incoming_phone_numbers"
BAD_AREA_CODE, NONE_IN_AREA = 21451, 21452
TYPES = {"Local": NumberType.LOCAL, "Mobile": NumberType.MOBILE, "TollFree": NumberType.TOLL_FREE}


def incoming_phone_numbers_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=f"{ACCOUNT}/IncomingPhoneNumbers", tags=["IncomingPhoneNumbers"])
    keeping = NumberKeeping(services.configuring)
    for word, type_ in TYPES.items():
        _add_typed(router, keeping, word, type_)

    @router.post("", **described(form=NewNumberForm, body=NumberBody, status=201, errors=(403,)))
    async def create_number(
        request: Request, account: OwnAccount, form: Annotated[NewNumberForm, Depends(NewNumberForm.read)]
    ) -> Response:
        made = await keeping.create(account.sid, _wanted(form), None, form.values())
        return answer(request, NumberBody.of(made), 201)

    @router.get("", **described(query=NumberQuery, body=NumberBody, listed_as=KEY))
    async def list_numbers(
        request: Request, account: OwnAccount, query: Annotated[NumberQuery, Depends(NumberQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request(), query.chosen())
        return answer_page(request, KEY, query, found, NumberBody.of, position_of, kind=NumberBody)

    @router.get("/{sid}", **described(body=NumberBody))
    async def read_number(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_found(request, await keeping.find(account.sid, sid), NumberBody.of)

    @router.post("/{sid}", **described(form=ChangedNumberForm, body=NumberBody))
    async def update_number(
        request: Request,
        account: OwnAccount,
        sid: str,
        form: Annotated[ChangedNumberForm, Depends(ChangedNumberForm.read)],
    ) -> Response:
        move_to = _new_owner(request, form.account_sid) if form.account_sid else None
        return answer_found(
            request, await keeping.update(account.sid, sid, form.values(), move_to=move_to), NumberBody.of
        )

    @router.delete("/{sid}", **described(status=204))
    async def delete_number(request: Request, account: OwnAccount, sid: str) -> Response:
        return answer_removed(request, await keeping.remove(account.sid, sid))

    return router


def _add_typed(router: APIRouter, keeping: NumberKeeping, word: str, type_: NumberType) -> None:
    """`/Local` and the others: the same numbers, those of one type."""

    @router.post(
        f"/{word}",
        name=f"create_{word}_number",
        **described(form=NewTypedNumberForm, body=NumberBody, status=201, errors=(403,)),
    )
    async def create(
        request: Request, account: OwnAccount, form: Annotated[NewTypedNumberForm, Depends(NewTypedNumberForm.read)]
    ) -> Response:
        made = await keeping.create(account.sid, form.phone_number, type_, form.values())
        return answer(request, NumberBody.of(made), 201)

    @router.get(f"/{word}", name=f"list_{word}_numbers", **described(query=NumberQuery, body=NumberBody, listed_as=KEY))
    async def list_all(
        request: Request, account: OwnAccount, query: Annotated[NumberQuery, Depends(NumberQuery.read)]
    ) -> Response:
        found = await keeping.page(account.sid, query.page_request(), query.chosen(type_))
        return answer_page(request, KEY, query, found, NumberBody.of, position_of, kind=NumberBody)


def _wanted(form: NewNumberForm) -> str:
    """The number to claim. There is no pool of numbers, so that an area code finds none."""
    if form.phone_number is not None:
        return form.phone_number
    if form.area_code is None:
        raise ApiError(400, BAD_PARAMETER, "The parameter 'PhoneNumber' is required and was not given.")
    if len(form.area_code) != 3 or not form.area_code.isdecimal():
        raise ApiError(400, BAD_AREA_CODE, f"Parameter 'AreaCode': {form.area_code[:20]!r} is not an area code")
    raise ApiError(400, NONE_IN_AREA, f"There are no numbers in the area code {form.area_code}; give a PhoneNumber")


def _new_owner(request: Request, account_sid: str) -> AccountSid:
    """An active account that the caller may act for."""
    directory = directory_of(request)
    account = directory.account(account_sid)
    if account is None or not account.is_active or not authenticate(request, directory).may_act_for(account):
        raise ApiError(400, BAD_ACCOUNT, f"Parameter 'AccountSid': {account_sid} is no active account of yours")
    return account.sid
