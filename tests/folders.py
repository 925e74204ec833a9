"""Checkpoint folders written by hand in a millisecond: right in form, with weights that mean nothing."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers

from ie.labels import tag_names

WORDS = ("[PAD]", "[UNK]", "завод", "купил", "банк", "вчера")


def make_folder(
    folder: Path, *, weights: Sequence[str] = ("onnx/model_quantized.onnx",), **config: Any
) -> Path:
    """Write config.json, tokenizer.json and the named weights files; `config` overrides and adds keys."""
    tags = tag_names()
    values = {
        "model_type": "bert",
        "vocab_size": len(WORDS),
        "num_hidden_layers": 2,
        "max_position_embeddings": 512,
        "id2label": dict(enumerate(tags)),
        **config,
    }
    write(folder / "config.json", json.dumps(values).encode())
    write(folder / "tokenizer.json", tokenizer_json())
    for name in weights:
        write(folder / name, weights_bytes(name, len(tags)))
    return folder


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of each file of `folder` by its path there."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def weights_bytes(name: str, n_tags: int) -> bytes:
    if name.endswith(".safetensors"):
        return safetensors_bytes({"embedding": (len(WORDS), 4), "classifier.weight": (n_tags, 4)})
    if name.endswith(".onnx"):
        return onnx_bytes(n_tags)
    return b"weights of another kind"


def safetensors_bytes(shapes: Mapping[str, Sequence[int]]) -> bytes:
    """Return a safetensors file of zeros, 32 bits each."""
    header, place = {}, 0
    for name, shape in shapes.items():
        end = place + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return len(text).to_bytes(8, "little") + text + bytes(place)


def onnx_bytes(n_tags: int, rows: int = len(WORDS)) -> bytes:
    """Return a model that scores each of `rows` tokens with zeros."""
    from onnx import TensorProto, helper

    sizes = ["batch", "tokens"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["logits"])],
        "scores",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*sizes, n_tags])],
        [helper.make_tensor("table", TensorProto.FLOAT, [rows, n_tags], [0.0] * rows * n_tags)],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()


def tokenizer_json() -> bytes:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer.to_str().encode()
