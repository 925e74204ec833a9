"""Conventions of parties."""

from .rule import Conventions

PARTY = Conventions()
