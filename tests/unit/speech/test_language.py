"""Which installed language is nearest to the tag that TwiML names."""

import pytest

from ringback.speech.language import nearest_language, primary

INSTALLED = frozenset({"en-us", "en-gb", "de", "es", "es-419", "cmn", "yue", "nb", "pt", "pt-br", "fr-fr"})


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        ("en-US", "en-us"),
        ("en-GB", "en-gb"),
        ("de-AT", "de"),
        ("es-MX", "es-419"),
        ("es-ES", "es"),
        ("zh-CN", "cmn"),
        ("cmn-Hans-CN", "cmn"),
        ("zh-HK", "yue"),
        ("no-NO", "nb"),
        ("pt_BR", "pt-br"),
        ("pt-PT", "pt"),
        ("fr-CA", "fr-fr"),
        ("en-AU", "en-gb"),
        ("xx", None),
        ("", None),
    ],
)
def test_the_nearest_language(wanted: str, nearest: str | None) -> None:
    assert nearest_language(wanted, INSTALLED) == nearest


def test_the_answer_keeps_the_spelling_of_the_engine() -> None:
    assert nearest_language("en-gb", {"en-US"}) == "en-US"
    assert primary("EN-gb") == "en"
