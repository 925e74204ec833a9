"""The table of what the conventions are worth, over a model that says what it is told to."""

from pathlib import Path

import pytest
from annotated import marked
from benched import load
from scripted import loader, make_scripted

from ie.data.corpus import write_corpus


@pytest.fixture(scope="module")
def conventions():
    return load("conventions")


def test_the_table_has_each_label_without_and_with_conventions(conventions, tmp_path, capsys, monkeypatch):
    folder = make_scripted(tmp_path / "model")
    # the whole of industry, a word that the model does not know, is no sector
    chances = {"[UNK]": ("SECTOR", 0.9), "завод": ("PARTY", 0.9)}
    monkeypatch.setattr("ie.extractor.load", lambda ref, *_, **__: loader(chances)(Path(ref), "onnx"))
    document = marked("промышленность купил [PARTY завод] вчера", id="1")
    write_corpus(tmp_path / "gold.jsonl", [document])
    conventions.main(["--model", str(folder), str(tmp_path / "gold.jsonl")])
    lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
    table = {row[1]: row[2:] for row in lines[2:]}
    assert table["SECTOR"] == ["0.000 → 0.000", "+0.0", "0 of 1 → 0 of 0"]
    assert table["PARTY"] == ["1.000 → 1.000", "+0.0", "1 of 1 → 1 of 1"]
    assert table["micro"][0] == "0.667 → 1.000"
    assert table["micro"][1].startswith("+33.3 (")
