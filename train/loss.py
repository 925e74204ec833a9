"""The training loss: cross-entropy of word tags that never takes an unannotated label for a negative."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ie.labels import OUTSIDE

from .alignment import IGNORED
from .config import LossConfig


class PartialLabelLoss:
    """`loss(logits, labels, open_tags)`, summed over words, not averaged.

    A word inside a gold span costs -log p(tag). A word outside of all gold spans costs -log of the
    probability of 'O' and of the tags of labels that its corpus does not annotate: whether it is one of
    them is not known. (Partial labels as in Jin and Ghahramani, "Learning with Multiple Labels", NIPS 2002.)
    What is open drifts towards what the model already believes; "masked" takes those tags out of the
    distribution instead, so that such a word says nothing about them. Where all labels are annotated,
    both are plain cross-entropy.
    """

    def __init__(self, config: LossConfig, tags: Sequence[str]) -> None:
        self._gamma = config.focal_gamma
        self._masked = config.unannotated == "masked"
        self._outside = tags.index(OUTSIDE)
        self._weights = _tag_weights(config.label_weights, tags)

    def __call__(self, logits: Tensor, labels: Tensor, open_tags: Tensor) -> Tensor:
        """Return the sum over words.

        `logits` has shape [batch, length, tags], `labels` [batch, length], `open_tags` (bool) [batch, tags].
        """
        rows, columns = torch.nonzero(labels != IGNORED, as_tuple=True)
        scores = logits[rows, columns].float()
        gold = labels[rows, columns]
        certain = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, gold[:, None], True)
        unknown = (gold == self._outside)[:, None] & open_tags[rows] & ~certain
        allowed = certain if self._masked else certain | unknown
        if self._masked:
            scores = scores.masked_fill(unknown, -torch.inf)
        log_p = torch.logsumexp(scores.masked_fill(~allowed, -torch.inf), 1) - torch.logsumexp(scores, 1)
        loss = -log_p
        if self._gamma:
            # rounding can bring the probability above one, where the power has no value
            loss = loss * (1 - log_p.exp()).clamp(min=0) ** self._gamma
        if self._weights is not None:
            loss = loss * self._weights.to(loss.device)[gold]
        return loss.sum()


def _tag_weights(weights: Mapping[str, float], tags: Sequence[str]) -> Tensor | None:
    if not weights:
        return None
    return torch.tensor([weights.get(tag if tag == OUTSIDE else tag[2:], 1.0) for tag in tags])
