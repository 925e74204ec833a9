import json
from collections import Counter

import pytest

from ie.data.split import parse_parts, part_of, split_corpus
from ie.errors import CorpusError, UsageError

PARTS = {"train": 0.7, "dev": 0.15, "test": 0.15}


def record(i: int, **fields) -> dict:
    text = " ".join(f"слово{i}х{k}" for k in range(12))
    return {"id": f"id{i}", "text": text, "date": None, "entities": []} | fields


@pytest.fixture
def split(tmp_path):
    """Split records and return the part of each by id."""

    def run(records, **options):
        source = tmp_path / "source.jsonl"
        source.write_text("".join(json.dumps(r) + "\n" for r in records))
        out = tmp_path / "out"
        split_corpus(source, out, PARTS, force=True, **options)
        return {
            json.loads(line)["id"]: path.stem
            for path in sorted(out.iterdir())
            for line in path.read_text().splitlines()
        }

    return run


class TestParts:
    def test_names_and_shares(self):
        assert parse_parts("train=0.8, dev=.2") == {"train": 0.8, "dev": 0.2}
        assert parse_parts("all=1") == {"all": 1.0}

    @pytest.mark.parametrize(
        "argument", ["", "train", "a=0.5,a=0.5", "../x=1", "a=-1,b=2", "a=0.5,b=0.4", "a=1e0"]
    )
    def test_wrong(self, argument):
        with pytest.raises(UsageError):
            parse_parts(argument)

    def test_shares_are_kept_on_average(self):
        counts = Counter(part_of(f"key {i}", PARTS) for i in range(10_000))
        assert counts["train"] / 10_000 == pytest.approx(0.7, abs=0.02)
        assert counts["dev"] / 10_000 == pytest.approx(0.15, abs=0.02)

    def test_a_part_of_nothing_gets_nothing(self):
        assert {part_of(str(i), {"a": 0.0, "b": 1.0}) for i in range(100)} == {"b"}

    def test_shares_that_miss_one_by_rounding(self):
        assert {part_of(str(i), {"a": 0.0, "b": 1e-12}) for i in range(20)} == {"b"}


class TestSplit:
    @pytest.mark.parametrize("entities", [{}, {"entities": None}])
    def test_a_record_without_entities_is_an_error_unless_nobody_annotated_it(self, split, entities):
        bare = {"id": "id1", "text": "слово"} | entities
        with pytest.raises(CorpusError, match=r"source\.jsonl:2: Field 'entities' is missing"):
            split([record(0), bare])
        assert set(split([record(0), bare | {"labels": []}])) == {"id0", "id1"}

    def test_every_document_is_in_one_part(self, split):
        assert set(split([record(i) for i in range(60)])) == {f"id{i}" for i in range(60)}

    def test_the_same_seed_gives_the_same_split(self, split):
        records = [record(i) for i in range(60)]
        assert split(records) == split(records)
        assert split(records) != split(records, seed=1)

    def test_new_documents_do_not_move_the_others(self, split):
        before = split([record(i) for i in range(0, 60, 2)])
        after = split([record(i) for i in range(60)])
        assert before.items() <= after.items()

    def test_near_duplicates_stay_together(self, split):
        records = [record(i) for i in range(40)]
        copies = [{**r, "id": r["id"] + "copy", "text": r["text"] + " и ещё"} for r in records]
        parts = split(records + copies)
        assert all(parts[f"id{i}"] == parts[f"id{i}copy"] for i in range(40))
        assert len(set(parts.values())) == 3

    def test_copies_added_later_join_the_originals(self, split):
        records = [record(i) for i in range(40)]
        copies = [{**r, "id": r["id"] + "copy"} for r in records]
        assert split(records).items() <= split(records + copies).items()

    @pytest.mark.parametrize("values", ["abcdefgh", range(8)])
    def test_groups_stay_together(self, split, values):
        parts = split([record(i, rubric=values[i % 8]) for i in range(80)], group_by="rubric")
        for i in range(8):
            assert len({parts[f"id{k}"] for k in range(i, 80, 8)}) == 1
        assert len(set(parts.values())) > 1

    def test_a_record_without_the_field_is_its_own_group(self, split):
        records = [record(i) for i in range(60)]
        assert split([record(99, source="x"), *records], group_by="source").items() >= split(records).items()

    def test_documents_without_id_go_by_their_text(self, tmp_path):
        source = tmp_path / "s.jsonl"
        source.write_text("".join(json.dumps(record(i, id=None)) + "\n" for i in range(60)))
        counts = split_corpus(source, tmp_path / "out", PARTS)
        assert sum(counts.values()) == 60
        assert min(counts.values()) > 0

    def test_lines_are_copied_with_fields_we_do_not_know(self, tmp_path):
        source = tmp_path / "s.jsonl"
        line = '{"text":  "а", "rubric": [1],   "entities": []}'
        source.write_bytes(b"\xef\xbb\xbf" + line.encode() + b"\r\n\n")
        (path,) = split_corpus(source, tmp_path / "out", {"all": 1.0})
        assert path.read_bytes() == line.encode() + b"\n"


class TestRefusals:
    def test_parts_that_are_there_are_not_overwritten(self, tmp_path):
        source = tmp_path / "s.jsonl"
        source.write_text(json.dumps(record(0)) + "\n")
        split_corpus(source, tmp_path, PARTS)
        (tmp_path / "dev.jsonl").write_text("mine")
        with pytest.raises(UsageError, match=r"already there: .*train\.jsonl, .*dev\.jsonl, .*test\.jsonl"):
            split_corpus(source, tmp_path, PARTS)
        assert (tmp_path / "dev.jsonl").read_text() == "mine"

    def test_the_source_is_never_overwritten(self, tmp_path):
        source = tmp_path / "train.jsonl"
        source.write_text(json.dumps(record(0)) + "\n")
        with pytest.raises(UsageError, match="would be overwritten by its own part"):
            split_corpus(source, tmp_path, PARTS, force=True)

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "The line is not JSON"),
            ('{"id": "a"}', "Field 'text' is missing."),
            ('{"text": "а", "entities": [], "source": ["b"]}', "Field 'source' has the wrong type"),
            ('{"text": "а", "entities": [], "rubric": ["b"]}', "Field 'rubric' must be a string or a number"),
        ],
    )
    def test_a_bad_line_is_named_and_nothing_is_written(self, tmp_path, line, reason):
        source = tmp_path / "s.jsonl"
        source.write_text(json.dumps(record(0)) + "\n" + line + "\n")
        with pytest.raises(CorpusError, match=f":2: {reason}"):
            split_corpus(source, tmp_path / "out", PARTS, group_by="rubric")
        assert not (tmp_path / "out").exists()

    def test_a_field_that_no_record_has(self, tmp_path):
        source = tmp_path / "s.jsonl"
        source.write_text(json.dumps(record(0)) + "\n")
        with pytest.raises(UsageError, match="No record has the field 'topic'"):
            split_corpus(source, tmp_path / "out", PARTS, group_by="topic")
