"""Annotation from brat, doccano and Label Studio."""

import json

import pytest

from ie.data import doccano, label_studio
from ie.data.brat import Annotated, RawSpan
from ie.data.formats import FORMATS, convert, write
from ie.data.intake import convert_brat, parse_mapping, to_conversion
from ie.document import Document, Span, make_entity
from ie.errors import CorpusError, UsageError

TEXT = "Фонд «Луч» дал Чаду 5 млн евро."


def found(document) -> list[tuple[str, str]]:
    assert all(document.text[e.start : e.end] == e.text for e in document.entities)
    return [(e.label, e.text) for e in document.entities]


def raw(part: str, label="ORG", text=TEXT) -> RawSpan:
    start = text.index(part)
    return RawSpan(label, start, start + len(part), part)


def actions(conversion) -> list[tuple[str, str]]:
    return [(note.action, note.reason) for note in conversion.report.notes]


class TestIntake:
    def convert(self, *spans, mapping=None, text=TEXT):
        return to_conversion([Annotated(text, spans, "a")], mapping)

    def test_labels_stay_and_are_what_the_corpus_covers(self):
        conversion = self.convert(raw("Чаду", "LOC"), raw("5 млн евро", "AMOUNT"), raw("«Луч»", "ORG"))
        (document,) = conversion.documents
        assert found(document) == [("ORG", "«Луч»"), ("LOC", "Чаду"), ("AMOUNT", "5 млн евро")]
        assert document.labels == ("AMOUNT", "LOC", "ORG")
        assert actions(conversion) == []

    def test_labels_are_mapped_and_others_dropped(self):
        conversion = self.convert(raw("«Луч»"), raw("Чаду", "LOC"), mapping={"ORG": "PARTY", "SUM": "AMOUNT"})
        (document,) = conversion.documents
        assert found(document) == [("PARTY", "«Луч»")]
        assert document.labels == ("AMOUNT", "PARTY")
        assert actions(conversion) == [("dropped", "label is not mapped")]

    @pytest.mark.parametrize(
        ("spans", "expected", "reasons"),
        [
            (["«Луч»", "«Луч»"], ["«Луч»"], ["the same mention twice"]),
            (["Фонд «Луч»", "«Луч»"], ["Фонд «Луч»"], ["overlaps a longer ORG"]),
            ([" «Луч» "], ["«Луч»"], ["white space or punctuation at the edge"]),
            (["."], [], ["nothing but white space and punctuation"]),
        ],
    )
    def test_what_is_changed_or_lost_is_reported(self, spans, expected, reasons):
        conversion = self.convert(*map(raw, spans))
        assert [text for _, text in found(conversion.documents[0])] == expected
        assert [reason for _, reason in actions(conversion)] == reasons

    @pytest.mark.parametrize("place", [(0, 4), (90, 94), (3, 3), (-4, -1)])
    def test_offsets_that_do_not_fit_are_dropped(self, place):
        conversion = self.convert(RawSpan("ORG", *place, "Чаду"))
        assert found(conversion.documents[0]) == []
        assert actions(conversion) == [("dropped", "the offsets do not select the text")]

    def test_offsets_in_bytes_are_converted(self):
        start = len(TEXT[: TEXT.index("Чаду")].encode())
        conversion = self.convert(RawSpan("ORG", start, start + 8, "Чаду"))
        assert found(conversion.documents[0]) == [("ORG", "Чаду")]
        assert actions(conversion) == [("repaired", "the offsets counted UTF-8 bytes")]

    def test_a_discontinuous_mention_is_taken_as_a_whole(self):
        span = RawSpan("ORG", 0, 10, "Фонд Луч", fragments=((0, 4), (6, 9)))
        conversion = self.convert(span)
        assert found(conversion.documents[0]) == [("ORG", "Фонд «Луч»")]
        assert actions(conversion) == [("changed", "discontinuous, taken as a whole")]

    def test_a_line_break_in_a_mention(self):
        conversion = self.convert(RawSpan("ORG", 0, 9, "Новый Луч"), text="Новый\nЛуч")
        assert found(conversion.documents[0]) == [("ORG", "Новый\nЛуч")]

    def test_a_blank_that_the_stated_text_has_lost_at_its_end(self):
        conversion = self.convert(RawSpan("ORG", 0, 4, "Луч"), text="Луч растёт")
        assert found(conversion.documents[0]) == [("ORG", "Луч")]
        assert actions(conversion) == [("changed", "white space or punctuation at the edge")]

    @pytest.mark.parametrize(
        ("argument", "expected"), [("", {}), ("A=B", {"A": "B"}), (" A = B ,C=B", {"A": "B", "C": "B"})]
    )
    def test_mapping(self, argument, expected):
        assert parse_mapping(argument) == expected

    @pytest.mark.parametrize("argument", ["A", "A=", "=B", "A=B,C"])
    def test_wrong_mapping(self, argument):
        with pytest.raises(UsageError, match="THEIRS=OURS"):
            parse_mapping(argument)


