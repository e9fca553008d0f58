"""Verbs that steer the call or the document, and the small ones (twiml.md sections 9 to 13, 17, 18)."""

from dataclasses import dataclass
from typing import Literal

from ringback.twiml.nodes.node import Method, Noun, Parameter, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(Verb):
    """Another document takes over. An empty `url` is the current document (D-14)."""

    url: str = ""
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Verb):
    """Refuse an unanswered call: 603, or 486 for `busy`."""

    reason: Literal["rejected", "busy"] = "rejected"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup(Verb):
    """End the call."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Noun):
    """`<Task>` inside `<Enqueue>`: JSON attributes for a workflow, as written."""

    body: str = ""
    priority: int | None = None
    timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Verb):
    """Wait in the queue `name`. `wait_url` None is the default music, an empty one silence."""

    name: str | None = None
    task: Task | None = None
    action: str | None = None
    method: Method = "POST"
    wait_url: str | None = None
    wait_url_method: Method = "GET"
    workflow_sid: str | None = None
    max_queue_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Verb):
    """Leave the queue; the document that queued the call goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferTarget(Noun):
    """`<Sip>` inside `<Refer>`: the URI of Refer-To, with the headers that may stay in it (REF-03)."""

    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(Verb):
    """Send SIP REFER on this call's own leg. `target` is None if the document named none."""

    target: ReferTarget | None = None
    action: str | None = None
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms(Verb):
    """A text message."""

    text: str
    to: str | None = None
    from_: str | None = None
    action: str | None = None
    method: Method = "POST"
    status_callback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Verb):
    """The caller hears their own voice until hangup."""
