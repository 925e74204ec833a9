"""What a run is made of beside its configuration: the files of its texts and of the models it starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ie.checkpoint import PICKLED_FILES, TOKENIZER_FILE, TORCH_FILES, is_hub_id
from ie.data.corpus import corpus_files
from ie.files import sha256

from .config import Config
from .pretraining import PretrainingConfig

_MODEL_FILES = ("config.json", TOKENIZER_FILE, *TORCH_FILES, *PICKLED_FILES)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files and folders of texts, and folders of models."""

    texts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    def checksums(self) -> Mapping[str, str]:
        """Return the SHA-256 of each file that there is."""
        there = [Path(path) for path in self.texts if Path(path).exists()]
        parts = map(Path, self.model_files())
        return {str(path): sha256(path) for path in (*corpus_files(there), *parts) if path.is_file()}

    def model_files(self) -> tuple[str, ...]:
        """Return the paths of all files that the models may have."""
        return tuple(str(Path(model).expanduser() / name) for model in self.models for name in _MODEL_FILES)

    def model_inside(self, *folders: Path) -> str | None:
        """Return the first model that lies in one of `folders`, None where none does."""
        inside = [folder.resolve() for folder in folders]
        places = ((model, Path(model).expanduser().resolve()) for model in self.models)
        return next((m for m, place in places if any(place.is_relative_to(f) for f in inside)), None)


def inputs_of(config: Config | PretrainingConfig) -> Inputs:
    """Return the inputs that a configuration names; models of the Hub are told by their revision there."""
    models = [config.base.name] if config.base.name else []
    if isinstance(config, PretrainingConfig):
        texts = (*(entry.path for entry in config.data.texts), *config.data.exclude)
    else:
        train = [path for corpus in config.data.train for path in (corpus.path, *corpus.without)]
        texts = (*train, *config.data.dev)
        models += config.teacher.models if config.teacher else ()
    return Inputs(texts, tuple(model for model in models if not is_hub_id(model)))
