"""Cost by length, with a model that weighs nothing."""

import json

import pytest
from benched import load
from folders import make_folder

from ie.document import Document
from ie.outputs import write_jsonl

TEXTS = ["банк купил завод вчера", "завод купил банк", "вчера"]


@pytest.fixture(scope="module")
def scaling():
    return load("scaling")


@pytest.mark.parametrize("characters", [1, 24, 25, 46, 100, 1000])
@pytest.mark.parametrize("first", [0, 1, 5])
def test_a_document_has_the_length_asked_for_and_begins_where_asked(scaling, characters, first):
    text = scaling.compose(TEXTS, characters, first)
    assert len(text) == characters
    whole = scaling.BETWEEN.join([*TEXTS[first % 3 :], *TEXTS[: first % 3]]) + scaling.BETWEEN
    assert text == (whole * characters)[:characters]


def test_each_size_is_measured_in_a_process_of_its_own(scaling, tmp_path, capsys):
    folder, source, output = make_folder(tmp_path / "model"), tmp_path / "texts.jsonl", tmp_path / "out.json"
    with source.open("w", encoding="utf-8") as stream:
        write_jsonl(map(Document, TEXTS), stream)
    options = ["--model", str(folder), "--threads", "1", "--output", str(output)]
    scaling.main([str(source), "--sizes", "300", "20000", *options])
    out, err = capsys.readouterr()
    small, large = json.loads(output.read_text(encoding="utf-8"))
    assert (small["characters"], large["characters"]) == (300, 20000)
    assert small["runs"] == scaling.MOST_RUNS  # a millisecond each
    assert 0 < small["values_seconds"] < small["seconds"] < large["seconds"]
    assert small["peak_bytes"] is None or small["peak_bytes"] >= small["warm_bytes"] > 0
    assert "20000 characters …" in err
    assert [line.split()[1] for line in out.splitlines() if line.startswith("| ")][-2:] == ["300", "20,000"]


def test_rows_tell_costs_per_thousand_characters(scaling):
    cost = scaling.Cost(10_000, 212, 3, 0.5, 0.1, 0.9, 200 * 2**20, 226 * 2**20)
    cells = [cell.strip() for cell in scaling.render([cost]).splitlines()[-1].strip("|").split("|")]
    assert cells == ["10,000", "212", "3", "0.500", "50.00", "10.00", "90.00", "226", "26"]


def test_memory_that_no_system_tells_is_unknown(scaling):
    cost = scaling.Cost(1_000, 1, 1, 0.5, 0.1, 0.9, None, None)
    assert scaling.render([cost]).count("unknown") == 2
