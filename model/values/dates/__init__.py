"""Dates: phrases into `DateRange`."""

from .range import DateRange
from .reader import read_date

__all__ = ["DateRange", "read_date"]
