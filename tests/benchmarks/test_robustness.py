"""The table of noises, of a model that knows one name and only as it is written."""

from dataclasses import replace

import pytest
from annotated import marked
from benched import load
from folders import make_folder

from ie.data.corpus import write_corpus
from ie.document import Span, make_entity
from ie.train.noise import KINDS

DOCUMENTS = [
    marked(f"{i}. Вчера [PARTY «Ёлка»] и [PARTY Роса] росли. Ещё [PARTY «Ёлка»]. ", id=str(i))
    for i in range(30)
]


@pytest.fixture(scope="module")
def robustness():
    return load("robustness")


class Reader:
    """Finds «Ёлка», quotes included, and nothing else."""

    labels = ("PARTY",)
    model = "reader"

    def extract_batch(self, documents):
        for document in documents:
            assert document.entities == ()
            at, found = -1, []
            while (at := document.text.find("«Ёлка»", at + 1)) >= 0:
                found.append(make_entity(document.text, Span(at, at + 6, "PARTY")))
            yield replace(document, entities=tuple(found))


def test_each_noise_costs_what_it_hides(robustness):
    rows = {row.name: row for row in robustness.rows(Reader(), DOCUMENTS)}
    assert list(rows) == ["clean", *KINDS]
    f1 = {name: row.scores.micro.f1 for name, row in rows.items()}
    assert f1["clean"] == pytest.approx(0.8)  # two of three names, nothing wrong
    assert [f1[name] for name in ("lower", "upper", "no_punctuation", "yo")] == [0.0] * 4
    assert f1["broken_lines"] == f1["glued"] == f1["clean"]  # its names have no blanks
    assert 0.5 < f1["lookalikes"] < 0.75
    assert 0.6 < f1["typos"] < 0.8
    assert all(row.micro.low <= row.scores.micro.f1 <= row.micro.high for row in rows.values())


def test_noise_is_the_same_each_time_and_differs_by_document(robustness):
    first, again = (robustness.noisy(DOCUMENTS, "typos") for _ in range(2))
    assert first == again
    assert len({document.text.partition(".")[2] for document in first}) > 15


@pytest.mark.parametrize(
    ("expected", "apart", "source"),
    [
        (0.0, {"PARTY"}, "[PARTY Лава] и [PARTY Роса]"),
        (0.5, {"PARTY"}, "[PARTY Лава] [PARTY Роса]"),
        (0.0, {"DATE"}, "[PARTY Лава] [PARTY Роса]"),
        (0.0, {"PARTY"}, "[PARTY Лава] [DATE вчера]"),
        (0.5, (), "в[PARTY Казахстане] и [PARTY Лава]"),
        (0.0, (), "и"),
    ],
)
def test_spans_that_no_tags_can_say(robustness, expected, apart, source):
    assert robustness.out_of_reach([marked(source)], apart) == expected


def test_the_command_prints_a_table_a_corpus(robustness, tmp_path, capsys):
    folder = make_folder(tmp_path / "model")
    for name in ("one.jsonl", "two.jsonl"):
        write_corpus(tmp_path / name, DOCUMENTS[:2])
    robustness.main(["--model", str(folder), *(str(tmp_path / name) for name in ("one.jsonl", "two.jsonl"))])
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("| noise |") for line in lines) == 2
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert [row[0] for row in table[2:11]] == ["clean", *(kind.replace("_", " ") for kind in KINDS)]
    assert len({len(row) for row in table}) == 1
    assert table[2][-2] == ""
    for row in table[3:11]:
        assert float(row[-2]) == pytest.approx(100 * (float(table[2][-4]) - float(row[-4])), abs=0.11)
