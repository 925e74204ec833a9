import gzip
import json
import random

import pytest

from ie.errors import CorpusError
from ie.train.pretraining import ReadingConfig, TextsConfig
from ie.train.texts import read_texts

VOCABULARY = [f"слово{i}" for i in range(300)]


def text_of(i):
    return " ".join(random.Random(i).choices(VOCABULARY, k=40))


TEXTS = [text_of(i) for i in range(200)]


def write(path, texts):
    lines = "".join(json.dumps({"text": text, "label": 5}, ensure_ascii=False) + "\n" for text in texts)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as file:
        file.write(lines)
    return path


def reading(*paths, held_out=0.0, exclude=()):
    entries = tuple(TextsConfig(path=str(path)) for path in paths)
    return read_texts(ReadingConfig(entries, exclude=tuple(map(str, exclude)), held_out=held_out))


def test_files_and_folders_are_read(tmp_path):
    (tmp_path / "news").mkdir()
    write(tmp_path / "news" / "a.jsonl", TEXTS[:3])
    write(tmp_path / "news" / "b.jsonl.gz", TEXTS[3:5])
    one = write(tmp_path / "c.jsonl", TEXTS[5:7])
    found = reading(tmp_path / "news", one)
    assert [list(source.texts) for source in found.sources] == [TEXTS[:5], TEXTS[5:7]]
    assert [len(source.files) for source in found.sources] == [2, 1]
    assert found.held_out == ()


def test_a_text_is_read_once(tmp_path):
    first = write(tmp_path / "a.jsonl", [TEXTS[0], TEXTS[1], TEXTS[0].upper() + "!"])
    second = write(tmp_path / "b.jsonl", [TEXTS[1], TEXTS[2], " "])
    found = reading(first, second)
    assert [list(source.texts) for source in found.sources] == [TEXTS[:2], [TEXTS[2]]]
    assert [source.duplicates for source in found.sources] == [1, 1]


def test_excluded_texts_and_what_resembles_them_are_left_out(tmp_path):
    near = f"Обновлено: {TEXTS[1]} Подробности позже."
    part = " ".join(TEXTS[2].split()[:20])
    path = write(tmp_path / "a.jsonl", [*TEXTS[:10], near, part])
    found = reading(path, exclude=[write(tmp_path / "dev.jsonl", TEXTS[:3])])
    assert list(found.sources[0].texts) == TEXTS[3:10]
    assert found.sources[0].excluded == 5


def test_held_out_texts_are_chosen_by_their_hash(tmp_path):
    whole = reading(write(tmp_path / "a.jsonl", TEXTS), held_out=0.2)
    assert 20 < len(whole.held_out) < 60
    assert not set(whole.held_out) & set(whole.sources[0].texts)
    assert whole.sources[0].held_out == len(whole.held_out)
    fewer = reading(write(tmp_path / "b.jsonl", TEXTS[100:]), held_out=0.2)
    assert set(fewer.held_out) == set(whole.held_out) & set(TEXTS[100:])


def test_near_duplicates_of_held_out_texts_are_not_trained_on(tmp_path):
    held = reading(write(tmp_path / "a.jsonl", TEXTS), held_out=0.2).held_out
    copies = [f"Источник: {text}" for text in held]
    found = reading(write(tmp_path / "b.jsonl", [*copies, *TEXTS]), held_out=0.2)
    source = found.sources[0]
    assert not set(source.texts) & {*copies, *held}
    assert source.near_held_out + source.held_out + len(source.texts) == len(TEXTS) + len(copies)
    assert set(held) <= set(found.held_out)


def test_an_excluded_text_is_not_held_out(tmp_path):
    held = reading(write(tmp_path / "a.jsonl", TEXTS), held_out=0.2).held_out
    dev = write(tmp_path / "dev.jsonl", held[:1])
    assert reading(tmp_path / "a.jsonl", held_out=0.2, exclude=[dev]).held_out == held[1:]


def test_a_source_without_text_is_an_error(tmp_path):
    path = write(tmp_path / "a.jsonl", ["", " "])
    with pytest.raises(CorpusError, match=r"a\.jsonl: there is no text"):
        reading(path)
    with pytest.raises(CorpusError, match=r"none\.jsonl: The file cannot be read"):
        reading(write(tmp_path / "b.jsonl", TEXTS[:3]), exclude=[tmp_path / "none.jsonl"])


def test_a_line_that_is_no_json_is_an_error(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "а"}\n{"text"\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"a\.jsonl:2:"):
        reading(path)
