"""Conventions of dates."""

from .rule import Conventions

DATE = Conventions()
