"""`ringback check`: are the settings right, and what would be served."""

from collections.abc import Iterator

import typer

from ringback.cli.preflight import find_obstacles
from ringback.cli.settings_file import ConfigOption, fail, settings_or_exit
from ringback.model.settings import Settings
from ringback.model.settings.section import DomainSettings
from ringback.model.sid import application_sid
from ringback.store.errors import blank_password


def check(config: ConfigOption = None) -> None:
    """Validate settings and say what would be served, or exactly what is wrong (exit code 2)."""
    settings = settings_or_exit(config)
    obstacles = find_obstacles(settings)
    if obstacles:
        fail("\n".join(obstacle.sentence for obstacle in obstacles))
    for name, value in _lines(settings):
        typer.echo(f"{name:<12}{value}", err=True)
    for warning in settings.warnings():
        typer.echo(f"warning: {warning}", err=True)
    typer.echo("The settings are right.", err=True)


def _lines(settings: Settings) -> Iterator[tuple[str, str]]:
    """What would be served, one line for each thing."""
    for listen in settings.sip.listen:
        yield "SIP", str(listen)
    ports = settings.media.ports
    yield "audio", f"{settings.media_address}, UDP ports {ports.first} to {ports.last} ({ports.capacity} call sides)"
    yield "HTTP", f"http://{settings.http.listen}"
    yield "store", blank_password(settings.store.url)
    yield "recordings", str(settings.store.recordings)
    yield "account", settings.account.sid
    for domain in settings.domain:
        yield "domain", f"sip:...@{domain.name} asks {domain.voice_url or 'nobody'} ({_admission(domain)})"
    for number in settings.number:
        yield "number", f"{number.number} asks {number.voice_url or 'nobody'}"
    for caller_id in settings.caller_id:
        yield "caller id", f"{caller_id.number} needs no verification"
    for trunk in settings.trunk:
        yield "trunk", f"{trunk.name}: {trunk.uri}; brings calls from {_networks(trunk.allow)}"
    for application in settings.application:
        sid = application_sid(application.name, application.sid)
        yield "application", f"{application.name}: {sid} asks {application.voice_url or 'nobody'}"


def _admission(domain: DomainSettings) -> str:
    """Who may call, in words (sip.md section 3)."""
    conditions = []
    if domain.allow:
        conditions.append(f"from {_networks(domain.allow)}")
    if domain.users:
        conditions.append(f"with a password of {len(domain.users)} user{'s' if len(domain.users) > 1 else ''}")
    return " and ".join(conditions) or "refuses every call"


def _networks(networks: tuple[object, ...]) -> str:
    return ", ".join(map(str, networks)) or "nowhere"
