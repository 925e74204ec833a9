"""What a checkpoint is, in a few facts: for `ie model info`."""

from typing import Any

from .checkpoint import GRAPH_FILE, ONNX_FILES, Checkpoint
from .safetensors import count_parameters

# families call the same thing differently
LAYER_KEYS = ("num_hidden_layers", "n_layers", "num_layers")


def summarize(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the facts as JSON; a fact that the files do not tell is null, sizes are in bytes."""
    config, settings, folder = checkpoint.config, checkpoint.settings, checkpoint.folder
    shards = sorted(folder.glob("*.safetensors"))
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        "name": checkpoint.name,
        "revision": checkpoint.revision,
        "folder": str(folder),
        "family": config.get("model_type"),
        "labels": list(checkpoint.labels),
        "tags": list(checkpoint.tags),
        "parameters": sum(count_parameters(path) for path in shards) or None,
        "vocabulary": checkpoint.read_tokenizer().get_vocab_size(),
        "layers": next((config[key] for key in LAYER_KEYS if key in config), None),
        "hidden_size": config.get("hidden_size"),
        "max_tokens": settings.max_tokens,
        "window_overlap": settings.window_overlap,
        "temperature": settings.temperature,
        "thresholds": dict(settings.thresholds),
        "guidelines": settings.guidelines,
        "runtimes": [
            *(["onnx"] if any((folder / name).is_file() for name in ONNX_FILES) else []),
            *(["openvino"] if shards and (folder / GRAPH_FILE).is_file() else []),
            *(["torch"] if shards else []),
        ],
        "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in files},
    }
