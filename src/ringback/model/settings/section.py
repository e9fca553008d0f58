"""The tables of the settings file, one frozen model each. Defaults are safe on a laptop: everything on 127.0.0.1.

Every field bears its help text; `docs/reference/settings.md` and the error messages are made from these.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ringback.model.settings.address import HostPort, PortRange, SipListen
from ringback.model.settings.value import (
    AccountSidText,
    Advertised,
    ApplicationSidText,
    Cidr,
    CodecName,
    DigestAlgorithm,
    DomainName,
    FilePath,
    HttpListen,
    IpText,
    Level,
    LimitsLike,
    Listen,
    LogFormat,
    Method,
    Name,
    Number,
    Password,
    PhoneNumber,
    Ports,
    PublicUrl,
    Realm,
    Secret,
    SipUriText,
    StoreUrl,
    Switch,
    Text,
    Url,
    Username,
    Whole,
    must_be,
    read_json,
    read_list,
)

MAX_CREDENTIALS = 1000  # rest-api.md 21242
MAX_ADDRESSES = 100  # sip.md section 1.1
DEFAULT_ACCOUNT_SID = "AC00000000000000000000000000000001"


class Section(BaseModel):
    """A table of the file: frozen, and a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _must_be_a_table(cls, value: Any) -> Any:
        if not isinstance(value, Mapping | cls):
            raise must_be("a table")
        return value


def _listeners(value: object) -> object:
    if isinstance(value, list) and not value:
        raise must_be('a list of at least one listener, such as ["udp:127.0.0.1:5060"]')
    return value


def _algorithms(value: object) -> object:
    if isinstance(value, list) and (not value or len(set(map(str, value))) != len(value)):
        raise must_be('a list of "MD5", "SHA-256" or both, each once')
    return value


def _session(value: int) -> int:
    if value and not 90 <= value <= 86_400:
        raise must_be("0, or a number from 90 to 86400")
    return value


class SipSettings(Section):
    listen: Annotated[tuple[Listen, ...], BeforeValidator(_listeners), BeforeValidator(read_list)] = Field(
        default=(
            SipListen(transport="udp", host="127.0.0.1", port=5060),
            SipListen(transport="tcp", host="127.0.0.1", port=5060),
        ),
        description="Where SIP is taken: `udp:`, `tcp:` or `tls:`, then host and port. Port 0 lets the system choose;"
        " the `ready` line then says which.",
    )
    advertise: Advertised | None = Field(
        default=None,
        description="What to write in Contact, Via and SDP when it is not the bound address: the public address of a"
        " machine behind NAT, or the address of the load balancer.",
    )
    realm: Realm = Field(
        default="ringback",
        description="The realm of digest authentication. Stored credentials are hashes over it: those of this file are"
        " made anew when it changes, those made through the API have to be set again.",
    )
    digest_algorithms: Annotated[
        tuple[DigestAlgorithm, ...], BeforeValidator(_algorithms), BeforeValidator(read_list)
    ] = Field(
        default=("MD5",),
        description="What callers are challenged with, in this order: `MD5`, `SHA-256` or both. MD5 alone is what"
        " Twilio does; several phones give up when they are offered an algorithm they do not know.",
    )
    session_seconds: Annotated[Whole, AfterValidator(_session)] = Field(
        default=1800,
        description="The session timer that calls are given where the other side knows it (RFC 4028): a peer that does"
        " not answer any more is found out in half that time. At least 90; 0: none is asked for.",
    )
    tls_certificate: FilePath | None = Field(
        default=None, description="PEM file with the certificate and its chain, for `tls:` listeners."
    )
    tls_key: FilePath | None = Field(default=None, description="PEM file with the certificate's private key.")
    tls_check_peers: Switch = Field(
        default=False,
        description="Whether whom we call over TLS must have a certificate that this machine trusts, for its name."
        " Twilio takes any; phones and many PBXs have signed their own.",
    )
    trace: Switch = Field(
        default=False, description="Log every SIP message sent and received, credentials blanked. For debugging."
    )


