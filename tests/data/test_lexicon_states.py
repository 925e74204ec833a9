"""The lists of states and of legal forms, compiled."""

from pathlib import Path

import pytest

from ie.data.lexicon.states import compile_states, name_forms
from ie.errors import CorpusFaultsError

LISTS = Path(__file__).parents[2] / "seeds" / "lexicon"


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
