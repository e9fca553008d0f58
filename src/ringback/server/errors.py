"""What keeps a server from starting."""


class StartFailed(Exception):
    """The server cannot run as it is set; the message is one sentence that names the key."""
