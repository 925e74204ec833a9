"""Parties: names into `Party`, mentions into groups."""

from .groups import group_mentions
from .reader import Party, read_party

__all__ = ["Party", "group_mentions", "read_party"]
