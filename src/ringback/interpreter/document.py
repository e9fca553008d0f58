"""A document that was fetched, ready to be run."""

from dataclasses import dataclass

from ringback.call.control import PlayedBytes, Spoken
from ringback.twiml.nodes import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDocument:
    """What is to be run, and the URL that relative ones are resolved against; None for inline TwiML (D-12).

    A `Prompt` is an answer that was audio or plain text: it is played, then the call is hung up (twiml.md 1.1).
    """

    url: str | None
    body: Document | PlayedBytes | Spoken
