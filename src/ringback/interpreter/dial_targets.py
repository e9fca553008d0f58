"""From the nouns of a `<Dial>` to whom the call shall ring (twiml.md section 8)."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from ringback.call.control import DialTarget, StatusEvents, reason_header
from ringback.interpreter.detection import detection_request
from ringback.interpreter.run import Run
from ringback.twiml.nodes import Client, Dial, LegNoun, Number, Sim, Sip, Uri, WhatsApp
from ringback.twiml.sip_address import is_allowed_header

NOT_SUPPORTED = 13258
HEADER_VALUE = 32112


def dial_targets(verb: Dial, run: Run) -> tuple[tuple[DialTarget, ...], bool]:
    """The targets, and whether they must ring one by one: the `<Uri>`s of a single `<Sip>` do, by priority."""
    targets: list[DialTarget] = []
    for noun in verb.nouns:
        match noun:
            case Number():
                targets.append(_number(noun, run))
            case Sip():
                targets += _sip(noun, run)
            case Client():
                targets.append(_client(noun, run))
            case Sim() | WhatsApp():
                name = type(noun).__name__
                run.report(NOT_SUPPORTED, f"<{name}> needs Twilio's own network and is left out", node=noun)
            case _:
                run.not_executed(noun)
    alone = len(verb.nouns) == 1 and isinstance(verb.nouns[0], Sip) and bool(verb.nouns[0].uris)
    reason = reason_header(verb.call_reason)
    return tuple(replace(target, headers=target.headers + reason) for target in targets), alone


def _number(noun: Number, run: Run) -> DialTarget:
    return DialTarget(
        kind="number",
        address=noun.number,
        send_digits=noun.send_digits,
        detection=detection_request(noun, run),
        status=status_events(noun, run),
        screen=run.screen(noun),
    )


def _sip(noun: Sip, run: Run) -> list[DialTarget]:
    legacy = sorted(noun.uris, key=lambda uri: (uri.priority or 0, -(uri.weight or 0)))
    uris = legacy or ([Uri(uri=noun.uri)] if noun.uri else [])
    return [
        DialTarget(
            kind="sip",
            address=_with_headers(uri.uri, noun),
            username=uri.username or noun.username,
            password=uri.password or noun.password,
            send_digits=noun.send_digits,
            detection=detection_request(noun, run),
            status=status_events(noun, run),
            screen=run.screen(noun),
        )
        for uri in uris
    ]


def _client(noun: Client, run: Run) -> DialTarget:
    """A registered phone by its user name; its parameters travel as `X-` headers (8.3)."""
    return DialTarget(
        kind="client",
        address=noun.identity,
        headers=tuple(_parameter_headers(noun, run)),
        status=status_events(noun, run),
        screen=run.screen(noun),
    )


def _parameter_headers(noun: Client, run: Run) -> Iterator[tuple[str, str]]:
    for parameter in noun.parameters:
        name = f"X-{parameter.name}"
        if is_allowed_header(name) and parameter.value.isprintable():
            yield name, parameter.value
        else:
            message = f"parameter {parameter.name!r} cannot be sent as the header {name!r} and is left out"
            run.report(HEADER_VALUE, message, node=noun, value=parameter.name)


def _with_headers(uri: str, noun: Sip) -> str:
    """The headers of the older `<Headers>` child travel the same way as those in the URI."""
    pairs = [f"{quote(header.name)}={quote(header.value, safe='')}" for header in noun.headers]
    if not pairs:
        return uri
    return uri + ("&" if "?" in uri else "?") + "&".join(pairs)


def status_events(noun: LegNoun, run: Run) -> StatusEvents | None:
    """Where the status callbacks of this noun's leg go (8.9)."""
    if not noun.status_callback:
        return None
    return StatusEvents(
        url=run.url(noun.status_callback), method=noun.status_callback_method, events=noun.status_callback_event
    )
