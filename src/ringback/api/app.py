"""The HTTP application: the routes, and errors in Twilio's body for everything of the REST API."""

import secrets
import time

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ringback import __version__
from ringback.api.applications import applications_router
from ringback.api.authentication import authenticate
from ringback.api.description import describe_suffixes
from ringback.api.errors import ApiError, internal_error, method_not_allowed, not_found
from ringback.api.operation import operation_router
from ringback.api.recordings import recordings_router
from ringback.api.representation import ROOTS, PathSuffix, requested_path
from ringback.api.services import ApiServices
from ringback.api.sip_addresses import sip_addresses_router
from ringback.api.sip_credentials import sip_credentials_router
from ringback.api.sip_domains import sip_domains_router
from ringback.api.sip_lists import sip_lists_router
from ringback.api.sip_mappings import sip_mappings_router
from ringback.api.trunks import trunks_router
from ringback.services.refusal import Refused

METHODS = ("GET", "HEAD", "POST", "DELETE")
ROUTERS = (
    applications_router,
    sip_addresses_router,
    sip_credentials_router,
    sip_domains_router,
    sip_lists_router,
    sip_mappings_router,
    trunks_router,
)
"""One for each resource of the REST API."""


def create_app(services: ApiServices) -> FastAPI:
    """The application over `services`; it starts and stops nothing."""
    app = FastAPI(title="Ringback", version=__version__, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    app.include_router(operation_router(services))
    app.include_router(recordings_router(services))
    for router in ROUTERS:
        app.include_router(router(services))
    describe_suffixes(app)
    app.add_middleware(_RequestNames)
    app.add_middleware(PathSuffix)

    @app.exception_handler(ApiError)
    async def answer_api_error(request: Request, error: ApiError) -> Response:
        return error.response(request)

    @app.exception_handler(Refused)
    async def answer_refusal(request: Request, refusal: Refused) -> Response:
        return ApiError(refusal.status, refusal.code, refusal.message).response(request)

    @app.exception_handler(HTTPException)
    async def answer_http_error(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(ROOTS):
            return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
        return _api_error(request, services, error).response(request)

    @app.exception_handler(Exception)
    async def answer_failure(request: Request, error: Exception) -> Response:
        """Ours to mend; the server logs what was raised."""
        return internal_error().response(request)

    return app


def _api_error(request: Request, services: ApiServices, problem: HTTPException) -> ApiError:
    """What an unknown path or method is owed: first of all, credentials (rest-api.md section 2)."""
    try:
        authenticate(request, services.find_account)
    except ApiError as error:
        return error
    if problem.status_code == 405:
        return method_not_allowed(request.method, requested_path(request), _allowed(request))
    return not_found(requested_path(request))


def _allowed(request: Request) -> str:
    """Every method that some route offers on this path."""
    return ", ".join(method for method in METHODS if _is_offered(request, method))


def _is_offered(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


class _RequestNames:
    """The headers by which Twilio's answers are told apart in logs (rest-api.md section 1)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(ROOTS):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Twilio-Request-Id"] = f"RQ{secrets.token_hex(16)}"
                headers["Twilio-Request-Duration"] = f"{time.perf_counter() - started:.3f}"
            await send(message)

        await self._app(scope, receive, send_named)
