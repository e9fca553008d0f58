"""Errors as Twilio's REST API answers them (rest-api.md section 5).

ApiError(status, code, message)
├── not_authenticated()     401, 20003, with WWW-Authenticate
├── forbidden(message)      403, 20403
├── not_found(path)         404, 20404
├── method_not_allowed()    405, 20004
├── too_many_requests()     429, 20429, with Retry-After
└── internal_error()        500, 20500
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ringback.api.representation import render_error

REALM = "Twilio API"
RETRY_AFTER_SECONDS = 1
MORE_INFO = "https://www.twilio.com/docs/errors/{code}"


class ApiError(Exception):
    """An answer that says what was wrong with the request."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        headers: dict[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.details = details

    @property
    def body(self) -> Mapping[str, Any]:
        """The keys in the order of Twilio's; `details` only where there are some."""
        more_info = MORE_INFO.format(code=self.code)
        body = {"code": self.code, "message": self.message, "more_info": more_info, "status": self.status}
        return body if self.details is None else {**body, "details": self.details}

    def response(self, request: Request) -> Response:
        return render_error(request, self.body, self.status, self.headers)


def not_authenticated(message: str = "Authenticate") -> ApiError:
    """Missing or wrong credentials, or such as may not do this."""
    return ApiError(401, 20003, message, {"WWW-Authenticate": f'Basic realm="{REALM}"'})


def forbidden(message: str, code: int = 20403) -> ApiError:
    """A known caller that may not do this."""
    return ApiError(403, code, message)


def not_found(path: str) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {path} was not found")


def method_not_allowed(method: str, path: str, allow: str = "GET, HEAD") -> ApiError:
    return ApiError(405, 20004, f"{method} is not possible on {path}", {"Allow": allow})


def too_many_requests() -> ApiError:
    """More at once than the account may have; the request was not processed and may be sent again."""
    return ApiError(429, 20429, "Too many requests at once", {"Retry-After": str(RETRY_AFTER_SECONDS)})


def internal_error() -> ApiError:
    return ApiError(500, 20500, "Internal server error")
