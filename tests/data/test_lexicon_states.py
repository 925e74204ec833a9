"""The lists of states and of legal forms, compiled."""

from pathlib import Path

import pytest

from ie.data.lexicon import compile_words
from ie.data.lexicon_forms import compile_forms
from ie.data.lexicon_states import compile_states, name_forms
from ie.errors import CorpusFaultsError
from ie.values.tables import read_table

LISTS = Path(__file__).parents[2] / "seeds" / "lexicon"


def test_the_tables_are_what_the_lists_compile_to() -> None:
    states = {form: list(row) for form, row in compile_states(LISTS / "states.tsv").items()}
    assert read_table("states") == states
    assert read_table("legal_forms") == compile_forms(LISTS / "legal_forms.tsv")


@pytest.mark.parametrize("name", ["party_words", "given_names", "organizations", "latin_names"])
def test_the_word_tables_are_what_the_lists_compile_to(name: str) -> None:
    assert read_table(name) == compile_words(LISTS / f"{name}.tsv")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Республика Корея", "Республикой Корея"),
        ("Республика Корея", "Республикой Кореи"),
        ("Босния и Герцеговина", "Боснией и Герцеговиной"),
        ("Багамские Острова", "Багамских Островах"),
        ("открытое акционерное общество", "открытым акционерным обществом"),
    ],
)
def test_names_are_declined_with_their_attributes(name: str, form: str) -> None:
    assert form in name_forms(name)


def test_a_form_with_two_symbols_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "states.tsv"
    path.write_text("AA\tКуба\nBB\tКуба\n", encoding="utf-8")
    with pytest.raises(CorpusFaultsError, match="'Куба' is both AA and BB"):
        compile_states(path)
