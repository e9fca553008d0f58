"""X-SAMPA as IPA."""

import pytest

from ringback.speech.phoneme import ipa_of_x_sampa


@pytest.mark.parametrize(
    ("x_sampa", "ipa"),
    [
        ('pI"kA:n', "pɪˈkɑːn"),
        ("t@\"mA:t@U", "təˈmɑːtəʊ"),
        ('"b3`d', "ˈbɝd"),
        ("r\\Ed", "ɹɛd"),
        ("T{Nk", "θæŋk"),
        ("", ""),
    ],
)  # fmt: skip
def test_letters_and_groups_of_letters(x_sampa: str, ipa: str) -> None:
    assert ipa_of_x_sampa(x_sampa) == ipa
