"""What every verb and noun has, the word lists several of them share, and the document that holds them."""

from dataclasses import dataclass
from typing import Literal

from ringback.twiml.errors import Problem

Method = Literal["GET", "POST"]
Trim = Literal["trim-silence", "do-not-trim"]
LegEvent = Literal["initiated", "ringing", "answered", "completed"]
RecordingEvent = Literal["in-progress", "completed", "absent"]
StreamTrack = Literal["inbound_track", "outbound_track", "both_tracks"]
RecordingTrack = Literal["inbound", "outbound", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element of a document. `line` is 0 for a node that was not read from one."""

    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(Node):
    """An element that may stand directly under `<Response>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun(Node):
    """An element that says what a verb is about, inside `<Dial>`, `<Connect>`, `<Start>` and others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Noun):
    """`<Parameter name value/>`: one custom value handed to an app, a device or a connector."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Noun):
    """`<Config name value/>`: one setting of a virtual agent or a transcription engine."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A TwiML document, ready to run: its verbs in order, and everything that was wrong with it."""

    verbs: tuple[Verb, ...] = ()
    problems: tuple[Problem, ...] = ()
