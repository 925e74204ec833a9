"""The errors of `ie`, and those of libraries in one line."""

import pytest

from ie.errors import first_line


@pytest.mark.parametrize(
    ("message", "expected"),
    [("No such node.\nTraceback", "No such node."), ("\n  Refused. \n", "Refused."), ("", "ValueError")],
)
def test_the_first_line_of_an_error_says_what_happened(message: str, expected: str) -> None:
    assert first_line(ValueError(message)) == expected
