"""The extractor: text in, documents with entities out, through windows, a runtime and decoding."""

import datetime
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .boundaries import tidy
from .checkpoint import Checkpoint, RuntimeName, load_checkpoint
from .decode import decode, word_log_probs
from .document import Document, Entity, Span, make_entity
from .encoder import Encoding, TextEncoder, first_tokens
from .errors import CheckpointError, HubError, UsageError
from .values import add_values
from .windows import Probabilities, Window, merge_windows, plan_windows
from .words import Offsets, char_spans, words

if TYPE_CHECKING:
    from .runtimes import Runtime

RUNTIMES = ("auto", "onnx", "torch")
DEFAULT_BATCH_TOKENS = 2048
# Documents are sorted by length inside a buffer of about so many characters, never the whole stream.
BUFFER_CHARS = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A document cut into words, tokens and windows."""

    document: Document
    words: Offsets
    first: NDArray[np.int32]
    encoding: Encoding
    windows: list[Window]


class Extractor:
    """Finds the entities of texts with one checkpoint; made by `from_pretrained`.

    Texts of any length are read whole. The scores are probabilities under the model, calibrated by the
    temperature that the checkpoint carries.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        runtime: "Runtime",
        *,
        window_overlap: int | None = None,
        batch_tokens: int = DEFAULT_BATCH_TOKENS,
    ) -> None:
        self.checkpoint = checkpoint
        self.tags = checkpoint.tags
        self.labels = checkpoint.labels
        self.model = checkpoint.identity
        self._runtime = runtime
        self._encoder = TextEncoder(checkpoint.read_tokenizer())
        settings = checkpoint.settings
        self._size = settings.max_tokens - self._encoder.n_special
        self._overlap = settings.window_overlap if window_overlap is None else window_overlap
        if not 0 <= self._overlap < self._size:
            raise UsageError(f"window_overlap must be from 0 to {self._size - 1}, not {self._overlap}.")
        if batch_tokens < 1:
            raise UsageError(f"batch_tokens must be positive, not {batch_tokens}.")
        self._batch_tokens = batch_tokens

    @classmethod
    def from_pretrained(
        cls,
        ref: str | Path | None = None,
        *,
        revision: str | None = None,
        runtime: str = "auto",
        device: str = "cpu",
        threads: int | None = None,
        token: str | None = None,
        cache_dir: Path | str | None = None,
        window_overlap: int | None = None,
        batch_tokens: int = DEFAULT_BATCH_TOKENS,
    ) -> "Extractor":
        """Return an extractor for the bundled checkpoint, a folder, or "org/name" on the Hugging Face Hub.

        `runtime` is "onnx" (int8 on the processor, no torch), "torch" (`device` "cpu", "cuda", "cuda:1"),
        or "auto": onnx on the processor if the checkpoint has it, else torch. `revision` is a branch, tag
        or commit on the Hub. `window_overlap` and `batch_tokens` are counted in tokens.
        Raises `CheckpointError` (`HubError` from the Hub) and `UsageError`.
        """
        if runtime not in RUNTIMES:
            raise UsageError(f"Unknown runtime {runtime!r}: expected one of {', '.join(RUNTIMES)}.")
        if runtime == "onnx" and device != "cpu":
            raise UsageError(f"The onnx runtime runs on the cpu, not on {device!r}; use the torch runtime.")
        checkpoint, chosen = _load(
            ref,
            runtime,
            device,
            revision=revision,
            token=token,
            cache_dir=Path(cache_dir) if cache_dir else None,
        )
        return cls(
            checkpoint,
            _make_runtime(checkpoint, chosen, device, threads),
            window_overlap=window_overlap,
            batch_tokens=batch_tokens,
        )

    def extract(
        self,
        text: str,
        *,
        date: datetime.date | None = None,
        id: str | None = None,  # noqa: A002
        values: bool = True,
    ) -> Document:
        """Return the document of `text` with its entities in order; `values` says whether with their values.

        `date`, the day of the article, is what relative dates are relative to; `id` is passed through.
        """
        return next(iter(self.extract_batch([Document(text, date=date, id=id)], values=values)))

    def extract_batch(self, texts: Iterable[str | Document], *, values: bool = True) -> Iterator[Document]:
        """Yield the document of each text, in the order given, as a stream: memory does not grow with it.

        A `Document` keeps its id, date and source; its entities are replaced by those found, with their
        values unless `values` is False.
        """
        found = self._extract_stream(texts)
        return map(add_values, found) if values else found

    def _extract_stream(self, texts: Iterable[str | Document]) -> Iterator[Document]:
        buffer: list[Document] = []
        chars = 0
        for text in texts:
            document = Document(text) if isinstance(text, str) else text
            buffer.append(document)
            chars += len(document.text)
            if chars >= BUFFER_CHARS:
                yield from self._extract_all(buffer)
                buffer, chars = [], 0
        if buffer:
            yield from self._extract_all(buffer)

    def _extract_all(self, documents: Sequence[Document]) -> list[Document]:
        encodings = self._encoder.encode_batch([document.text for document in documents])
        prepared = [self._prepare(d, e) for d, e in zip(documents, encodings, strict=True)]
        windows = [item.encoding.ids[w.start : w.end] for item in prepared for w in item.windows]
        scores = iter(self._score(windows))
        return [self._finish(item, [next(scores) for _ in item.windows]) for item in prepared]

    def _prepare(self, document: Document, encoding: Encoding) -> _Prepared:
        offsets = words(document.text)
        first = first_tokens(offsets, encoding.offsets)
        starts = np.zeros(len(encoding.ids), dtype=bool)
        starts[first[first >= 0]] = True
        windows = plan_windows(len(encoding.ids), self._size, self._overlap, starts)
        return _Prepared(document, offsets, first, encoding, windows)

    def _score(self, windows: Sequence[NDArray[np.int32]]) -> list[Probabilities]:
        """Return the tag probabilities of the tokens of each window, computed in batches of like length."""
        scores: list[Probabilities] = [np.empty(0, dtype=np.float32)] * len(windows)
        prefix, suffix = self._encoder.prefix, self._encoder.suffix
        for batch in self._batches([len(window) + self._encoder.n_special for window in windows]):
            width = max(len(windows[i]) for i in batch) + self._encoder.n_special
            ids = np.full((len(batch), width), self._encoder.pad_id, dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, i in enumerate(batch):
                whole = np.concatenate([prefix, windows[i], suffix])
                ids[row, : len(whole)], mask[row, : len(whole)] = whole, 1
            logits = self._runtime.logits(ids, mask)
            for row, i in enumerate(batch):
                body = logits[row, len(prefix) : len(prefix) + len(windows[i])]
                scores[i] = _softmax(body / self.checkpoint.settings.temperature)
        return scores

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield positions of `lengths`, longest first, at most `batch_tokens` padded tokens a batch."""
        batch: list[int] = []
        for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
            if batch and lengths[batch[0]] * (len(batch) + 1) > self._batch_tokens:
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    def _finish(self, item: _Prepared, scores: Sequence[Probabilities]) -> Document:
        entities: tuple[Entity, ...] = ()
        if scores:
            merged = merge_windows(item.windows, scores, len(item.encoding.ids))
            log_probs = word_log_probs(merged, item.first, self.tags)
            settings = self.checkpoint.settings
            found = decode(log_probs, self.tags, settings.thresholds, settings.apart)
            entities = tuple(_entities(item.document.text, item.words, found))
        return replace(
            item.document, entities=entities, labels=self.labels, truncated=False, model=self.model
        )


def _entities(text: str, offsets: Offsets, found: Sequence[tuple[Span, float]]) -> Iterator[Entity]:
    spans = char_spans(offsets, [span for span, _ in found])
    low = 0
    for i, (span, (_, score)) in enumerate(zip(spans, found, strict=True)):
        high = spans[i + 1].start if i + 1 < len(spans) else len(text)
        tidied = tidy(text, span, low, high)
        if tidied is not None:
            yield make_entity(text, tidied, score)
            low = tidied.end


def _softmax(logits: NDArray[np.float32]) -> Probabilities:
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True), dtype=np.float32)


def _load(
    ref: str | Path | None,
    runtime: str,
    device: str,
    *,
    revision: str | None,
    token: str | None,
    cache_dir: Path | None,
) -> tuple[Checkpoint, RuntimeName]:
    """Return the checkpoint and the runtime that it is loaded for."""

    def load(chosen: RuntimeName) -> tuple[Checkpoint, RuntimeName]:
        checkpoint = load_checkpoint(ref, revision=revision, token=token, cache_dir=cache_dir, runtime=chosen)
        return checkpoint, chosen

    if runtime == "onnx":
        return load("onnx")
    if runtime == "torch" or device != "cpu":
        return load("torch")
    try:
        return load("onnx")
    except CheckpointError as error:
        if isinstance(error, HubError) or importlib.util.find_spec("torch") is None:
            raise
        try:
            return load("torch")
        except CheckpointError:
            raise error from None


def _make_runtime(
    checkpoint: Checkpoint, runtime: RuntimeName, device: str, threads: int | None
) -> "Runtime":
    if runtime == "torch":
        from .runtimes.torch import TorchRuntime

        return TorchRuntime(checkpoint.folder, device, threads)
    from .runtimes.onnx import OnnxRuntime

    assert checkpoint.weights is not None
    return OnnxRuntime(checkpoint.weights, threads)
