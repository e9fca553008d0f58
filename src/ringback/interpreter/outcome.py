"""What a verb leaves behind: go on, fetch another document, or nothing more. The document loop obeys these values."""

from dataclasses import dataclass
from typing import Literal

from ringback.interpreter.document import LoadedDocument

Method = Literal["GET", "POST"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue:
    """Fall through to the next verb of the same document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """The document at `url` takes control (A-01). `parameters` are the verb's own, sent beside the standard ones.

    A call that is over by now still owes the app this request; its answer is not run (A-02, F-08).
    """

    url: str
    method: Method = "POST"
    parameters: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The call is over, has been told to end, or leaves its queue; no verb of the document runs after this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """This document, which was fetched already, takes control."""

    document: LoadedDocument


Outcome = Continue | Goto | Enter | Finished
