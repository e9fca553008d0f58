"""Errors as Twilio's REST API answers them (rest-api.md section 5).

ApiError(status, code, message)
├── not_authenticated()     401, 20003, with WWW-Authenticate
├── not_found(path)         404, 20404
├── method_not_allowed()    405, 20004
└── internal_error()        500, 20500
"""

from starlette.responses import JSONResponse

REALM = "Twilio API"
MORE_INFO = "https://www.twilio.com/docs/errors/{code}"


class ApiError(Exception):
    """An answer that says what was wrong with the request."""

    def __init__(self, status: int, code: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> JSONResponse:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": MORE_INFO.format(code=self.code),
            "status": self.status,
        }
        return JSONResponse(body, status_code=self.status, headers=self.headers)


def not_authenticated() -> ApiError:
    """Missing or wrong credentials."""
    return ApiError(401, 20003, "Authenticate", {"WWW-Authenticate": f'Basic realm="{REALM}"'})


def not_found(path: str) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {path} was not found")


def method_not_allowed(method: str, path: str) -> ApiError:
    return ApiError(405, 20004, f"{method} is not possible on {path}", {"Allow": "GET, HEAD"})


def internal_error() -> ApiError:
    return ApiError(500, 20500, "Internal server error")
