"""Rules that an annotated corpus keeps: the same string has the same label, spans and values fit the text."""

from .finding import Finding
from .reviewed import Exemption, apply_exceptions, read_exceptions
from .search import find, find_each

__all__ = ["Exemption", "Finding", "apply_exceptions", "find", "find_each", "read_exceptions"]
