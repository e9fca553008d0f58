"""What a service says no with: the code that Twilio has for it, and a sentence for people."""


class Refused(Exception):
    """Nothing was changed. The API answers it with `status`; the codes are those of rest-api.md section 5."""

    def __init__(self, code: int, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
