"""`<Gather>`, `<Record>`, `<Pay>` and `<Prompt>` (twiml.md sections 5, 6 and 16)."""

from dataclasses import replace

from ringback.twiml.element import Element
from ringback.twiml.grammar.parameter import PARAMETER, URL_NOT_VALID, action, recording_callbacks, status_callback
from ringback.twiml.grammar.prompt import GATHER_PROMPTS, NESTED_VERB, PROMPTS
from ringback.twiml.kind import (
    BOOLEAN,
    HINTS,
    LANGUAGE_AS_WRITTEN,
    METHOD,
    BadValue,
    Kind,
    decimal,
    integer,
    matching,
    one_of,
    several_of,
)
from ringback.twiml.nodes import (
    BankAccountType,
    CardType,
    Gather,
    InputKind,
    Node,
    Pay,
    PayLanguage,
    PaymentErrorType,
    PaymentField,
    PaymentMethod,
    Prompt,
    Record,
    TokenType,
    Trim,
)
from ringback.twiml.reading import Reading
from ringback.twiml.rule import Children, ElementRule, attribute
from ringback.twiml.url_kind import CALLBACK_URL

MAX_TRANSCRIBED_SECONDS = 120
AUTO_WITH_DEFAULT_MODEL = 13335
TRANSCRIPTION_TOO_LONG = 13615
PAY_VALUE = 64020
_POSITIVE = integer(1)

_KEYS = frozenset("0123456789#*")


def _read_finish_key(text: str) -> str:
    """One key, or none at all (G-07)."""
    if not set(text) <= _KEYS:
        raise BadValue
    if len(text) > 1:
        raise BadValue(13311)
    return text


def _read_finish_keys(text: str) -> str:
    if not set(text) <= _KEYS:
        raise BadValue
    return text


def _read_timeout(text: str) -> int:
    """`auto` stands in Twilio's table and is explained nowhere: it is the default here."""
    return 5 if text.strip() == "auto" else _read_positive(text)


def _read_speech_timeout(text: str) -> int | str:
    return "auto" if text.strip() == "auto" else _read_positive(text)


def _read_positive(text: str) -> int:
    value = _POSITIVE.read(text)
    assert isinstance(value, int)
    return value


def _read_attempts(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_read_positive(part) for part in (text.split() or [""])))


def _read_postal_code(text: str) -> bool | str:
    """Whether to ask for it, or the code itself."""
    value = text.strip()
    if value in ("true", "false"):
        return value == "true"
    if not value or len(value) > 16 or not value.replace("-", "").replace(" ", "").isalnum():
        raise BadValue
    return value


def _finish_gather(node: Node, element: Element, reading: Reading) -> Node:
    """13335 is said; `auto` is kept all the same, because it can be done here."""
    assert isinstance(node, Gather)
    if node.speech_timeout == "auto" and node.speech_model == "default" and "speech" in node.input:
        message = '<Gather> speechTimeout="auto": Twilio needs a speechModel other than default for it'
        reading.report(AUTO_WITH_DEFAULT_MODEL, element, message, attribute="speechTimeout", value="auto")
    return node


def _finish_record(node: Node, element: Element, reading: Reading) -> Node:
    """R-09: a transcribed recording has 120 seconds, if nothing is said; with more there is no transcription."""
    assert isinstance(node, Record)
    if not node.transcribe:
        return node
    if "maxLength" not in dict(element.attributes):
        return replace(node, max_length=MAX_TRANSCRIBED_SECONDS)
    if node.max_length <= MAX_TRANSCRIBED_SECONDS:
        return node
    message = f"<Record> maxLength={node.max_length} is over {MAX_TRANSCRIBED_SECONDS}; there will be no transcription"
    reading.report(TRANSCRIPTION_TOO_LONG, element, message, attribute="maxLength", value=str(node.max_length))
    return replace(node, transcribe=False)