def _codecs(value: object) -> object:
    if isinstance(value, list) and (not value or len({str(name).lower() for name in value}) != len(value)):
        raise must_be('a list of "PCMU", "PCMA", "G722" and "opus", at least one, each once')
    return value


class MediaSettings(Section):
    ports: Ports = Field(
        default=PortRange(first=10000, last=19999),
        description="First and last UDP port for audio. Each side of a call takes two, so the default serves 5,000.",
    )
    address: IpText | None = Field(
        default=None,
        description="The address audio is sent from and received at. Unset: the host of the first `sip.listen`.",
    )
    codecs: Annotated[tuple[CodecName, ...], BeforeValidator(_codecs), BeforeValidator(read_list)] = Field(
        default=("PCMU", "PCMA"),
        description="What calls may speak, in the order in which we offer it: `PCMU`, `PCMA`, `G722` (wideband, more"
        " work for the processor) and `opus` (wideband, made for loss, much more work). In a call that comes in, the"
        " caller's order decides.",
    )
    threads: Whole = Field(default=1, ge=1, le=64, description="How many threads (processor cores) the audio may use.")
    timeout_seconds: Whole = Field(
        default=300,
        ge=0,
        le=86400,
        description="After how long without any audio from a phone its call is ended (32014), unless it is on hold; 0:"
        " never.",
    )


class HttpSettings(Section):
    listen: HttpListen = Field(
        default=HostPort(host="127.0.0.1", port=8080),
        description="Where recordings, `/health` and `/metrics` are served. Port 0 lets the system choose.",
    )
    public_url: PublicUrl | None = Field(
        default=None,
        description="The URL under which your app reaches this HTTP server, written in `RecordingUrl`. Unset:"
        " `http://` and the listening address.",
    )
    public_recordings: Switch = Field(
        default=False,
        description="Whether the audio of recordings is served without credentials, to everybody who knows its URL, as"
        " programs expect that play a `RecordingUrl` as it is. What is known of a recording always needs them.",
    )
    list_all_conferences: Switch = Field(
        default=False,
        description="Whether a list of conferences that asks for no `Status` has all of them, as Twilio's had until 30"
        " September 2026; else only those in progress.",
    )
    private_urls: Switch | None = Field(
        default=None,
        description="Whether the URLs of apps may lead to loopback and private addresses. Unset: they may as long as"
        " `http.listen` is on loopback; a server that others reach does not let them ask its own network.",
    )

    @property
    def allows_private_urls(self) -> bool:
        """What holds for webhooks, also where nothing is set."""
        return self.listen.is_loopback if self.private_urls is None else self.private_urls


class StoreSettings(Section):
    url: StoreUrl = Field(
        default="sqlite:///ringback.db",
        description="The database: `sqlite:///FILE` (relative to the working directory; four slashes for an absolute"
        " path) or `postgresql://USER:PASSWORD@HOST/DATABASE`.",
    )
    recordings: FilePath = Field(
        default=Path("recordings"), description="The folder for recordings; made when it is not there."
    )
    node: Name = Field(
        default="main",
        description="The name of this process among those that share the database. Calls that a crash left open are"
        " closed at the next start of the process with the same name. Two that run at once need two names.",
    )

    keep_requests_days: Whole = Field(
        default=7,
        ge=1,
        le=3650,
        description="How many days the requests to apps, with what came back, and callbacks that were sent are kept.",
    )

    @property
    def sqlite_file(self) -> Path | None:
        """The file of a `sqlite:///FILE` URL; None for another database."""
        path = self.url.removeprefix("sqlite:///").partition("?")[0]
        return Path(path) if self.url.startswith("sqlite:///") and path != ":memory:" else None


class AccountSettings(Section):
    sid: AccountSidText = Field(default=DEFAULT_ACCOUNT_SID, description="The first account's SID.")
    auth_token: Secret = Field(
        description="The account's secret: signs the requests to your app and is the password of the HTTP API. Make one"
        " with: openssl rand -hex 16"
    )
    friendly_name: Text = Field(default="", max_length=64, description="A name for people.")


