"""`/Balance`: there is nothing to pay, so that it is always zero (rest-api.md 9.18)."""

from typing import ClassVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ringback.api.authentication import OwnAccount
from ringback.api.body import Body, answer
from ringback.api.description import described
from ringback.api.path import ACCOUNT
from ringback.api.services import ApiServices


class BalanceBody(Body):
    element: ClassVar[str] = "Balance"

    account_sid: str
    balance: str = "0.00"
    currency: str = "USD"


def balance_router(services: ApiServices) -> APIRouter:
    router = APIRouter(prefix=ACCOUNT, tags=["Balance"])

    @router.get("/Balance", **described(body=BalanceBody))
    async def read_balance(request: Request, account: OwnAccount) -> Response:
        return answer(request, BalanceBody(account_sid=account.sid))

    return router
