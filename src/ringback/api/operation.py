"""What an operator's tools ask: is it alive, and how busy."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ringback import __version__
from ringback.api.services import ApiServices

OK = "ok"


def operation_router(services: ApiServices) -> APIRouter:
    """`/health` and `/metrics`. Neither asks for credentials; keep them from the outside at your proxy."""
    router = APIRouter()

    @router.get("/health", responses={503: {"description": "the server stops"}})
    @router.head("/health", include_in_schema=False)
    async def health() -> Response:
        """200 while calls are taken, 503 while the server stops."""
        body = {"status": OK, "version": __version__, **services.health()}
        return JSONResponse(body, status_code=200 if body["status"] == OK else 503)

    @router.get("/metrics", response_class=PlainTextResponse)
    @router.head("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Counters and gauges in the Prometheus text format."""
        return Response(generate_latest(services.registry), media_type=CONTENT_TYPE_LATEST)

    return router
