"""MESSAGE both ways within a call (RFC 3428): what an app and a phone tell each other beside the audio.

Ours go one after the other, each when the one before has its final response, so that they arrive in order over UDP too;
what is sent before the call is confirmed waits for that. A phone that refuses a message or leaves it unanswered has not
got it, and nothing else comes of that.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from ringback.sip.dialog.conversation import Body, Conversation, HeaderPairs, Received, Reply
from ringback.sip.events import MessageAnswered, MessageReceived
from ringback.sip.message.message import Request

JSON = "application/json"
PLAIN = "text/plain"
ACCEPTED = (JSON, PLAIN)
MAX_BODY_BYTES = 10_240
"""What a phone may say in one message: Twilio's limit of the content of one, 10 KB."""
BURST = 20
"""Messages of a phone that are taken at once; after them one more for each tenth of a second."""
PER_SECOND = 10.0
RETRY_AFTER_SECONDS = 1

UNSUPPORTED_MEDIA_TYPE = 415
TIMED_OUT = 408


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unsent:
    message_id: str
    body: Body


class MessageExchange:
    """The messages of one session. `is_ready` tells whether ours may go."""

    def __init__(self, conversation: Conversation, *, is_ready: Callable[[], bool]) -> None:
        self._conversation = conversation
        self._is_ready = is_ready
        self._waiting: deque[_Unsent] = deque()
        self._under_way: _Unsent | None = None
        self._knows_json = True
        self._received = 0
        self._allowance = float(BURST)
        self._allowed_at = 0.0

    # --- ours

    def send(self, message_id: str, body: Body, now: float) -> None:
        """Send it in its turn; `MessageAnswered` bears its id."""
        self._waiting.append(_Unsent(message_id=message_id, body=body))
        self.send_what_waits(now)

    def send_what_waits(self, now: float) -> None:
        if self._waiting and self._under_way is None and self._is_ready():
            self._transmit(self._waiting.popleft(), now)

    def close(self) -> None:
        """The session is over; of what was not answered nobody is told."""
        self._waiting.clear()
        self._under_way = None

    def _transmit(self, unsent: _Unsent, now: float) -> None:
        if unsent.body.content_type == JSON and not self._knows_json:
            unsent = replace(unsent, body=replace(unsent.body, content_type=PLAIN))
        self._under_way = unsent
        self._conversation.send("MESSAGE", self._receive_reply, now, body=unsent.body)

    def _receive_reply(self, reply: Reply, now: float) -> None:
        """We differ: a 408 or 481 to a MESSAGE does not end the call, as RFC 3261 section 12.2.1.2 has it. It is what
        phones say, or do not say, that know no MESSAGE; that a peer is gone shows otherwise."""
        unsent = self._under_way
        if unsent is None or reply.status < 200:
            return
        if reply.status == UNSUPPORTED_MEDIA_TYPE and unsent.body.content_type == JSON and _takes_plain_text(reply):
            self._knows_json = False
            self._transmit(unsent, now)
            return
        self._under_way = None
        self._tell(unsent, reply.status)
        if reply.response is None and reply.status == TIMED_OUT:
            self._give_up_on_the_others()
        self.send_what_waits(now)

    def _give_up_on_the_others(self) -> None:
        """A phone that left one message unanswered for 32 seconds is not waited for again and again."""
        while self._waiting:
            self._tell(self._waiting.popleft(), TIMED_OUT)

    def _tell(self, unsent: _Unsent, status: int) -> None:
        event = MessageAnswered(session_id=self._conversation.id, message_id=unsent.message_id, status=status)
        self._conversation.emit(event)

    # --- the peer's

    def receive(self, received: Received, now: float) -> None:
        """200, and it is told; or the refusal that it is owed."""
        refusal = _refusal(received.request) or self._refusal_of_rate(now)
        if refusal is not None:
            status, headers = refusal
            self._conversation.respond(received, status, now, headers=headers)
            return
        self._received += 1
        self._conversation.respond(received, 200, now)
        self._conversation.emit(
            MessageReceived(
                session_id=self._conversation.id,
                number=self._received,
                content_type=received.request.content_type or PLAIN,
                body=received.request.body,
            )
        )

    def _refusal_of_rate(self, now: float) -> "tuple[int, HeaderPairs] | None":
        grown = self._allowance + (now - self._allowed_at) * PER_SECOND
        self._allowance, self._allowed_at = min(float(BURST), grown), now
        if self._allowance < 1:
            return 503, [("Retry-After", str(RETRY_AFTER_SECONDS))]
        self._allowance -= 1
        return None


def _refusal(request: Request) -> "tuple[int, HeaderPairs] | None":
    """What cannot be read (RFC 3261 section 8.2.3), or is too much (section 21.4.11)."""
    if request.content_type not in ACCEPTED:
        return UNSUPPORTED_MEDIA_TYPE, [("Accept", ", ".join(ACCEPTED))]
    codings = [coding.strip().lower() for coding in request.headers.get_all("Content-Encoding")]
    if any(coding != "identity" for coding in codings):
        return UNSUPPORTED_MEDIA_TYPE, [("Accept-Encoding", "identity")]
    if len(request.body) > MAX_BODY_BYTES:
        return 413, ()
    return None


def _takes_plain_text(reply: Reply) -> bool:
    """Whether a 415 leaves text/plain to try: it names that, or nothing at all (RFC 3261 section 21.4.13)."""
    if reply.response is None:
        return False
    named = {value.partition(";")[0].strip().lower() for value in reply.response.headers.get_all("Accept")}
    return not named or bool(named & {PLAIN, "text/*", "*/*"})
