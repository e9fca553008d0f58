"""The composition root: the only package that knows every part of the product. Each module opens one part, `run` puts
them together, `process` runs them as `ringback serve` does.
"""

from ringback.server.errors import StartFailed
from ringback.server.process import serve
from ringback.server.run import Ready, Server, running_server

__all__ = ["Ready", "Server", "StartFailed", "running_server", "serve"]
