"""The server: a socket, uvicorn on it, and an end that cuts nobody off."""

import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from ie.errors import UsageError

from .app import make_app
from .service import Service

# Whoever takes longer than this to send or fetch is cut off when the server ends.
GRACE_SECONDS = 300


def serve(service: Service, host: str, port: int, ready: Callable[[str], object]) -> None:
    """Answer requests until SIGINT or SIGTERM, then finish what is in flight; a second Ctrl-C does not wait.

    `ready` is called with the address when it can be connected to; port 0 takes a free one. Raises
    `UsageError` where the address cannot be listened at.
    """
    with _listening(host, port) as listener:
        server = make_server(service, lambda: ready(_address(listener)))
        with _ended_by_signals(server):
            server.run([listener])


def make_server(service: Service, ready: Callable[[], object]) -> uvicorn.Server:
    """Return a server that is not running yet; it logs where `ie` does."""
    logging.getLogger("uvicorn").parent = logging.getLogger("ie")
    config = uvicorn.Config(
        make_app(service, ready),
        # what the extra brings, whatever else is installed
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]  # the address in brackets was just named
        raise UsageError(f"Cannot listen at {host}, port {port}: {reason}.") from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Have signals end the server, and nothing else: when it has ended, uvicorn raises them again."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, server.handle_exit) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
