"""Verbs that take something from the caller: `<Gather>`, `<Record>`, `<Pay>` with `<Prompt>` (sections 5, 6 and 16)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ringback.twiml.nodes.node import Method, Parameter, RecordingEvent, Trim, Verb
from ringback.twiml.nodes.prompt import Prompted

InputKind = Literal["dtmf", "speech"]
PaymentField = Literal[
    "payment-card-number",
    "expiration-date",
    "security-code",
    "postal-code",
    "bank-routing-number",
    "bank-account-number",
    "payment-processing",
]
PaymentErrorType = Literal[
    "input-timeout",
    "invalid-card-number",
    "invalid-card-type",
    "invalid-date",
    "invalid-security-code",
    "invalid-postal-code",
    "invalid-bank-routing-number",
    "invalid-bank-account-number",
    "invalid-bank-account-type",
    "invalid-card-number-security-code-capture-sequence",
    "input-matching-failed",
    "session-in-progress",
    "internal-error",
]
CardType = Literal[
    "visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute"
]  # fmt: skip
PaymentMethod = Literal["credit-card", "ach-debit"]
BankAccountType = Literal["consumer-checking", "consumer-savings", "commercial-checking"]
TokenType = Literal["one-time", "reusable", "payment-method"]
PayLanguage = Literal[
    "en-AU", "en-CA", "en-GB", "en-IN", "en-US", "es-ES", "es-MX", "fr-CA", "fr-FR", "de-DE", "it-IT"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather(Verb):
    """Keys or speech. `action` None or empty is the current document; `speech_timeout` None is `timeout`."""

    children: tuple[Prompted, ...] = ()
    action: str | None = None
    method: Method = "POST"
    input: tuple[InputKind, ...] = ("dtmf",)
    timeout: int = 5
    finish_on_key: str = "#"
    num_digits: int | None = None
    action_on_empty_result: bool = False
    speech_timeout: int | Literal["auto"] | None = None
    max_speech_time: int | None = None
    language: str = "en-US"
    hints: tuple[str, ...] = ()
    profanity_filter: bool = True
    speech_model: str = "default"
    enhanced: bool = False
    barge_in: bool = True
    partial_result_callback: str | None = None
    partial_result_callback_method: Method = "POST"
    debug: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Verb):
    """The caller's voice. `action` None or empty is the current document; `timeout` 0: silence never ends it."""

    action: str | None = None
    method: Method = "POST"
    timeout: int = 5
    finish_on_key: str = "1234567890*#"
    max_length: int = 3600
    play_beep: bool = True
    trim: Trim = "trim-silence"
    recording_status_callback: str | None = None
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[RecordingEvent, ...] = ("completed",)
    transcribe: bool = False
    transcribe_callback: str | None = None
    recording_configuration_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Verb):
    """`<Prompt>` inside `<Pay>`: what is said when one field is asked for; empty tuples fit every case."""

    children: tuple[Prompted, ...] = ()
    for_: tuple[PaymentField, ...] = ()
    attempt: tuple[int, ...] = ()
    error_type: tuple[PaymentErrorType, ...] = ()
    card_type: tuple[CardType, ...] = ()
    require_matching_inputs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Verb):
    """A payment by keys. `action` None or empty is the current document."""

    prompts: tuple[Prompt, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    input: Literal["dtmf"] = "dtmf"
    action: str | None = None
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    payment_method: PaymentMethod = "credit-card"
    bank_account_type: BankAccountType = "consumer-checking"
    timeout: int = 5
    max_attempts: int = 1
    security_code: bool = True
    postal_code: bool | str = True
    min_postal_code_length: int | None = None
    payment_connector: str = "Default"
    token_type: TokenType = "reusable"
    charge_amount: Decimal | None = None
    currency: str = "usd"
    description: str | None = None
    valid_card_types: tuple[CardType, ...] = ("visa", "mastercard", "amex")
    language: PayLanguage = "en-US"
