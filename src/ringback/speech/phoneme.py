"""`<phoneme>`: X-SAMPA as IPA. Pure; each engine turns IPA into its own letters."""

MAX_PHONEMES = 200
"""Longest pronunciation of one word or phrase, in characters."""

_X_SAMPA = {
    "A": "ɑ", "{": "æ", "6": "ɐ", "Q": "ɒ", "E": "ɛ", "@": "ə", "3": "ɜ", "I": "ɪ", "O": "ɔ", "2": "ø", "9": "œ",
    "&": "ɶ", "U": "ʊ", "V": "ʌ", "Y": "ʏ", "1": "ɨ", "}": "ʉ", "M": "ɯ", "7": "ɤ", "8": "ɵ", "a": "a", "e": "e",
    "i": "i", "o": "o", "u": "u", "y": "y", "@`": "ɚ", "3`": "ɝ", "r\\": "ɹ", "r\\`": "ɻ", "R\\": "ʀ", "R": "ʁ",
    "4": "ɾ",    "D": "ð", "T": "θ", "S": "ʃ", "Z": "ʒ", "C": "ç", "x": "x", "X": "χ", "G": "ɣ", "N": "ŋ",
    "J": "ɲ", "L": "ʎ",
    "H": "ɥ",    "B": "β", "P": "ʋ", "K": "ɬ", "?": "ʔ", "g": "ɡ", "h\\": "ɦ", "j\\": "ʝ", "s\\": "ɕ",
    "z\\": "ʑ", "t`": "ʈ",
    "d`": "ɖ", "n`": "ɳ", "l`": "ɭ", "s`": "ʂ", "z`": "ʐ", "p\\": "ɸ", "W": "ʍ", "F": "ɱ", "I\\": "ᵻ",
    '"': "ˈ", "%": "ˌ", ":": "ː", ":\\": "ˑ", "~": "\u0303", "_~": "\u0303", "_h": "ʰ", "_w": "ʷ",
    "=": "\u0329", "-": "",
    ".": ".",    "'": "ʲ", "_j": "ʲ", "_": "", "`": "˞",
}  # fmt: skip
_LONGEST = max(map(len, _X_SAMPA))


def ipa_of_x_sampa(text: str) -> str:
    """Letter groups, the longest first; letters that are the same in both stay as they are."""
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in range(_LONGEST, 0, -1):
            group = text[at : at + length]
            if group in _X_SAMPA:
                found.append(_X_SAMPA[group])
                at += len(group)
                break
        else:
            found.append(text[at])
            at += 1
    return "".join(found)
