"""Which transaction a message belongs to (RFC 3261 sections 17.1.3 and 17.2.3, and the rule for RFC 2543 peers)."""

from typing import NamedTuple

from ringback.sip.message.message import Request, Response
from ringback.sip.transaction.outgoing import TransactionId


class RequestIdentity(NamedTuple):
    """What a request keeps on every path it takes; two of one identity are a merged request (section 8.2.2.2)."""

    call_id: str
    from_tag: str | None
    number: int
    method: str


def client_id(branch: str, method: str) -> TransactionId:
    return TransactionId(f"c|{branch}|{method}")


def id_of_response(response: Response) -> TransactionId:
    """The client transaction a response answers: branch of the top Via and method of CSeq."""
    return client_id(response.via.branch or "", response.cseq.method)


def server_id(request: Request, *, method: str | None = None) -> TransactionId:
    """The server transaction of a request; an ACK is matched as the INVITE it acknowledges.

    `method` asks for the transaction that this request is about: INVITE for a CANCEL (section 9.2).
    """
    via = request.via
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    if via.has_magic_cookie:
        return TransactionId(f"s|{via.branch}|{via.host.lower()}:{via.port}|{method}")
    # RFC 2543: no unique branch. The To tag is left out, since the INVITE lacks the tag that its ACK bears.
    parts = (str(request.uri), request.from_.tag or "", request.call_id, str(request.cseq.number), str(via))
    return TransactionId(f"s|{'|'.join(parts)}|{method}")


def identity(request: Request) -> RequestIdentity:
    return RequestIdentity(request.call_id, request.from_.tag, request.cseq.number, request.method)
