"""`profanityFilter` of `<Gather>` (twiml.md 5.1): the first letter stays, the rest is asterisks. Pure, and English."""

import re

_WORDS = (
    "arse arsehole ass asses asshole assholes bastard bastards bitch bitches bullshit cock cocksucker cunt cunts "
    "damn dammit dick dickhead fuck fucked fucker fuckers fucking fucks goddamn motherfucker motherfucking piss "
    "pissed prick pussy shit shits shitty slut twat wanker whore"
)
_PATTERN = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS.split(), key=len, reverse=True))})\b", re.IGNORECASE)


def without_profanity(text: str) -> str:
    """`f***` for what need not be in a log."""
    return _PATTERN.sub(lambda match: match.group()[0] + "*" * (len(match.group()) - 1), text)
