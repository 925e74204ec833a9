"""Converters of public corpora into documents that follow the guidelines, one module a corpus.

Each has `convert(source: Path) -> Conversion`: the documents and a report of every repair, change, drop
and addition.
"""