class TestBrat:
    def test_a_folder_and_what_is_broken_in_it(self, tmp_path):
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.ann").write_text("T1\tORG 5 10\t«Луч»\nR1\tX Arg1:T1 Arg2:T1\nчто это\n")
        (tmp_path / "b.ann").write_text("T1\tORG 5 10\t«Луч»\n")
        conversion = convert_brat(tmp_path, {"ORG": "PARTY"})
        (document,) = conversion.documents
        assert (document.id, found(document)) == ("a", [("PARTY", "«Луч»")])
        reasons = [reason for _, reason in actions(conversion)]
        assert len(reasons) == 2
        assert "a.ann:3" in reasons[0]
        assert "b.txt" in reasons[1]

    def test_a_folder_without_annotation(self, tmp_path):
        with pytest.raises(CorpusError, match="no brat annotation"):
            convert_brat(tmp_path)


class TestDoccano:
    @pytest.fixture
    def read(self, tmp_path):
        def run(*lines):
            path = tmp_path / "export.jsonl"
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            conversion = doccano.convert(path)
            return [(d.id, found(d)) for d in conversion.documents], actions(conversion)

        return run

    @pytest.mark.parametrize("key", ["label", "labels"])
    def test_triples(self, read, key):
        documents, notes = read({"id": 7, "text": TEXT, key: [[5, 10, "ORG"], [15, 19, "LOC"]]})
        assert documents == [("export/7", [("ORG", "«Луч»"), ("LOC", "Чаду")])]
        assert notes == []

    def test_entities(self, read):
        documents, _ = read(
            {"text": TEXT, "entities": [{"id": 1, "start_offset": 5, "end_offset": 10, "label": "ORG"}]}
        )
        assert documents == [("export/1", [("ORG", "«Луч»")])]

    def test_no_labels(self, read):
        assert read({"text": "Чад", "label": []}) == ([("export/1", [])], [])

    def test_utf16_units_are_detected_over_the_file(self, read):
        documents, notes = read(
            {"text": "🚀 " + TEXT, "label": [[8, 13, "ORG"], [18, 22, "LOC"]]},
            # alone this one reads as well in characters
            {"text": "🙂 аб вг", "label": [[3, 5, "X"]]},
        )
        assert documents[0][1] == [("ORG", "«Луч»"), ("LOC", "Чаду")]
        assert documents[1][1] == [("X", "аб")]
        assert notes == [
            ("problem", "export.jsonl: the offsets count UTF-16 units, converted to characters.")
        ]

    def test_characters_stay_characters(self, read):
        documents, notes = read({"text": "🚀 " + TEXT, "label": [[7, 12, "ORG"]]})
        assert (documents[0][1], notes) == ([("ORG", "«Луч»")], [])

    @pytest.mark.parametrize(
        "line", [5, {}, {"text": 1}, {"text": "а", "label": 3}, {"text": "а", "label": [[0, 1]]}]
    )
    def test_a_bad_line_is_reported_and_the_others_read(self, read, line):
        documents, notes = read(line, {"text": "Чад", "label": [[0, 3, "LOC"]]})
        assert documents == [("export/2", [("LOC", "Чад")])]
        ((action, reason),) = notes
        assert action == "problem"
        assert reason.startswith("export.jsonl:1: ")

    def test_spans_outside_the_text_are_reported(self, read):
        documents, notes = read({"text": "Чад", "label": [[0, 9, "LOC"]]})
        assert documents == [("export/1", [])]
        assert notes == [("problem", "export.jsonl:1: LOC [0, 9) is not within the text, dropped.")]


def region(start, end, label, **value) -> dict:
    return {"type": "labels", "value": {"start": start, "end": end, "labels": [label]} | value}


