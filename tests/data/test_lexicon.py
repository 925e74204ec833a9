"""The word lists compile to the tables in the package."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ie.cli import app
from ie.data.lexicon import compilers
from ie.data.lexicon.words import compile_words, write_table
from ie.errors import CorpusError, CorpusFaultsError

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "seeds" / "lexicon"
TABLES = ROOT / "model" / "values" / "tables"


def test_each_table_of_the_package_has_its_list():
    assert {path.stem for path in TABLES.glob("*.json")} == set(compilers(LISTS))


@pytest.mark.parametrize("name", compilers(LISTS))
def test_the_tables_are_what_the_lists_compile_to(name, tmp_path):
    write_table(tmp_path / "table.json", compilers(LISTS)[name]())
    assert (tmp_path / "table.json").read_bytes() == (TABLES / f"{name}.json").read_bytes()


def write(path, *lines):
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_every_case_form_of_a_word_has_its_symbol(tmp_path):
    table = compile_words(write(tmp_path / "a.tsv", "# words", "M11\tноябрь\tнояб. НОЯ", "2\tдва:NUMR\t"))
    assert {form for form, symbol in table.items() if symbol == "M11"} >= {
        "ноябрю",
        "ноябрями",
        "нояб.",
        "ноя",
    }
    assert table["двумя"] == "2"


def test_an_unknown_word_and_one_with_two_symbols_are_named_by_line(tmp_path):
    path = write(tmp_path / "a.tsv", "a\tдом\tx", "b\tкот\tx", "c\tдом:VERB\t")
    with pytest.raises(CorpusFaultsError) as caught:
        compile_words(path)
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == [f"{path}:2", f"{path}:3"]


def test_a_line_with_too_many_columns_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.tsv:1: A line has 3 columns, not 4"):
        compile_words(write(tmp_path / "a.tsv", "a\tb\tc\td"))


def test_the_command_names_what_is_missing(tmp_path):
    result = CliRunner().invoke(app, ["data", "lexicon", str(tmp_path), str(tmp_path / "out")])
    assert isinstance(result.exception, CorpusError)
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_a_table_has_a_row_a_line(tmp_path):
    write_table(tmp_path / "t.json", {"б": 1, "а": [2]})
    assert (tmp_path / "t.json").read_text(encoding="utf-8") == '{\n"а": [2],\n"б": 1\n}\n'
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == {"а": [2], "б": 1}
