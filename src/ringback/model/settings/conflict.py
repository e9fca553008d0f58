"""Settings that are each allowed and do not go together, and those that are allowed and probably not meant."""

from collections.abc import Iterable, Iterator, Sequence

from ringback.model.settings.address import PortRange, SipListen
from ringback.model.settings.errors import SettingProblem
from ringback.model.settings.section import (
    AccountSettings,
    ApplicationSettings,
    DomainSettings,
    HttpSettings,
    NumberSettings,
    SipSettings,
    TrunkSettings,
)

MIN_PUBLIC_TOKEN_LENGTH = 16
MAKE_TOKEN = "openssl rand -hex 16"


def _problem(key: str, rest: str) -> SettingProblem:
    return SettingProblem(key=key, sentence=f"{key} {rest}")


def listener_conflicts(sip: SipSettings, http: HttpSettings) -> Iterator[SettingProblem]:
    """Two listeners on one address."""
    seen: dict[SipListen, int] = {}
    for index, listen in enumerate(sip.listen):
        key = f"sip.listen[{index}]"
        if listen.port and listen in seen:
            yield _problem(key, f'is "{listen}", which sip.listen[{seen[listen]}] is already; list each listener once.')
        seen.setdefault(listen, index)
        if listen.transport != "udp" and listen.port and listen.host_port == http.listen:
            yield _problem(key, f'is "{listen}", but http.listen is the same address; choose another port for one.')


def tls_conflicts(sip: SipSettings) -> Iterator[SettingProblem]:
    """A `tls:` listener needs a certificate and its key."""
    index = next((index for index, listen in enumerate(sip.listen) if listen.transport == "tls"), None)
    if index is None:
        return
    for name, value in (("tls_certificate", sip.tls_certificate), ("tls_key", sip.tls_key)):
        if value is None:
            yield _problem(
                f"sip.{name}", f'is missing; sip.listen[{index}] is "{sip.listen[index]}" and needs a PEM file here.'
            )


def token_conflicts(account: AccountSettings, http: HttpSettings) -> Iterator[SettingProblem]:
    """Whoever guesses the token can fetch every recording: a short one stays on this machine."""
    if not http.listen.is_loopback and len(account.auth_token.get_secret_value()) < MIN_PUBLIC_TOKEN_LENGTH:
        rest = f"is shorter than {MIN_PUBLIC_TOKEN_LENGTH} characters, and http.listen is open to others;"
        yield _problem("account.auth_token", f"{rest} make a longer one, for example with: {MAKE_TOKEN}")


def trunk_conflicts(trunks: Sequence[TrunkSettings]) -> Iterator[SettingProblem]:
    """A password belongs to a user, and a user needs a password."""
    for index, trunk in enumerate(trunks):
        if trunk.user is not None and trunk.password is None:
            yield _problem(f"trunk[{index}].password", "is missing; trunk.user is given and needs it.")
        if trunk.password is not None and trunk.user is None:
            yield _problem(f"trunk[{index}].user", "is missing; trunk.password is given and needs it.")


def duplicates(values: Iterable[str], table: str, field: str) -> Iterator[SettingProblem]:
    """Names that tell the entries of a list of tables apart, given twice."""
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            yield _problem(
                f"{table}[{index}].{field}",
                f'is "{value}", which {table}[{first[value]}].{field} is already; each must be unique.',
            )
        first.setdefault(value, index)


def doubtful_domains(domains: Sequence[DomainSettings]) -> Iterator[str]:
    """Domains that will not do what was probably wanted (sip.md DM-07, DM-08)."""
    for index, domain in enumerate(domains):
        if not domain.users and not domain.allow:
            yield f"domain[{index}] ({domain.name}) has neither users nor allow, so it refuses every call."
        if domain.registration and not domain.users:
            yield f"domain[{index}] ({domain.name}) has registration = true and no users, so no phone can register."
        if domain.secure:
            yield f"domain[{index}] ({domain.name}) has secure = true; there is no SRTP yet, so it refuses every call."
        if domain.voice_url is None:
            yield f"domain[{index}] ({domain.name}) has no voice_url, so its calls are refused after authentication."


def doubtful_numbers(numbers: Sequence[NumberSettings], trunks: Sequence[TrunkSettings]) -> Iterator[str]:
    """Numbers that nothing can bring calls to, or that nobody answers."""
    if numbers and not any(trunk.allow for trunk in trunks):
        yield "number: no trunk has allow, so nothing can bring calls to the numbers of this file."
    for index, number in enumerate(numbers):
        if number.voice_url is None:
            yield f"number[{index}] ({number.number}) has no voice_url, so its calls are refused."


def doubtful_applications(applications: Sequence[ApplicationSettings]) -> Iterator[str]:
    """Applications that nobody can be connected to."""
    for index, application in enumerate(applications):
        if application.voice_url is None:
            yield f"application[{index}] ({application.name}) has no voice_url, so <Dial> of it fails."


def doubtful_token(account: AccountSettings) -> Iterator[str]:
    if len(account.auth_token.get_secret_value()) < MIN_PUBLIC_TOKEN_LENGTH:
        shorter = f"account.auth_token is shorter than {MIN_PUBLIC_TOKEN_LENGTH} characters"
        yield f"{shorter}; good enough on this machine only. Make a better one with: {MAKE_TOKEN}"


def doubtful_ports(sip: SipSettings, ports: PortRange) -> Iterator[str]:
    """A SIP port among the audio ports: that pair is lost to audio, and lost to SIP when audio has it first."""
    for index, listen in enumerate(sip.listen):
        if listen.transport == "udp" and listen.port in ports:
            yield f"sip.listen[{index}] ({listen}) is among the audio ports, {ports.first} to {ports.last}."


def doubtful_public_url(http: HttpSettings) -> Iterator[str]:
    """Listening everywhere says nothing about where your app can fetch a recording."""
    if http.public_url is None and http.listen.host in ("0.0.0.0", "::"):
        yield f"http.public_url is not set and http.listen is {http.listen}, so RecordingUrl names that address."


def doubtful_advertise(sip: SipSettings) -> Iterator[str]:
    """The same for SIP: phones would be told to send to 0.0.0.0."""
    if sip.advertise is None and any(listen.host in ("0.0.0.0", "::") for listen in sip.listen):
        yield "sip.advertise is not set and sip.listen has 0.0.0.0 or ::, so phones are told that address."
