"""What can go wrong with audio.

Exception
├── MediaError             the engine cannot do what was asked
│   └── NoFreePort         every port of the range is taken
└── PromptUnavailable      text or a file that cannot become audio; carries Twilio's error number
"""


class MediaError(Exception):
    """The engine cannot do what was asked of it."""


class NoFreePort(MediaError):
    """Every RTP port of the configured range is taken."""


class PromptUnavailable(Exception):
    """A prompt that cannot be heard: `code` is Twilio's error number, `message` says why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
