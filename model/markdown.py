"""Tables in Markdown, aligned so that they read well on a terminal too."""

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is aligned to the left and the others, numbers, to the right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    rule = [
        "-" * width if i == 0 else "-" * max(width - 1, 1) + ":"  # the colon is Markdown for "to the right"
        for i, width in enumerate(widths)
    ]
    return "\n".join(_line(row, widths) for row in (header, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.rjust(width) if i else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join([first, *rest])} |"
