"""`ringback call`: a phone for scripts. It places one call, presses keys, speaks a file, keeps what it hears."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from ringback.cli.schedule import Message, Press, parse_header, parse_message, parse_press
from ringback.media._engine import Clip, DecodeError
from ringback.sip.dialog.messaging import JSON, PLAIN
from ringback.sip.message.errors import MalformedUri
from ringback.sip.message.uri import SipUri
from ringback.sip.net.address import address_toward
from ringback.sip.net.resolver import address_without_dns
from ringback.testing.softphone import CallRefused, Softphone, SoftphoneCall

ANSWERED_WELL = 0
REFUSED = 1
USAGE = 2
RING_SECONDS = 60.0
IMPATIENT_SECONDS = 3.0
"""A server that is there lets it ring sooner; after that a person wants to know what is waited for."""
NOT_REACHED = "nobody reached"

Step = TypeVar("Step", Press, Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What one call shall do."""

    uri: str
    proxy: str | None = None
    user: str | None = None
    password: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    presses: tuple[Press, ...] = ()
    messages: tuple[Message, ...] = ()
    play: Clip | None = None
    play_at_seconds: float = 0.0
    record: Path | None = None
    max_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReport:
    """How the call went; `--json` prints exactly this."""

    uri: str
    answered: bool
    status: int
    reason: str
    seconds: float
    ended_by: str
    recorded: str | None
    messages: tuple[str, ...] = ()

    def sentence(self) -> str:
        if self.ended_by == NOT_REACHED:
            return f"{self.uri} could not be reached: {self.status} {self.reason}".rstrip()
        if not self.answered:
            hint = "; it asks for --user and --password" if self.status in (401, 407) else ""
            return f"{self.uri} refused the call: {self.status} {self.reason}".rstrip() + hint
        kept = f"; what was heard is in {self.recorded}" if self.recorded else ""
        return f"{self.uri} answered; {self.seconds:.1f} s, ended by {self.ended_by}{kept}"


async def place(phone: Softphone, plan: CallPlan) -> CallReport:
    """Run the plan on a phone to the end of the call."""
    call = phone.call(plan.uri, proxy=plan.proxy, user=plan.user, password=plan.password, headers=plan.headers)
    try:
        await call.answered(RING_SECONDS)
    except CallRefused as refusal:
        ended_by = "" if refusal.reached else NOT_REACHED
        return _report(plan, answered=False, status=refusal.status, reason=refusal.reason, ended_by=ended_by)
    except TimeoutError:
        call.hang_up()
        return _report(plan, answered=False, status=408, reason=f"no answer in {RING_SECONDS:.0f} s")
    loop = asyncio.get_running_loop()
    began = loop.time()
    if plan.record is not None:
        call.record(plan.record)
    doing = (_press_all(call, plan.presses), _tell_all(call, plan.messages), _speak(call, plan))
    tasks = [asyncio.ensure_future(work) for work in doing]
    try:
        end = await call.ended(plan.max_seconds)
        ended_by = {"peer": "the far end", "us": "us", "failure": f"a failure ({end.reason or end.status})"}[end.by]
        failed = end.by == "failure"
    except TimeoutError:
        call.hang_up()
        await call.ended()
        ended_by, failed = "us", False
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    status, reason = (500, ended_by) if failed else (200, "OK")
    report = _report(
        plan, answered=not failed, status=status, reason=reason, seconds=loop.time() - began, ended_by=ended_by
    )
    return replace(report, messages=tuple(said.content.decode("utf-8", "replace") for said in call.messages))


async def _press_all(call: SoftphoneCall, presses: tuple[Press, ...]) -> None:
    async for press in _in_time(presses):
        await call.press(press.digits)


async def _tell_all(call: SoftphoneCall, messages: tuple[Message, ...]) -> None:
    async for message in _in_time(messages):
        status = await call.send_message(message.content, content_type=JSON if _is_json(message.content) else PLAIN)
        if status is not None and status >= 300:
            typer.echo(f"ringback call: a message was refused: {status}", err=True)


async def _in_time(steps: Sequence[Step]) -> AsyncIterator[Step]:
    """Each that long after the answer."""
    waited = 0.0
    for step in sorted(steps, key=lambda step: step.at_seconds):
        await asyncio.sleep(max(0.0, step.at_seconds - waited))
        waited = max(waited, step.at_seconds)
        yield step


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