GATHER = ElementRule(
    name="Gather",
    node=Gather,
    attributes=(
        *action(13312),
        attribute("input", several_of(InputKind), 13326),
        attribute("timeout", Kind(expected="a whole number from 1, or auto", read=_read_timeout), 13313),
        attribute("finishOnKey", Kind(expected="one of 0-9 # *, or nothing", read=_read_finish_key), 13310),
        attribute("numDigits", _POSITIVE, 13314),
        attribute("actionOnEmptyResult", BOOLEAN, 13338),
        attribute("speechTimeout", Kind(expected="a whole number from 1, or auto", read=_read_speech_timeout), 13327),
        attribute("maxSpeechTime", _POSITIVE, 13328),
        attribute("language", LANGUAGE_AS_WRITTEN, 13331),
        attribute("hints", HINTS, 13330),
        attribute("profanityFilter", BOOLEAN, 13333),
        attribute(
            "speechModel",
            matching(
                r"default|numbers_and_commands|phone_call|experimental_(conversations|utterances)"
                r"|googlev2_(long|short|telephony|telephony_short)|deepgram_[A-Za-z0-9_.-]{1,60}",
                "default, numbers_and_commands, phone_call, experimental_conversations, experimental_utterances, "
                "googlev2_long, googlev2_short, googlev2_telephony, googlev2_telephony_short or deepgram_<model>",
            ),
            13334,
        ),
        attribute("enhanced", BOOLEAN),
        attribute("bargeIn", BOOLEAN, 13332),
        attribute("partialResultCallback", CALLBACK_URL, URL_NOT_VALID),
        attribute("partialResultCallbackMethod", METHOD, 13329),
        attribute("debug", BOOLEAN),
    ),
    children=(Children(into="children", rules=GATHER_PROMPTS),),
    nested_code=NESTED_VERB,
    refused={"lang": 13512},
    finish=_finish_gather,
)

RECORD = ElementRule(
    name="Record",
    node=Record,
    attributes=(
        *action(13610),
        attribute("timeout", integer(0), 13611),
        attribute("finishOnKey", Kind(expected="keys of 0-9 # *", read=_read_finish_keys), 13613),
        attribute("maxLength", integer(2, 14400), 13612),
        attribute("playBeep", BOOLEAN, 13616),
        attribute("trim", one_of(Trim), 13699),
        *recording_callbacks(),
        attribute("transcribe", BOOLEAN, 13614),
        attribute("transcribeCallback", CALLBACK_URL, 13257),
        attribute("recordingConfigurationId"),
    ),
    finish=_finish_record,
)

PROMPT = ElementRule(
    name="Prompt",
    node=Prompt,
    attributes=(
        attribute("for", several_of(PaymentField)),
        attribute("attempt", Kind(expected="whole numbers from 1, separated by spaces", read=_read_attempts)),
        attribute("errorType", several_of(PaymentErrorType)),
        attribute("cardType", several_of(CardType)),
        attribute("requireMatchingInputs", BOOLEAN),
    ),
    children=(Children(into="children", rules=PROMPTS),),
)

PAY = ElementRule(
    name="Pay",
    node=Pay,
    attributes=(
        attribute("input", matching("dtmf", "dtmf"), PAY_VALUE),
        *action()[:1],
        *status_callback(),
        attribute("paymentMethod", one_of(PaymentMethod), 64013),
        attribute("bankAccountType", one_of(BankAccountType), 64017),
        attribute("timeout", _POSITIVE, PAY_VALUE),
        attribute("maxAttempts", integer(1, 3), PAY_VALUE),
        attribute("securityCode", BOOLEAN, PAY_VALUE),
        attribute("postalCode", Kind(expected="true, false or a postal code", read=_read_postal_code), PAY_VALUE),
        attribute("minPostalCodeLength", _POSITIVE, PAY_VALUE),
        attribute("paymentConnector"),
        attribute("tokenType", one_of(TokenType), 64006),
        attribute("chargeAmount", decimal("0", "1000000"), 64003),
        attribute("currency", matching(r"[A-Za-z]{3}", "a currency such as usd"), 64011),
        attribute("description"),
        attribute("validCardTypes", several_of(CardType), PAY_VALUE),
        attribute("language", one_of(PayLanguage), PAY_VALUE),
    ),
    children=(Children(into="prompts", rules=(PROMPT,)), Children(into="parameters", rules=(PARAMETER,))),
)
