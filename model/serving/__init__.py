"""The server of `ie serve`: one extractor over HTTP. Its modules need the extra `serve`."""

import importlib.util

from ie.errors import MissingDependencyError


def check_installed() -> None:
    """Raise `MissingDependencyError` where `ie[serve]` is not installed."""
    for name in ("starlette", "uvicorn"):
        if importlib.util.find_spec(name) is None:
            raise MissingDependencyError(
                f"The server needs {name}, which is not installed: pip install 'ie[serve]'."
            )
