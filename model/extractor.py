"""The extractor: text in, documents with entities out, through windows, a runtime and decoding."""

import datetime
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .batches import pad, plan_batches
from .boundaries import tidy
from .checkpoint import Checkpoint
from .conventions import GUIDELINES, follow
from .decode import cuts, decode, word_log_probs
from .document import Document, Entity, Span, make_entity
from .encoder import Encoding, TextEncoder, first_tokens
from .errors import UsageError
from .loading import load
from .sections import sections
from .values import add_values
from .windows import Probabilities, Window, merge_windows, plan_windows
from .words import Offsets, char_spans, words

if TYPE_CHECKING:
    from .runtimes import Runtime

# Texts are tokenised, and their windows sorted by length, in chunks of about so many characters. The first
# chunks of a stream are small, so that its first documents do not wait.
FIRST_CHUNK_CHARS = 8_000
CHUNK_CHARS = 200_000
# For each token that the runtime computes at once, so many characters: two rounds of batches.
CHARS_A_TOKEN = 8
# Shorter texts count as so long: what is kept of a text in the works is more than its characters.
LEAST_CHARS = 200
# Chunks in the works: one that the model computes while the words of another are tokenised or decoded.
CHUNKS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of a document, almost always all of it; `last` says whether nothing of the document follows."""

    document: Document
    start: int
    end: int
    last: bool

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A section cut into words, tokens and windows, with the tag probabilities of those once known."""

    section: _Section
    text: str
    words: Offsets
    first: NDArray[np.int32]
    encoding: Encoding
    windows: list[Window]
    scores: list[Probabilities | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Sections whose windows are being computed: which window of which section each batch holds."""

    sections: list[_Prepared]
    batches: list[tuple[list[tuple[int, int]], "Future[list[Probabilities]]"]]


class Extractor:
    """Finds the entities of texts with one checkpoint; made by `from_pretrained`.

    Texts of any length are read whole. The scores are probabilities under the model, calibrated by the
    temperature that the checkpoint carries. The model runs in threads of its own, beside tokenisation,
    decoding and values.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        runtime: "Runtime",
        *,
        window_overlap: int | None = None,
        batch_tokens: int | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self.tags = checkpoint.tags
        self.labels = checkpoint.labels
        self.model = checkpoint.identity
        self.runtime = runtime
        self._encoder = TextEncoder(checkpoint.read_tokenizer())
        settings = checkpoint.settings
        self._size = settings.max_tokens - self._encoder.n_special
        self._overlap = settings.window_overlap if window_overlap is None else window_overlap
        if not 0 <= self._overlap < self._size:
            raise UsageError(f"window_overlap must be from 0 to {self._size - 1}, not {self._overlap}.")
        if batch_tokens is not None and batch_tokens < 1:
            raise UsageError(f"batch_tokens must be positive, not {batch_tokens}.")
        self._batch_tokens = batch_tokens or runtime.batch_tokens

    @classmethod
    def from_pretrained(
        cls,
        ref: str | Path | None = None,
        *,
        revision: str | None = None,
        runtime: str = "auto",
        device: str = "cpu",
        threads: int | None = None,
        precision: str = "auto",
        token: str | None = None,
        cache_dir: Path | str | None = None,
        window_overlap: int | None = None,
        batch_tokens: int | None = None,
    ) -> "Extractor":
        """Return an extractor for the bundled checkpoint, a folder, or "org/name" on the Hugging Face Hub.

        `runtime` is "onnx" (int8 on the processor), "openvino" (bf16 on processors with AMX), "torch"
        (`device` "cpu", "cuda", "cuda:1"), or "auto", the fastest that there is (see `ie.loading`).
        `precision` is "int8", "bf16", "fp16", "fp32" or "auto", the runtime's own choice. `revision` is a
        branch, tag or commit on the Hub. `threads` are those of the model, by default as many as the
        process may use cores. `window_overlap` and `batch_tokens` are counted in tokens; by default the
        checkpoint and the runtime choose them. Raises `CheckpointError` (`HubError` from the Hub) and
        `UsageError`.
        """
        checkpoint, chosen = load(
            ref,
            runtime,
            device,
            threads,
            precision=precision,
            revision=revision,
            token=token,
            cache_dir=Path(cache_dir) if cache_dir else None,
        )
        return cls(checkpoint, chosen, window_overlap=window_overlap, batch_tokens=batch_tokens)

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
        Raises as `Document` and `extract_batch` do.
        """
        return next(iter(self.extract_batch([Document(text, date=date, id=id)], values=values)))

    def extract_batch(self, texts: Iterable[str | Document], *, values: bool = True) -> Iterator[Document]:
        """Yield the document of each text, in the order given, as a stream: memory does not grow with it.

        A `Document` keeps its id, date and source; its entities are replaced by those found, with their
        values unless `values` is False. Raises `TypeError` for one text in place of many.
        """
        if isinstance(texts, str | bytes | Document):
            raise TypeError(
                f"extract_batch takes several texts, not one {type(texts).__name__}: "
                "give a list, or call extract."
            )
        found = self._extract_stream(texts)
        return map(add_values, found) if values else found

    def _extract_stream(self, texts: Iterable[str | Document]) -> Iterator[Document]:
        entities: list[Entity] = []
        for section, found in self._extract_sections(texts):
            entities += found
            if section.last:
                yield replace(
                    section.document,
                    entities=tuple(entities),
                    labels=self.labels,
                    truncated=False,
                    model=self.model,
                )
                entities = []

    def _extract_sections(self, texts: Iterable[str | Document]) -> Iterator[tuple[_Section, list[Entity]]]:
        pool = ThreadPoolExecutor(self.runtime.parallel, thread_name_prefix="ie-model")
        waiting: deque[_Chunk] = deque()
        try:
            most = max(CHUNK_CHARS, CHARS_A_TOKEN * self._batch_tokens * self.runtime.parallel)
            for chunk in _chunks(_all_sections(texts), most):
                waiting.append(self._begin(chunk, pool))
                if len(waiting) == CHUNKS_AHEAD:
                    yield from self._finish(waiting.popleft())
            while waiting:
                yield from self._finish(waiting.popleft())
        finally:
            # also when the reader stops half-way
            pool.shutdown(cancel_futures=True)

    def _begin(self, chunk: Sequence[_Section], pool: ThreadPoolExecutor) -> _Chunk:
        """Return the sections tokenised, with their windows handed to the threads of the model."""
        texts = [section.text for section in chunk]
        encodings = self._encoder.encode_batch(texts)
        prepared = [self._prepare(*parts) for parts in zip(chunk, texts, encodings, strict=True)]
        places = [(i, k) for i, item in enumerate(prepared) for k in range(len(item.windows))]
        rows = [prepared[i].encoding.ids[prepared[i].windows[k].span] for i, k in places]
        batches = []
        for batch in plan_batches([len(r) + self._encoder.n_special for r in rows], self._batch_tokens):
            future = pool.submit(self._score, [rows[i] for i in batch])
            batches.append(([places[i] for i in batch], future))
        return _Chunk(prepared, batches)

    def _prepare(self, section: _Section, text: str, encoding: Encoding) -> _Prepared:
        offsets = words(text)
        first = first_tokens(offsets, encoding.offsets)
        starts = np.zeros(len(encoding.ids), dtype=bool)
        starts[first[first >= 0]] = True
        windows = plan_windows(len(encoding.ids), self._size, self._overlap, starts)
        return _Prepared(section, text, offsets, first, encoding, windows, [None] * len(windows))

    def _score(self, rows: Sequence[NDArray[np.int32]]) -> list[Probabilities]:
        """Return the tag probabilities of the tokens of each row, computed as one batch."""
        encoder, temperature = self._encoder, self.checkpoint.settings.temperature
        ids, mask = pad([np.array([*encoder.prefix, *row, *encoder.suffix]) for row in rows], encoder.pad_id)
        logits = self.runtime.logits(ids, mask)
        start = len(encoder.prefix)
        return [_softmax(logits[i, start : start + len(row)] / temperature) for i, row in enumerate(rows)]

    def _finish(self, chunk: _Chunk) -> Iterator[tuple[_Section, list[Entity]]]:
        """Yield the entities of each section of a chunk when all of its windows are computed."""
        for places, future in chunk.batches:
            for (i, k), scores in zip(places, future.result(), strict=True):
                chunk.sections[i].scores[k] = scores
        log_probs = [self._log_probs(item) for item in chunk.sections]
        settings = self.checkpoint.settings
        cut = [
            cuts(item.text, item.words, scores, self.tags)
            for item, scores in zip(chunk.sections, log_probs, strict=True)
        ]
        found = decode(log_probs, self.tags, settings.thresholds, settings.apart, cut)
        guided = settings.guidelines == GUIDELINES
        for item, spans in zip(chunk.sections, found, strict=True):
            yield item.section, list(_entities(item, spans, guided))

    def _log_probs(self, item: _Prepared) -> NDArray[np.float64]:
        if not item.windows:
            return np.empty((0, len(self.tags)))
        scores = [scores for scores in item.scores if scores is not None]
        return word_log_probs(
            merge_windows(item.windows, scores, len(item.encoding.ids)), item.first, self.tags
        )


def _all_sections(texts: Iterable[str | Document]) -> Iterator[_Section]:
    for text in texts:
        document = text if isinstance(text, Document) else Document(text)
        size = len(document.text)
        if not size:
            yield _Section(document, 0, 0, last=True)
        for start, end in sections(document.text):
            yield _Section(document, start, end, last=end == size)


def _chunks(items: Iterable[_Section], most: int) -> Iterator[list[_Section]]:
    """Yield sections in chunks of about `most` characters, the first ones smaller."""
    chunk: list[_Section] = []
    chars, limit = 0, FIRST_CHUNK_CHARS
    for item in items:
        chunk.append(item)
        chars += max(item.end - item.start, LEAST_CHARS)
        if chars >= limit:
            yield chunk
            chunk, chars, limit = [], 0, min(2 * limit, most)
    if chunk:
        yield chunk


def _entities(item: _Prepared, found: Sequence[tuple[Span, float]], guided: bool) -> Iterator[Entity]:
    """Yield the entities of spans in words; `guided` says whether the label guide settles their edges."""
    text, section = item.text, item.section
    chars = char_spans(item.words, [span for span, _ in found])
    spans = [(span, score) for span, (_, score) in zip(chars, found, strict=True)]
    if guided:
        spans = list(_tidied(text, follow(text, spans)))
    for span, score in spans:
        moved = Span(section.start + span.start, section.start + span.end, span.label)
        yield make_entity(section.document.text, moved, score)


def _tidied(text: str, found: Sequence[tuple[Span, float]]) -> Iterator[tuple[Span, float]]:
    """Yield the spans with tidy edges, without those of which nothing remains."""
    low = 0
    for i, (span, score) in enumerate(found):
        high = found[i + 1][0].start if i + 1 < len(found) else len(text)
        tidied = tidy(text, span, low, high)
        if tidied is not None:
            yield tidied, score
            low = tidied.end


def _softmax(logits: NDArray[np.float32]) -> Probabilities:
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True), dtype=np.float32)