async def _speak(call: SoftphoneCall, plan: CallPlan) -> None:
    if plan.play is not None:
        await asyncio.sleep(plan.play_at_seconds)
        await call.play(plan.play)


def _report(
    plan: CallPlan, *, answered: bool, status: int, reason: str, seconds: float = 0.0, ended_by: str = ""
) -> CallReport:
    return CallReport(
        uri=plan.uri,
        answered=answered,
        status=status,
        reason=reason,
        seconds=round(seconds, 2),
        ended_by=ended_by,
        recorded=str(plan.record) if answered and plan.record else None,
    )


def call(
    uri: Annotated[str, typer.Argument(metavar="SIP_URI", help="Whom to call, such as sip:hello@demo.sip.localhost.")],
    proxy: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Send the call there, whatever the URI's host.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="Your user name, when the domain asks for one.")] = None,
    password: Annotated[str | None, typer.Option(help="Your password.", envvar="RINGBACK_CALL_PASSWORD")] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="'X-Name: value'", help="A header for the INVITE; may be repeated.")
    ] = None,
    press: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS@SECONDS", help="Press keys that long after the answer; may be repeated."),
    ] = None,
    message: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT@SECONDS", help="Tell the app something that long after the answer; may be repeated."
        ),
    ] = None,
    play: Annotated[Path | None, typer.Option(metavar="FILE", help="Speak this audio file into the phone.")] = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what you hear as a WAV.")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0.1, help="Hang up that long after the answer.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")] = False,
) -> None:
    """Call a SIP address: exit code 0 answered and ended well, 1 refused, 2 usage."""
    try:
        plan = CallPlan(
            uri=uri,
            proxy=_checked_proxy(proxy),
            user=user,
            password=password,
            headers=tuple(parse_header(text) for text in header or ()),
            presses=tuple(parse_press(text) for text in press or ()),
            messages=tuple(parse_message(text) for text in message or ()),
            play=_clip(play) if play else None,
            record=_writable(record) if record else None,
            max_seconds=max_seconds,
        )
        report = asyncio.run(_run(plan))
    except (ValueError, MalformedUri) as problem:
        typer.echo(f"ringback call: {problem}", err=True)
        raise typer.Exit(USAGE) from None
    if json_:
        typer.echo(json.dumps({name: getattr(report, name) for name in CallReport.__dataclass_fields__}))
    else:
        typer.echo(report.sentence(), file=sys.stdout)
    raise typer.Exit(ANSWERED_WELL if report.answered else REFUSED)


async def _run(plan: CallPlan) -> CallReport:
    host, _, _ = plan.proxy.rpartition(":") if plan.proxy else (SipUri.parse(plan.uri).host, "", "")
    async with Softphone.open(name=plan.user or "phone", address=await own_address(host)) as phone:
        impatience = asyncio.ensure_future(_wonder(phone, plan))
        try:
            return await place(phone, plan)
        finally:
            impatience.cancel()


async def own_address(host: str) -> str:
    """The address of ours that `host` can answer to: loopback for a server on this machine, else that of the route."""
    if (never_asked := address_without_dns(host)) is not None:
        return address_toward(never_asked)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return "127.0.0.1"  # the call itself will say that there is no such host
    return address_toward(str(found[0][4][0]))


async def _wonder(phone: Softphone, plan: CallPlan) -> None:
    """Say on stderr what a call that does not even ring may be waiting for."""
    await asyncio.sleep(IMPATIENT_SECONDS)
    if not any(call.provisionals or call.is_up or call.has_ended for call in phone.calls):
        where = plan.proxy or plan.uri
        typer.echo(f"ringback call: it does not ring yet; is a SIP server running at {where}?", err=True)


def _checked_proxy(proxy: str | None) -> str | None:
    if proxy is not None:
        host, _, port = proxy.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"--proxy {proxy!r}: expected HOST:PORT, such as 127.0.0.1:5060")
    return proxy


def _clip(path: Path) -> Clip:
    try:
        return Clip.decode(path.read_bytes(), path.suffix.removeprefix("."))
    except OSError as problem:
        raise ValueError(f"--play {path}: {problem.strerror}") from None
    except DecodeError as problem:
        raise ValueError(
            f"--play {path}: not audio that can be played (wav, mp3, aiff, ogg, flac): {problem}"
        ) from None


def _writable(path: Path) -> Path:
    if not path.parent.is_dir():
        raise ValueError(f"--record {path}: the folder {path.parent} does not exist")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"--record {path}: it cannot be written")
    return path
