"""What a run of prediction was asked for, and the function that does it to a stream of documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .arrow import Request, extract_documents
from .checkpoint import Checkpoint, is_hub_id
from .document import Document
from .inputs import Reading
from .parts import Predict
from .selection import check_labels


@dataclass(frozen=True, slots=True)
class Prediction:
    """A run, wherever it takes place and its output goes.

    `loading` are the arguments of `Extractor.from_pretrained`, all of them by name, "ref" too; with more
    than one of `workers`, each is a process with a share of the threads.
    """

    inputs: Sequence[str]
    reading: Reading
    request: Request
    loading: Mapping[str, Any]
    workers: int = 1

    def load(self) -> tuple[Checkpoint, tuple[str, ...], Predict]:
        """Return the checkpoint, the labels that are kept, and what finds them in documents, in their order.

        Raises what loading raises, and `UsageError` on a label that the model does not have.
        """
        checkpoint, extract = self._checkpoint_and_extract()
        request, labels = self.request, check_labels(self.request.labels, checkpoint.labels)

        def predict(documents: Iterable[Document]) -> Iterator[Document]:
            return extract_documents(extract, documents, request, labels)

        return checkpoint, labels, predict

    def _checkpoint_and_extract(self) -> tuple[Checkpoint, Callable[..., Iterator[Document]]]:
        if self.workers == 1:
            from .extractor import Extractor

            extractor = Extractor.from_pretrained(**self.loading)
            return extractor.checkpoint, extractor.extract_batch
        from .loading import find
        from .workers import extract_in_workers, share_threads

        share_threads(self.workers, self.loading["threads"])  # to be refused now, before any output is begun
        names = ("ref", "runtime", "device", "precision", "revision")
        checkpoint, _ = find(**{name: self.loading[name] for name in names})
        options = dict(self.loading)
        if is_hub_id(options["ref"]):
            options["revision"] = checkpoint.revision  # a branch may move before the last worker has loaded
        return checkpoint, partial(extract_in_workers, workers=self.workers, options=options)
