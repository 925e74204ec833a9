"""Sectors: phrases into `Sector`."""

from .isic import title
from .reader import Sector, read_sector

__all__ = ["Sector", "read_sector", "title"]