class VoiceUrls(Section):
    """What a domain and a number have alike: whom to ask when a call arrives."""

    voice_url: Url | None = Field(default=None, description="The URL asked for TwiML when a call arrives.")
    voice_method: Method = Field(default="POST", description="The HTTP method for `voice_url`.")
    voice_fallback_url: Url | None = Field(default=None, description="The URL asked when `voice_url` fails.")
    voice_fallback_method: Method = Field(default="POST", description="The HTTP method for `voice_fallback_url`.")
    status_callback_url: Url | None = Field(default=None, description="The URL told when a call has ended.")
    status_callback_method: Method = Field(default="POST", description="The HTTP method for `status_callback_url`.")


class DomainSettings(VoiceUrls):
    name: DomainName = Field(description="The host name that callers dial: `sip:anything@NAME`.")
    registration: Switch = Field(
        default=False,
        description="Whether phones may register here, with the names and passwords of `users`; `<Client>` and"
        " `<Sip>sip:USER@NAME</Sip>` then ring them.",
    )
    secure: Switch = Field(
        default=False,
        description="Whether calls and phones must come over TLS and calls with encrypted audio (SRTP). This version"
        " has no SRTP, so such a domain refuses every call.",
    )
    users: Annotated[dict[Username, Password], BeforeValidator(read_json)] = Field(
        default_factory=dict,
        max_length=MAX_CREDENTIALS,
        description="Who may call, by user name and password. The store keeps hashes only.",
    )
    allow: Annotated[tuple[Cidr, ...], BeforeValidator(read_list)] = Field(
        default=(),
        max_length=MAX_ADDRESSES,
        description="Addresses and networks that may call. With `users` too, both must pass; with neither, the domain"
        " refuses every call.",
    )


class NumberSettings(VoiceUrls):
    number: PhoneNumber = Field(description="A phone number in E.164 form, that a trunk brings calls to.")


class CallerIdSettings(Section):
    number: PhoneNumber = Field(
        description="A phone number in E.164 form that the account may show to others without a verification call."
    )
    friendly_name: Text = Field(default="", max_length=64, description="A name for people. Unset: the number.")


class ApplicationSettings(VoiceUrls):
    name: Name = Field(description="A name for the application; its SID is made from it.")
    sid: ApplicationSidText | None = Field(
        default=None,
        description="The SID for `<ApplicationSid>`: AP and 32 lower-case hexadecimal digits. Unset: one that this name"
        " always gives; `ringback check` prints it.",
    )


class TrunkSettings(Section):
    name: Name = Field(description="A name for the carrier.")
    uri: SipUriText = Field(description="Where plain numbers are dialled; the first trunk is used.")
    user: Username | None = Field(default=None, description="The user name for the carrier's digest authentication.")
    password: Secret | None = Field(default=None, description="The password for `user`.")
    allow: Annotated[tuple[Cidr, ...], BeforeValidator(read_list)] = Field(
        default=(),
        max_length=MAX_ADDRESSES,
        description="Addresses and networks that may bring calls to the numbers of this file.",
    )


class LimitSettings(Section):
    like: LimitsLike = Field(
        default="none",
        description="`twilio` sets Twilio's pace: the calls that an account makes over the HTTP API are dialled one a"
        " second, the others wait in a queue, and its requests at once are limited, with 429 for the excess."
        " `none` sets none of these.",
    )
    calls: Whole = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Calls at once; one more that comes in is refused with 503, one more over the HTTP API fails.",
    )
    calls_per_second: Whole | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Calls of one account that may come in within a second; one more is refused with 503 (32013)."
        " Unset: as many as come.",
    )
    documents_per_call: Whole = Field(
        default=1000, ge=1, le=1_000_000, description="TwiML documents one call may fetch before it is ended."
    )
    call_seconds: Whole = Field(default=14400, ge=1, le=86400, description="The longest a call may last.")
    grace_seconds: Number = Field(
        default=30.0,
        ge=0,
        le=86400,
        description="How long running calls may finish after SIGTERM before they are ended.",
    )


class LogSettings(Section):
    level: Level = Field(default="info", description="The least important line to write.")
    format: LogFormat = Field(default="text", description="`text` for people, `json` for machines. Logs go to stderr.")
