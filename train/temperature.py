"""The temperature of logits at which the scores of spans are probabilities.

The cost of a temperature is the negative log-likelihood of the spans found at it being right or wrong, not of
the tags of words, as in Guo et al. (2017): the score that a user sees is of a span, and a model that is
calibrated in words need not be so in spans.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ie.checkpoint import Checkpoint
from ie.document import Document
from ie.extractor import Extractor
from ie.meters import RecordingRuntime
from ie.runtimes import Runtime

from .calibration import JudgedDocument, judge

# Temperatures that are tried lie between 1/MAX_TEMPERATURE and MAX_TEMPERATURE, in steps of 1 %.
MAX_TEMPERATURE = 8.0
STEPS = 100
# No span is so sure: one that the annotator missed must not weigh more than all others.
SUREST = 1 - 1e-4


class Trials:
    """What is found in gold documents at any temperature, without thresholds; the model runs once."""

    def __init__(
        self, checkpoint: Checkpoint, runtime: Runtime, gold: Sequence[Document], labels: Sequence[str]
    ) -> None:
        self.gold, self.labels = tuple(gold), tuple(labels)
        self._bare = [replace(document, entities=()) for document in gold]
        self._checkpoint = checkpoint
        self._judged: dict[float, list[JudgedDocument]] = {}
        recorder = RecordingRuntime(runtime)
        self._runtime: Runtime = recorder
        self._find(checkpoint.settings.temperature)
        self._runtime = recorder.playback()

    def judged(self, temperature: float) -> list[JudgedDocument]:
        """Return the spans that are found at `temperature`, document by document."""
        if temperature not in self._judged:
            self._judged[temperature] = judge(self.gold, self._find(temperature), self.labels)
        return self._judged[temperature]

    def costs(self, temperature: float) -> NDArray[np.float64]:
        """Return the negative log-likelihood, in nats, of each document's spans being right or wrong."""
        return np.array([math.fsum(map(_cost, *_columns(document))) for document in self.judged(temperature)])

    def best(self, documents: Collection[int] | None = None) -> float:
        """Return the temperature that costs least on the documents of these numbers, by default on all.

        Found by golden-section search over its logarithm. A tenth of the square of that is added to the cost:
        nothing beside a hundred spans, and the temperature is 1 where there are none.
        """
        chosen = np.arange(len(self.gold)) if documents is None else np.array(sorted(documents), dtype=int)
        tried: dict[float, float] = {}

        def cost(step: float) -> float:
            temperature = _temperature(step)
            tried[temperature] = (
                float(self.costs(temperature)[chosen].sum()) + math.log(temperature) ** 2 / 10
            )
            return tried[temperature]

        bound = STEPS * math.log(MAX_TEMPERATURE)
        golden_section(cost, -bound, bound, tolerance=1.0)
        return min(tried, key=tried.__getitem__)

    def _find(self, temperature: float) -> list[Document]:
        settings = replace(self._checkpoint.settings, temperature=temperature, thresholds={})
        extractor = Extractor(replace(self._checkpoint, settings=settings), self._runtime)
        return list(extractor.extract_batch(self._bare, values=False))


def golden_section(cost: Callable[[float], float], low: float, high: float, tolerance: float = 1e-3) -> float:
    """Return where a function of one number that falls and then rises is least, within `tolerance`."""
    ratio = (5**0.5 - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = cost(left), cost(right)
    while high - low > tolerance:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = cost(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = cost(right)
    return (low + high) / 2


def _temperature(step: float) -> float:
    """Return the temperature of the nearest whole step, so that searches for like ones share most trials."""
    return round(math.exp(round(step) / STEPS), 4)


def _columns(document: JudgedDocument) -> tuple[list[float], list[bool]]:
    return [span.score for span in document.spans], [span.right for span in document.spans]


def _cost(score: float, right: bool) -> float:
    likely = min(max(score, 1 - SUREST), SUREST)
    return -math.log(likely if right else 1 - likely)
