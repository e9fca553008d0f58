"""How a document can be missing.

    DocumentUnavailable      the app gave no document that can be run, and its fallback URL gave none either (F-04)

Each request that failed on the way has been reported by then.
"""


class DocumentUnavailable(Exception):
    """Nothing can be run. `code` is Twilio's number of the last failure."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
