"""Sums of money: phrases into `Amount`."""

from .reader import Amount, read_amount

__all__ = ["Amount", "read_amount"]
