"""A checkpoint that looks each word up in a table: what it finds is exact, whatever it is batched with."""

import json
from itertools import chain
from pathlib import Path

from folders import WORDS, make_folder, write

from ie.document import Document
from ie.labels import tag_names

FOUND = {"завод": "B-PARTY", "банк": "B-PARTY", "вчера": "B-DATE"}
CONFIDENCE = 4.0


def make(folder: Path) -> Path:
    """Write a checkpoint that finds the words of FOUND, each with the same score everywhere."""
    from onnx import TensorProto, helper

    tags = tag_names()
    table = [[CONFIDENCE if tag == FOUND.get(word, "O") else 0.0 for tag in tags] for word in WORDS]
    sizes = ["batch", "tokens"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["logits"])],
        "lookup",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, sizes)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [*sizes, len(tags)])],
        [helper.make_tensor("table", TensorProto.FLOAT, [len(WORDS), len(tags)], [*chain(*table)])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    make_folder(folder, weights=())
    write(folder / "onnx" / "model.onnx", model.SerializeToString())
    return folder


def record(i: int) -> dict[str, str]:
    """Return the input of document `i`; no two are the same."""
    words = [("завод", "банк", "рынок")[(i + k) % 3] + " купил" for k in range(1 + i % 4)]
    return {
        "id": f"d{i}",
        "text": f"Сделка {i}: {' , '.join(words)} вчера.",
        "date": f"2016-11-{1 + i % 28:02}",
    }


def lines(first: int, last: int) -> bytes:
    """Return JSON Lines of the inputs from `first` to `last`, half-open."""
    return b"".join(json.dumps(record(i), ensure_ascii=False).encode() + b"\n" for i in range(first, last))


def documents(first: int, last: int) -> list[Document]:
    return [Document.from_record(record(i)) for i in range(first, last)]