class TestLabelStudio:
    @pytest.fixture
    def read(self, tmp_path):
        def run(tasks):
            path = tmp_path / "export.json"
            path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks))
            conversion = label_studio.convert(path)
            return [(d.id, found(d)) for d in conversion.documents], actions(conversion)

        return run

    def test_the_first_annotation_that_was_not_cancelled(self, read):
        task = {
            "id": 3,
            "data": {"text": TEXT},
            "annotations": [
                {"was_cancelled": True, "result": [region(0, 4, "BAD")]},
                {"result": [region(5, 10, "ORG", text="«Луч»"), {"type": "choices", "value": {}}]},
                {"result": []},
            ],
            "predictions": [{"result": [region(0, 4, "BAD")]}],
        }
        documents, notes = read([task])
        assert documents == [("export/3", [("ORG", "«Луч»")])]
        assert notes == [("problem", "export.json: task 1: 2 annotations, the first is taken.")]

    def test_utf16_units_are_moved_to_where_the_text_is(self, read):
        task = {"data": {"body": "🚀 Чад"}, "annotations": [{"result": [region(3, 6, "LOC", text="Чад")]}]}
        assert read([task]) == (
            [("export/1", [("LOC", "Чад")])],
            [("repaired", "the offsets counted UTF-16 units")],
        )

    def test_json_min(self, read):
        documents, notes = read(
            [{"id": 1, "text": TEXT, "label": [{"start": 5, "end": 10, "labels": ["ORG"]}]}]
        )
        assert (documents, notes) == ([("export/1", [("ORG", "«Луч»")])], [])

    def test_what_is_lost_is_reported(self, read):
        result = [
            {"type": "labels", "value": {"start": 0, "end": 3, "labels": ["A", "B"]}},
            {"type": "labels", "value": {"start": "0", "labels": ["A"]}},
        ]
        documents, notes = read(
            [{"data": {"text": "Чад"}, "annotations": [{"result": result}]}, {"data": {}}, 5]
        )
        assert documents == [("export/1", [("A", "Чад")])]
        assert [reason for _, reason in notes] == [
            "export.json: task 2 has no text, dropped.",
            "export.json: task 3 has no text, dropped.",
            "export.json: task 1: A [0, 3) has 1 more labels, left out.",
            "export.json: task 1: not a span, dropped: {'start': '0', 'labels': ['A']}.",
        ]

    def test_a_task_in_which_somebody_found_nothing(self, read):
        task = {"data": {"text": "Чад"}, "annotations": [{"result": None}]}
        assert read([task]) == ([("export/1", [])], [])

    @pytest.mark.parametrize("annotations", [None, [], [5], [{"was_cancelled": True, "result": []}]])
    def test_tasks_that_nobody_has_annotated_are_left_out(self, read, annotations):
        unread = {"data": {"text": "Чад"}, "predictions": [{"result": []}], "annotations": annotations}
        documents, notes = read([unread, {"data": {"text": "Чад"}, "annotations": [{"result": []}]}])
        assert documents == [("export/2", [])]
        assert [reason for _, reason in notes] == [
            "export.json: task 1 has no annotation that counts, dropped."
        ]

    def test_regions_of_other_interfaces_are_reported(self, read):
        result = [{"type": "hypertextlabels", "value": {"hypertextlabels": ["A"], "start": "/p[1]"}}]
        tasks = [{"data": {"text": "Чад"}, "annotations": [{"result": r}]} for r in ([], result)]
        documents, ((_, reason),) = read(tasks)
        assert documents == [("export/1", [])]
        assert reason.startswith("export.json: task 2 has regions of type hypertextlabels, which have no ")

    def test_of_json_min_the_list_with_regions_is_read(self, read):
        task = {"text": "Чад", "tags": ["новости"], "label": [{"start": 0, "end": 3, "labels": ["A"]}]}
        assert read([task])[0] == [("export/1", [("A", "Чад")])]

    @pytest.mark.parametrize(
        ("content", "reason"), [("{", "not JSON"), ('{"a": 1}', "must be a list"), ("[" * 99999, "not JSON")]
    )
    def test_not_an_export(self, read, content, reason):
        with pytest.raises(CorpusError, match=reason):
            read(content)

    def test_missing(self, tmp_path):
        with pytest.raises(CorpusError, match="cannot be read"):
            label_studio.convert(tmp_path / "no.json")


class TestFormats:
    def test_unknown(self, tmp_path):
        with pytest.raises(UsageError, match="'word' is no format; the known ones are nerel"):
            convert("word", tmp_path)

    @pytest.mark.parametrize("name", ["nerel", "jsonl"])
    def test_a_mapping_is_for_formats_with_any_labels(self, tmp_path, name):
        with pytest.raises(UsageError, match="cannot be mapped"):
            convert(name, tmp_path, {"A": "B"})

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_missing_source(self, tmp_path, name):
        with pytest.raises(CorpusError, match="There is no such file or folder"):
            convert(name, tmp_path / "no")

    def test_a_source_without_documents(self, tmp_path):
        source = tmp_path / "a.conll"
        source.write_text("\n")
        with pytest.raises(CorpusError, match="No document could be read as conll"):
            convert("conll", source)

    def test_our_own_format_out_and_back(self, tmp_path):
        document = Document("Чад", (make_entity("Чад", Span(0, 3, "PARTY")),), id="a", labels=("PARTY",))
        assert write(tmp_path / "a.jsonl", [document]) == []
        assert convert("jsonl", tmp_path).documents == [document]
        assert write(tmp_path / "a.conll", [document]) == []
        assert convert("conll", tmp_path / "a.conll").documents == [document]
