"""All settings as one frozen object, `Settings`: made by `load`, handed down in parts by the server."""

from collections.abc import Iterator
from typing import Annotated, Any, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ringback.model.settings import conflict
from ringback.model.settings.errors import SettingProblem
from ringback.model.settings.section import (
    AccountSettings,
    ApplicationSettings,
    CallerIdSettings,
    DomainSettings,
    HttpSettings,
    LimitSettings,
    LogSettings,
    MediaSettings,
    NumberSettings,
    SipSettings,
    StoreSettings,
    TrunkSettings,
)
from ringback.model.settings.value import read_json

T = TypeVar("T")
Tables = Annotated[tuple[T, ...], BeforeValidator(read_json)]

MAX_DOMAINS = 100  # sip.md DM-03
MAX_NUMBERS = 10_000
MAX_CALLER_IDS = 10_000
MAX_TRUNKS = 100
MAX_APPLICATIONS = 1000


class Settings(BaseSettings):
    """The settings file as values; field names are the file's tables. Reads no file and no environment itself."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sip: SipSettings = SipSettings()
    media: MediaSettings = MediaSettings()
    http: HttpSettings = HttpSettings()
    store: StoreSettings = StoreSettings()
    account: AccountSettings
    domain: Annotated[tuple[DomainSettings, ...], BeforeValidator(read_json)] = Field(
        default=(), max_length=MAX_DOMAINS
    )
    number: Annotated[tuple[NumberSettings, ...], BeforeValidator(read_json)] = Field(
        default=(), max_length=MAX_NUMBERS
    )
    caller_id: Annotated[tuple[CallerIdSettings, ...], BeforeValidator(read_json)] = Field(
        default=(), max_length=MAX_CALLER_IDS
    )
    trunk: Annotated[tuple[TrunkSettings, ...], BeforeValidator(read_json)] = Field(default=(), max_length=MAX_TRUNKS)
    application: Annotated[tuple[ApplicationSettings, ...], BeforeValidator(read_json)] = Field(
        default=(), max_length=MAX_APPLICATIONS
    )
    limits: LimitSettings = LimitSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *others: Any, **named: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in counts; `load` puts the environment over the file before."""
        return (init_settings,)

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        problems = tuple(self._conflicts())
        if problems:
            sentences = "\n".join(problem.sentence for problem in problems)
            raise PydanticCustomError("conflict", "{sentences}", {"sentences": sentences, "problems": problems})
        return self

    def _conflicts(self) -> Iterator[SettingProblem]:
        yield from conflict.listener_conflicts(self.sip, self.http)
        yield from conflict.tls_conflicts(self.sip)
        yield from conflict.token_conflicts(self.account, self.http)
        yield from conflict.duplicates((domain.name for domain in self.domain), "domain", "name")
        yield from conflict.duplicates((number.number for number in self.number), "number", "number")
        yield from conflict.duplicates((entry.number for entry in self.caller_id), "caller_id", "number")
        yield from conflict.duplicates((trunk.name for trunk in self.trunk), "trunk", "name")
        yield from conflict.duplicates((entry.name for entry in self.application), "application", "name")
        sids = (entry.sid or f"no SID {index}" for index, entry in enumerate(self.application))
        yield from conflict.duplicates(sids, "application", "sid")
        yield from conflict.trunk_conflicts(self.trunk)

    def warnings(self) -> tuple[str, ...]:
        """Sentences about what is allowed and probably not meant."""
        return (
            *conflict.doubtful_token(self.account),
            *conflict.doubtful_ports(self.sip, self.media.ports),
            *conflict.doubtful_advertise(self.sip),
            *conflict.doubtful_public_url(self.http),
            *conflict.doubtful_domains(self.domain),
            *conflict.doubtful_numbers(self.number, self.trunk),
            *conflict.doubtful_applications(self.application),
        )

    @property
    def media_address(self) -> str:
        """The address for audio sockets: `[media] address`, else where SIP listens first."""
        return self.media.address or self.sip.listen[0].host
