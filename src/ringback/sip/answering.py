"""How an endpoint itself answers what no session does: in the request's transaction, or without keeping anything."""

import hashlib
from collections.abc import Callable

from ringback.sip.dialog.stack import Stack
from ringback.sip.events import Flow
from ringback.sip.message.message import Request, Response, reply
from ringback.sip.message.validate import Refusal
from ringback.sip.transaction.layer import Transaction
from ringback.sip.transaction.outgoing import TransactionId


class Answering:
    """Every answer of it names the server, and has a tag."""

    def __init__(self, stack: Stack, user_agent: str, entropy: Callable[[int], bytes]) -> None:
        self._stack = stack
        self._user_agent = user_agent
        self._tag_key = entropy(16)

    def answer(
        self,
        request: Request,
        transaction_id: TransactionId,
        refusal: Refusal,
        now: float,
        *,
        to_tag: str | None = None,
    ) -> None:
        self._stack.layer.respond(transaction_id, self._response(request, refusal, to_tag), now)

    def refuse(self, request: Request, transaction: Transaction, refusal: Refusal, now: float) -> None:
        """The transaction is one of the refused, of which an endpoint keeps only so many."""
        self._stack.layer.refuse(transaction, self._response(request, refusal), now)

    def answer_statelessly(self, request: Request, refusal: Refusal, flow: Flow) -> None:
        """Keep nothing; a copy of the request gets the same answer, its tag included (RFC 3261 section 8.2.7)."""
        seed = "\n".join([request.headers.get("Via") or "", request.headers.get("Call-ID") or ""])
        tag = hashlib.blake2s(seed.encode(), key=self._tag_key, digest_size=8).hexdigest()
        self._stack.layer.respond_statelessly(request, self._response(request, refusal, tag), flow)

    def _response(self, request: Request, refusal: Refusal, to_tag: str | None = None) -> Response:
        return reply(
            request,
            refusal.status,
            refusal.reason,
            to_tag=to_tag or self._stack.new_token(),
            headers=[*refusal.headers, ("Server", self._user_agent)],
        )
