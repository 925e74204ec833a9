"""The version of the package, read by the build and by every checkpoint that is written."""

__version__ = "0.1.0"
