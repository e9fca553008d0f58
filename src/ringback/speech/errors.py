"""What can go wrong with speech.

SpeechFailed                 nothing was spoken or recognised; carries Twilio's error number
└── LanguageNotAvailable     no installed engine knows the language
"""

VOICE_NOT_VALID = 13511
TEXT_EMPTY = 13520
TEXT_TOO_LONG = 13521


class SpeechFailed(Exception):
    """Words that could not be spoken, or audio that could not be understood. `code` is Twilio's number."""

    def __init__(self, message: str, *, code: int = TEXT_EMPTY) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class LanguageNotAvailable(SpeechFailed):
    """No installed engine knows this language (SAY-04)."""

    def __init__(self, language: str) -> None:
        super().__init__(f"no installed speech engine knows the language {language[:40]!r}", code=VOICE_NOT_VALID)
        self.language = language
