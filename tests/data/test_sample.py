import json
import random
from itertools import zip_longest

import pytest

from ie.data.corpus import read_corpus
from ie.data.sample import Wish, richness, sample
from ie.document import Document
from ie.errors import CorpusError

SYLLABLES = ("ка", "мо", "ре", "ли", "ту", "ва", "со", "ни")
MONEY = ("5 млн рублей", "$3 млн", "логистику", "энергетику", "машиностроение", "туризм")


def text_of(i, extra=()):
    """Return words that no other text has, with `extra` among them."""
    rng = random.Random(i)
    words = ["".join(rng.choices(SYLLABLES, k=4)) for _ in range(20)]
    return " ".join(word for pair in zip_longest(words, extra) for word in pair if word)


def documents(name, count, extra=()):
    start = sum(map(ord, name))
    return [Document(text_of(start * 1000 + i, extra), id=f"{name}/{i}") for i in range(count)]


WISH = Wish(10, shortest=20, pool=3)


def test_rich_texts_come_first():
    texts = [*documents("plain", 60), *documents("rich", 6, MONEY)]
    chosen = sample(texts, [], Wish(10, shortest=20, pool=8, rich=0.6))
    assert len({document.text for document in chosen}) == len(chosen) == 10
    assert sum(document.id.startswith("rich") for document in chosen) == 6
    assert all(document.labels == () and not document.entities for document in chosen)


def test_the_choice_hangs_on_the_seed_alone():
    texts = documents("plain", 60)
    assert sample(texts, [], WISH) == sample(texts, [], WISH)
    assert sample(texts, [], WISH) != sample(texts, [], Wish(10, shortest=20, pool=3, seed=1))


def test_texts_that_are_known_or_of_another_length_are_left_out():
    texts = documents("plain", 40)
    known = [Document(document.text.upper()) for document in texts[:20]]
    chosen = sample([*texts, Document("Коротко."), Document("x" * 200)], known, WISH)
    assert {document.id for document in chosen} <= {document.id for document in texts[20:]}
    with pytest.raises(CorpusError, match="only 20 are new and of the right length, not 30"):
        sample(texts, known, Wish(30, shortest=20))


def test_new_texts_are_found_among_many_that_are_known():
    texts = documents("plain", 400)
    chosen = sample(texts, [Document(document.text) for document in texts[40:]], WISH)
    assert len(chosen) == 10
    assert {document.id for document in chosen} <= {document.id for document in texts[:40]}


def test_richness():
    plain, rich = documents("plain", 1)[0].text, documents("rich", 1, MONEY)[0].text
    assert richness(plain) == 0 < richness(rich)
    assert richness("Логистика, логистика, логистике, логистикой.") < richness(
        "Логистика, энергетика, туризм, связь."
    )


def test_the_command(ie, tmp_path):
    lines = [
        json.dumps({"id": d.id, "text": d.text * 4, "date": "19.02.21"}) for d in documents("rich", 12, MONEY)
    ]
    (tmp_path / "raw.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "known.jsonl").write_text(lines[0], encoding="utf-8")
    arguments = ["--count", "5", "--without", str(tmp_path / "known.jsonl")]
    ie("data", "sample", str(tmp_path / "raw.jsonl"), str(tmp_path / "out.jsonl"), *arguments)
    found = read_corpus(tmp_path / "out.jsonl")
    assert len(found) == 5
    assert all(document.labels == () for document in found)
    assert "rich/0" not in {document.id for document in found}
