"""Annotated corpora: the JSON Lines format, readers of other formats, checks, statistics and splits."""
