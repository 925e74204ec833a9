"""Settings and fixtures of all tests."""

import sys

import pytest
from hypothesis import settings

from ie.cli import main

# the first example of a property imports what it needs, and a busy machine is slow: time proves nothing
settings.register_profile("ie", deadline=None)
settings.load_profile("ie")


@pytest.fixture
def ie(monkeypatch, capfd):
    """Return a function that runs `ie` with arguments and gives exit code, stdout and stderr."""

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["ie", *map(str, args)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        return caught.value.code or 0, out, err

    return run
