"""From the nouns of a `<Dial>` to whom the call shall ring (twiml.md section 8)."""

from urllib.parse import quote

from ringback.call.control import DialTarget, StatusEvents
from ringback.interpreter.run import Run
from ringback.twiml.nodes import DetectingNoun, Dial, Number, Sip, Uri


def dial_targets(verb: Dial, run: Run) -> tuple[tuple[DialTarget, ...], bool]:
    """The targets, and whether they must ring one by one: the `<Uri>`s of a single `<Sip>` do, by priority."""
    targets: list[DialTarget] = []
    for noun in verb.nouns:
        match noun:
            case Number():
                targets.append(_number(noun, run))
            case Sip():
                targets += _sip(noun, run)
            case _:
                run.not_executed(noun)
    alone = len(verb.nouns) == 1 and isinstance(verb.nouns[0], Sip) and bool(verb.nouns[0].uris)
    return tuple(targets), alone


def _number(noun: Number, run: Run) -> DialTarget:
    _report_what_is_left_out(noun, run)
    return DialTarget(
        kind="number",
        address=noun.number,
        send_digits=noun.send_digits,
        status=_status_events(noun, run),
        screen=run.screen(noun),
    )


def _sip(noun: Sip, run: Run) -> list[DialTarget]:
    _report_what_is_left_out(noun, run)
    legacy = sorted(noun.uris, key=lambda uri: (uri.priority or 0, -(uri.weight or 0)))
    uris = legacy or ([Uri(uri=noun.uri)] if noun.uri else [])
    return [
        DialTarget(
            kind="sip",
            address=_with_headers(uri.uri, noun),
            username=uri.username or noun.username,
            password=uri.password or noun.password,
            send_digits=noun.send_digits,
            status=_status_events(noun, run),
            screen=run.screen(noun),
        )
        for uri in uris
    ]


def _with_headers(uri: str, noun: Sip) -> str:
    """The headers of the older `<Headers>` child travel the same way as those in the URI."""
    pairs = [f"{quote(header.name)}={quote(header.value, safe='')}" for header in noun.headers]
    if not pairs:
        return uri
    return uri + ("&" if "?" in uri else "?") + "&".join(pairs)


def _status_events(noun: DetectingNoun, run: Run) -> StatusEvents | None:
    if not noun.status_callback:
        return None
    return StatusEvents(
        url=run.url(noun.status_callback), method=noun.status_callback_method, events=noun.status_callback_event
    )


def _report_what_is_left_out(noun: DetectingNoun, run: Run) -> None:
    if noun.machine_detection is not None:
        run.not_executed(noun, f' machineDetection="{noun.machine_detection}"')
