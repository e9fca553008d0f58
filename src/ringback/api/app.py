"""The HTTP application: the routes, and errors in Twilio's body for everything of the REST API."""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from ringback import __version__
from ringback.api.accounts import accounts_router
from ringback.api.applications import applications_router
from ringback.api.authentication import authenticate, directory_of
from ringback.api.balance import balance_router
from ringback.api.call_events import call_events_router
from ringback.api.call_recordings import call_recordings_router
from ringback.api.call_transcriptions import call_transcriptions_router
from ringback.api.callbacks import callbacks_router
from ringback.api.calls import calls_router
from ringback.api.conference_recordings import conference_recordings_router
from ringback.api.conferences import conferences_router
from ringback.api.description import describe_suffixes
from ringback.api.errors import ApiError, internal_error, method_not_allowed, not_found
from ringback.api.incoming_phone_numbers import incoming_phone_numbers_router
from ringback.api.keys import keys_router
from ringback.api.members import members_router
from ringback.api.notifications import notifications_router
from ringback.api.operation import operation_router
from ringback.api.outgoing_caller_ids import outgoing_caller_ids_router
from ringback.api.participants import participants_router
from ringback.api.payments import payments_router
from ringback.api.platform import ORIGIN_HEADERS, AnswerHeaders, Concurrency, HeadAsGet, offers
from ringback.api.queues import queues_router
from ringback.api.recording_media import recording_media_router
from ringback.api.recordings import recordings_router
from ringback.api.representation import ROOTS, PathSuffix, requested_path
from ringback.api.services import ApiServices
from ringback.api.sip_addresses import sip_addresses_router
from ringback.api.sip_credentials import sip_credentials_router
from ringback.api.sip_domains import sip_domains_router
from ringback.api.sip_lists import sip_lists_router
from ringback.api.sip_mappings import sip_mappings_router
from ringback.api.transcriptions import transcriptions_router
from ringback.api.trunks import trunks_router
from ringback.api.usage import usage_router
from ringback.api.user_defined_messages import user_defined_messages_router
from ringback.services.refusal import Refused

METHODS = ("GET", "HEAD", "POST", "DELETE")
ROUTERS = (
    accounts_router,
    applications_router,
    balance_router,
    call_recordings_router,
    call_transcriptions_router,
    callbacks_router,
    call_events_router,
    calls_router,
    conferences_router,
    conference_recordings_router,
    incoming_phone_numbers_router,
    keys_router,
    members_router,
    outgoing_caller_ids_router,
    participants_router,
    queues_router,
    recordings_router,
    sip_addresses_router,
    sip_credentials_router,
    sip_domains_router,
    sip_lists_router,
    sip_mappings_router,
    transcriptions_router,
    trunks_router,
    usage_router,
    notifications_router,
    payments_router,
    user_defined_messages_router,
)
"""One for each resource of the REST API."""


def create_app(services: ApiServices) -> FastAPI:
    """The application over `services`; it starts and stops nothing."""
    app = FastAPI(title="Ringback", version=__version__, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    app.include_router(operation_router(services))
    app.include_router(recording_media_router(services))
    for router in ROUTERS:
        app.include_router(router(services))
    describe_suffixes(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Concurrency, services=services)
    app.add_middleware(PathSuffix)
    app.add_middleware(AnswerHeaders)

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
        return _api_error(request, error).response(request)

    @app.exception_handler(ClientDisconnect)
    async def answer_nobody(request: Request, error: ClientDisconnect) -> Response:
        """The client went away in the middle of its request."""
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def answer_failure(request: Request, error: Exception) -> Response:
        """Ours to mend; the server logs what was raised. Answered outside of all middleware."""
        answer = internal_error().response(request)
        answer.headers.update(ORIGIN_HEADERS)
        return answer

    return app


def _api_error(request: Request, problem: HTTPException) -> ApiError:
    """What an unknown path or method is owed: first of all, credentials (rest-api.md section 2)."""
    try:
        authenticate(request, directory_of(request))
    except ApiError as error:
        return error
    if problem.status_code == 405:
        return method_not_allowed(request.method, requested_path(request), _allowed(request))
    return not_found(requested_path(request))


def _allowed(request: Request) -> str:
    """Every method that some route offers on this path; where GET is possible, HEAD is."""
    offered = {method for method in METHODS if offers(request.scope, method)}
    if "GET" in offered:
        offered.add("HEAD")
    return ", ".join(method for method in METHODS if method in offered)
