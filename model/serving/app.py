"""The web application: which address answers what, and every error as JSON."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .batcher import QueueFullError
from .service import Service

ADDRESSES = "there are POST /extract, GET /health and GET /model"
RETRY_SECONDS = 1


def make_app(service: Service, ready: Callable[[], object]) -> Starlette:
    """Return the application, which calls `ready` when it is about to answer."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with service.batcher:
            ready()
            yield

    app = Starlette(
        routes=[
            Route("/extract", service.extract, methods=["POST"]),
            Route("/health", service.health),
            Route("/model", service.model),
        ],
        exception_handlers={
            HTTPException: _refuse,
            QueueFullError: _send_away,
            ClientDisconnect: _forget,
            Exception: _apologize,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # what is not there is not there
    return app


async def _refuse(http: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = error.detail
    if error.status_code in (404, 405):
        sentence = f"{http.method} {http.url.path}: {sentence}; {ADDRESSES}."
    return _error(error.status_code, sentence, error.headers)


async def _send_away(_: Request, error: Exception) -> Response:
    return _error(503, str(error), {"Retry-After": str(RETRY_SECONDS)})


async def _forget(_: Request, __: Exception) -> Response:
    """Return what nobody reads: the client is gone."""
    return Response(status_code=400)


async def _apologize(_: Request, error: Exception) -> Response:
    """Return that the fault is ours; uvicorn logs where it is."""
    return _error(500, f"Unexpected {type(error).__name__}.")


def _error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": sentence}, status, headers)
