import pytest
from annotated import marked

from ie.train.edits import rewrite


@pytest.mark.parametrize(
    ("expected", "source", "pieces"),
    [
        ("[PARTY ЛаВа] и", "[PARTY Лава] и", ["Л", "а", "В", "а", " ", "и"]),
        # quotes that are dropped leave the name
        ("[PARTY Лава] и", "[PARTY «Лава»] и", ["", "Л", "а", "в", "а", "", " ", "и"]),
        # what is inserted in a span is in it
        ("а [PARTY Ла-\nва]", "а [PARTY Лава]", ["а", " ", "Л", "а-\n", "в", "а"]),
        # a gap at an edge is no part of a span
        ("[PARTY Я] [PARTY Ю]", "[PARTY Я»][PARTY Ю]", ["Я", " ", "Ю"]),
        ("и[PARTY РФ]и", "и [PARTY РФ] и", ["и", "", "Р", "Ф", "", "и"]),
        # nothing is left
        ("а б", "а [PARTY «] б", ["а", "", "", " ", "б"]),
        ("а  б", "а [PARTY «] б", ["а", " ", " ", "", "б"]),
        ("", "", []),
    ],
)
def test_spans_follow_their_characters(expected, source, pieces):
    assert rewrite(marked(source), pieces) == marked(expected)


def test_there_must_be_a_piece_for_each_character():
    with pytest.raises(ValueError, match="4 characters cannot be rewritten by 1 pieces"):
        rewrite(marked("Лава"), ["Лава"])
