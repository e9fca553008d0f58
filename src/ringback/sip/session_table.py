"""The sessions that an endpoint has: by their own id, and by the dialog that a request names (RFC 3261 section 12)."""

from ringback.sip.dialog.session import InviteSession
from ringback.sip.events import Flow, SessionId
from ringback.sip.message.message import Request
from ringback.sip.transaction.layer import AckReceived, Indication, ResponseReceived, TransactionFailed


class SessionTable:
    """A session is in it from its first message until nothing more can come for it."""

    def __init__(self) -> None:
        self._by_id: dict[SessionId, InviteSession] = {}
        self._by_dialog: dict[tuple[str, str], InviteSession] = {}

    def keep(self, session: InviteSession) -> None:
        self._by_id[session.id] = session
        self._by_dialog[session.call_id, session.local_tag] = session

    def forget_if_over(self, session: InviteSession) -> None:
        if session.is_forgettable:
            self._by_id.pop(session.id, None)
            self._by_dialog.pop((session.call_id, session.local_tag), None)

    def get(self, session_id: SessionId | None) -> InviteSession | None:
        return self._by_id.get(session_id) if session_id is not None else None

    def of(self, request: Request) -> InviteSession | None:
        """The one in whose dialog the request is."""
        session = self._by_dialog.get((request.call_id, request.to.tag or ""))
        return session if session is not None and session.is_for(request) else None

    def hand_to_owner(self, indication: Indication, flow: Flow | None, now: float) -> None:
        """What a transaction has to tell goes to the session that it belongs to; without one, to nobody."""
        session = self.get(indication.transaction.owner)
        if session is None:
            return
        match indication:
            case ResponseReceived(transaction=transaction, response=response):
                session.receive_response(transaction.id, response, flow, now)
            case AckReceived(request=ack):
                session.receive_ack(ack, now)
            case TransactionFailed(transaction=transaction, failure=failure):
                session.receive_failure(transaction.id, failure, now)
        self.forget_if_over(session)
