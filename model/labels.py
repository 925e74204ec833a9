"""The four labels of the guidelines and the names of their BIO tags."""

from collections.abc import Sequence

LABELS = ("AMOUNT", "SECTOR", "PARTY", "DATE")
OUTSIDE = "O"


def tag_names(labels: Sequence[str] = LABELS) -> tuple[str, ...]:
    """Return the IOB2 tags of `labels`: `O`, then `B-X`, `I-X` for each label in order."""
    return (OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI"))


def labels_of(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the labels named by IOB2 `tags` in order of first appearance; inverse of `tag_names`.

    Raises `ValueError` on a tag that is neither `O`, `B-X` nor `I-X`.
    """
    labels: dict[str, None] = {}
    for tag in tags:
        if tag == OUTSIDE:
            continue
        prefix, _, label = tag.partition("-")
        if prefix not in ("B", "I") or not label:
            raise ValueError(f"{tag!r} is not an IOB2 tag: expected 'O', 'B-LABEL' or 'I-LABEL'.")
        labels.setdefault(label)
    return tuple(labels)
