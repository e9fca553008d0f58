"""Language tags (BCP 47) as Twilio writes them, and which of ours is nearest. Pure."""

from collections.abc import Iterable

_SAME = {
    "arb": "ar",
    "cmn-cn": "cmn",
    "es-mx": "es-419",
    "es-us": "es-419",
    "fil": "tl",
    "no": "nb",
    "zh": "cmn",
    "zh-cn": "cmn",
    "zh-tw": "cmn",
    "zh-hk": "yue",
}
"""Twilio's tag on the left, the tag of the speech engines on the right."""


def primary(tag: str) -> str:
    """`en` of `en-GB`."""
    return tag.partition("-")[0].lower()


def nearest_language(wanted: str, available: Iterable[str]) -> str | None:
    """The available tag that fits best: the same, its other name, the plain language, or any variety of it."""
    by_name = {tag.lower(): tag for tag in sorted(available)}
    name = wanted.strip().replace("_", "-").lower()
    for candidate in (name, _SAME.get(name), _SAME.get(primary(name)), primary(name)):
        if candidate is not None and candidate in by_name:
            return by_name[candidate]
    return next((tag for key, tag in by_name.items() if primary(key) == primary(name)), None)
