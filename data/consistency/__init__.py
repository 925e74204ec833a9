"""Rules that an annotated corpus keeps: the same string has the same label, spans and values fit the text."""

from .finding import Finding
from .search import find

__all__ = ["Finding", "find"]
