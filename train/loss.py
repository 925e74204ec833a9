"""The training loss: word tags, where what is not annotated is no negative; teachers; consistency."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ie.labels import OUTSIDE

from .alignment import IGNORED
from .config import LossConfig


class PartialLabelLoss:
    """`loss(logits, labels, open_tags, soft)`, summed over words, not averaged.

    A word inside a gold span costs -log p(tag). A word outside of all gold spans costs -log of the
    probability of 'O' and of the tags of labels that its corpus does not annotate: whether it is one of
    them is not known. (Partial labels as in Jin and Ghahramani, "Learning with Multiple Labels", NIPS 2002.)
    What is open drifts towards what the model already believes; "masked" takes those tags out of the
    distribution instead, so that such a word says nothing about them. Where all labels are annotated,
    both are plain cross-entropy.

    With tag probabilities of a teacher (Hinton et al., 2015), the cross-entropy against these has the share
    `teacher_weight` of a word's cost, and all of it where every tag is open, which says nothing else. Words
    for which they are all zero have no teacher.
    """

    def __init__(self, config: LossConfig, tags: Sequence[str], teacher_weight: float = 0.0) -> None:
        self._gamma = config.focal_gamma
        self._smoothing = config.label_smoothing
        self._teacher_weight = teacher_weight
        self._masked = config.unannotated == "masked"
        self._outside = tags.index(OUTSIDE)
        self._weights = _tag_weights(config.label_weights, tags)

    def __call__(
        self, logits: Tensor, labels: Tensor, open_tags: Tensor, soft: Tensor | None = None
    ) -> Tensor:
        """Return the sum over words.

        `logits` has shape [batch, length, tags], `labels` [batch, length], `open_tags` (bool) [batch, tags].
        `soft`, the probabilities of the teacher, has the shape of `logits`; of tokens that no word begins at
        they do not matter.
        """
        rows, columns = torch.nonzero(labels != IGNORED, as_tuple=True)
        scores = logits[rows, columns].float()
        gold = labels[rows, columns]
        certain = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, gold[:, None], True)
        unknown = (gold == self._outside)[:, None] & open_tags[rows] & ~certain
        loss = self._annotated(scores, certain, unknown)
        if self._weights is not None:
            loss = loss * self._weights.to(loss.device)[gold]
        if soft is not None:
            target = soft[rows, columns].float()
            taught = -(target * scores.log_softmax(1)).sum(1)
            share = torch.where((certain | unknown).all(1), 1.0, self._teacher_weight) * (target.sum(1) > 0)
            loss = loss * (1 - share) + taught * share
        return loss.sum()

    def _annotated(self, scores: Tensor, certain: Tensor, unknown: Tensor) -> Tensor:
        """Return the cost [words] of missing the annotation."""
        allowed = certain if self._masked else certain | unknown
        if self._masked:
            scores = scores.masked_fill(unknown, -torch.inf)
        total = torch.logsumexp(scores, 1)
        log_p = torch.logsumexp(scores.masked_fill(~allowed, -torch.inf), 1) - total
        loss = -log_p
        if self._gamma:
            # rounding can bring the probability to one, where the power has no slope, or above it
            missed = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny)
            loss = loss * missed**self._gamma
        if self._smoothing:
            # open tags share the part of 'O', as in the cost itself, so that they are not pushed down
            others = (total[:, None] - scores).masked_fill(unknown | certain, 0.0).sum(1)
            spread = (others - log_p) / (~unknown).sum(1)
            loss = (1 - self._smoothing) * loss + self._smoothing * spread
        return loss


def divergence(first: Tensor, second: Tensor, labels: Tensor) -> Tensor:
    """Return the mean of the two Kullback-Leibler divergences between two passes, summed over words.

    The logits have shape [batch, length, tags], `labels` [batch, length].
    """
    words = labels != IGNORED
    one, two = (logits[words].float().log_softmax(-1) for logits in (first, second))
    return ((one.exp() - two.exp()) * (one - two)).sum() / 2


def _tag_weights(weights: Mapping[str, float], tags: Sequence[str]) -> Tensor | None:
    if not weights:
        return None
    return torch.tensor([weights.get(tag if tag == OUTSIDE else tag[2:], 1.0) for tag in tags])
