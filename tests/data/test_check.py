import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.data.check import check_documents, check_files, summarize
from ie.data.duplicates import fingerprint, group, similar_pairs
from ie.data.units import UTF8, UTF16, boundaries, counts_alike, find_unit
from ie.document import Document, Span, make_entity

TEXT = "Банк «Восход» получил 3 млн руб. от Непала в 2012 г., пишет РБК."
PARTY = {"label": "PARTY", "start": 5, "end": 13, "text": "«Восход»"}
AMOUNT = {"label": "AMOUNT", "start": 22, "end": 32, "text": "3 млн руб."}


def record(*entities, **changes) -> dict:
    return {"id": "a", "text": TEXT, "date": None, "entities": list(entities)} | changes


def mark(text: str, part: str, label: str = "PARTY") -> dict:
    start = text.index(part)
    return {"label": label, "start": start, "end": start + len(part), "text": part}


def put(path: Path, *lines) -> Path:
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(content + "\n", encoding="utf-8")
    return path


@pytest.fixture
def check(tmp_path):
    """Check one file of the given lines and return (line, rule, reason) of each problem."""

    def run(*lines, **options):
        problems = check_files([put(tmp_path / "c.jsonl", *lines)], **options)
        return [(p.line, p.rule, p.reason) for p in problems]

    return run


def rules(found) -> list[str]:
    return [rule for _, rule, _ in found]


class TestRecords:
    def test_a_good_record_has_no_problem(self, check):
        entities = [PARTY, AMOUNT, mark(TEXT, "Непала"), mark(TEXT, "2012 г.", "DATE"), mark(TEXT, "РБК")]
        assert check(record(*entities, source="s", labels=["PARTY", "AMOUNT", "DATE"])) == []

    def test_the_first_problem_does_not_hide_the_others(self, check):
        found = check(
            "{", record(PARTY), "[]", record({**AMOUNT, "end": 99}, id="b", text=TEXT + "!?"), "nope"
        )
        assert [(line, rule) for line, rule, _ in found] == [
            (1, "json"),
            (3, "field"),
            (4, "range"),
            (4, "duplicate"),
            (5, "json"),
        ]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"text": None}, "Field 'text' is missing."),
            ({"text": 7}, "Field 'text' has the wrong type: 7."),
            ({"date": "2016-13-01"}, "Field 'date' must be YYYY-MM-DD: '2016-13-01'."),
            ({"date": "20161107"}, "Field 'date' must be YYYY-MM-DD: '20161107'."),
            ({"date": "2016-W45-1"}, "Field 'date' must be YYYY-MM-DD: '2016-W45-1'."),
            ({"entities": {}}, "Field 'entities' must be a list: {}."),
            ({"entities": [PARTY, 5]}, "Field 'entities[1]' must be an object: 5."),
            (
                {"entities": [PARTY, {**AMOUNT, "end": "x"}]},
                "Field 'entities[1].end' has the wrong type: 'x'.",
            ),
            ({"id": None}, "Field 'id' is missing or null."),
            ({"url": "x"}, "Field 'url' is not part of the format."),
            ({"entities": [{**PARTY, "lable": 1}]}, "Field 'entities[0].lable' is not part of the format."),
        ],
    )
    def test_wrong_fields(self, check, changes, reason):
        assert check(record() | changes) == [(1, "field", reason)]

    @pytest.mark.parametrize("name", ["date", "entities"])
    def test_missing_fields(self, check, name):
        line = record()
        del line[name]
        assert check(line) == [(1, "field", f"Field '{name}' is missing.")]

    def test_every_wrong_entity_is_named(self, check):
        found = check(record({}, {**PARTY, "start": 1.5}, date=7))
        assert [reason.split("'")[1] for _, _, reason in found] == [
            "date",
            "entities[0].label",
            "entities[1].start",
        ]

    def test_an_empty_text_is_a_warning(self, tmp_path):
        (problem,) = check_files([put(tmp_path / "c.jsonl", record(text=" \n"))])
        assert (problem.rule, problem.warning) == ("text", True)


class TestSpans:
    def test_overlap_names_both_spans(self, check):
        ((_, rule, reason),) = check(record(PARTY, mark(TEXT, "Банк «Восход»")))
        assert rule == "overlap"
        assert reason == "PARTY [0, 13) 'Банк «Восход»' overlaps PARTY [5, 13) '«Восход»'."

    def test_a_long_span_overlaps_each_that_it_holds(self, check):
        found = check(record(mark(TEXT, TEXT[:45], "DATE"), PARTY, AMOUNT))
        assert rules(found).count("overlap") == 2

    def test_out_of_range(self, check):
        assert check(record({**AMOUNT, "end": 100})) == [
            (1, "range", f"AMOUNT [22, 100) is out of range: the text has {len(TEXT)} characters.")
        ]

    def test_mismatch_shows_both_texts(self, check):
        assert check(record({**AMOUNT, "text": "3 млн"})) == [
            (1, "mismatch", "AMOUNT [22, 32) says '3 млн', but the text there is '3 млн руб.'.")
        ]

    @pytest.mark.parametrize("end", [5, 4])
    def test_empty(self, check, end):
        assert rules(check(record({**PARTY, "end": end}))) == ["empty"]

    @pytest.mark.parametrize("score", [-0.1, 1.01])
    def test_a_score_is_a_probability(self, check, score):
        assert rules(check(record({**PARTY, "score": score}))) == ["score"]
        assert check(record({**PARTY, "score": abs(round(score))})) == []

    @pytest.mark.parametrize(
        ("part", "better"),
        [
            (" «Восход»", "«Восход»"),
            ("«Восход", "Восход"),
            ("Восход»", "Восход"),
            ("«Восход» ", "«Восход»"),
            ("РБК.", "РБК"),
            ("2012 г.,", "2012 г."),
            (", пишет", "пишет"),
        ],
    )
    def test_edges(self, check, part, better):
        ((_, rule, reason),) = check(record(mark(TEXT, part)))
        assert rule == "edge"
        assert reason.endswith(f" {better!r}.")

    def test_nothing_but_punctuation(self, check):
        ((_, rule, reason),) = check(record(mark(TEXT, "., ")))
        assert (rule, "nothing but" in reason) == ("edge", True)

    @pytest.mark.parametrize("part", ["Восхо", "епала", "3 мл"])
    def test_a_cut_word_is_a_warning(self, tmp_path, part):
        (problem,) = check_files([put(tmp_path / "c.jsonl", record(mark(TEXT, part)))])
        assert (problem.rule, problem.warning) == ("word", True)


class TestLabels:
    def test_unknown(self, check):
        ((_, rule, reason),) = check(record({**PARTY, "label": "ORG"}))
        assert rule == "label"
        assert reason.endswith("unknown label: the known ones are AMOUNT, SECTOR, PARTY, DATE.")

    def test_the_known_ones_are_an_argument(self, check):
        assert check(record({**PARTY, "label": "ORG"}), labels=["ORG"]) == []

    def test_outside_the_labels_of_the_record(self, check):
        ((_, rule, reason),) = check(record(PARTY, labels=["DATE", "AMOUNT"]))
        assert (rule, reason) == (
            "label",
            "PARTY [5, 13) '«Восход»' is outside the record's 'labels' (DATE, AMOUNT).",
        )

    def test_unknown_in_the_labels_of_the_record(self, check):
        assert check(record(labels=["ORG"])) == [(1, "label", "Field 'labels' has the unknown label 'ORG'.")]


class TestUnits:
    def shifted(self, text, part, encode):
        start = text.index(part)
        offsets = encode(text[:start]), encode(text[: start + len(part)])
        return {"label": "PARTY", "start": offsets[0], "end": offsets[1], "text": part}

    def test_utf16_units_are_recognised(self, check):
        text = "🚀🚀 Ракету купил «Восход», пишет газета"
        entity = self.shifted(text, "«Восход»", lambda t: len(t.encode("utf-16-le")) // 2)
        ((_, rule, reason),) = check(record(entity, text=text))
        assert rule == "units"
        assert reason.endswith("The offsets count UTF-16 units: in characters they are [16, 24).")

    @pytest.mark.parametrize("tail", ["", " и ещё немного слов после него, чтобы хватило места"])
    def test_utf8_bytes_are_recognised_in_range_or_out(self, check, tail):
        text = "Ракету купил «Восход»" + tail
        ((_, rule, reason),) = check(
            record(self.shifted(text, "«Восход»", lambda t: len(t.encode())), text=text)
        )
        assert rule == "units"
        assert reason.endswith("The offsets count UTF-8 bytes: in characters they are [13, 21).")

    @given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
    def test_boundaries_invert_encoding(self, text, data):
        cut = data.draw(st.integers(0, len(text)))
        assert boundaries(text, UTF8)[len(text[:cut].encode())] == cut
        assert boundaries(text, UTF16)[len(text[:cut].encode("utf-16-le")) // 2] == cut

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_counts_alike(self, text):
        for unit in (UTF8, UTF16):
            assert counts_alike(text, unit) == (
                boundaries(text, unit) == {i: i for i in range(len(text) + 1)}
            )

    def test_offsets_that_cut_a_character_are_of_no_unit(self):
        assert find_unit("🙂🙂", 1, 3, "🙂") is None


def words_(prefix: str, count: int) -> str:
    return " ".join(f"{prefix}{i}" for i in range(count))


class TestRepetitions:
    def test_duplicate_id(self, check):
        assert check(record(), record(text="Другое"), "", record(text="Третье")) == [
            (2, "id", "The id is also that of line 1."),
            (4, "id", "The id is also that of line 1."),
        ]

    def test_the_same_id_in_two_files_is_none(self, tmp_path):
        paths = [put(tmp_path / "a.jsonl", record()), put(tmp_path / "b.jsonl", record(text="Другое"))]
        assert check_files(paths) == []

    def test_a_text_in_two_files_is_an_error(self, tmp_path):
        one, two = (
            put(tmp_path / "a.jsonl", record()),
            put(tmp_path / "b.jsonl", record(text="  " + TEXT.upper())),
        )
        (problem,) = check_files([one, two])
        assert (problem.path, problem.rule, problem.warning) == (two, "duplicate", False)
        assert problem.reason == f"The text is the same as {one}:1 (a), another file."

    def test_a_text_twice_in_a_file_is_a_warning(self, tmp_path):
        (problem,) = check_files([put(tmp_path / "a.jsonl", record(), record(id="b"))])
        assert (problem.line, problem.rule, problem.warning) == (2, "duplicate", True)

    def test_a_nearly_equal_text_in_two_files(self, tmp_path):
        long = words_("слово", 40)
        paths = [
            put(tmp_path / "a.jsonl", record(text=long)),
            put(tmp_path / "b.jsonl", record(text=long.replace("слово3 ", "замена "))),
        ]
        (problem,) = check_files(paths)
        assert problem.reason.startswith("The text is 88% the same as")
        assert not problem.warning

    def test_a_file_given_twice_is_checked_once(self, tmp_path):
        path = put(tmp_path / "a.jsonl", record())
        assert check_files([path, path]) == []

    @pytest.mark.parametrize(
        ("one", "two", "similar"),
        [
            ("Ёлки, палки", "елки   ПАЛКИ!", True),
            ("Ёлки", "Палки", False),
            ("", "…", False),
            (words_("а", 20), words_("а", 20) + " " + words_("б", 200), True),
            (words_("а", 30), words_("а", 15) + " " + words_("б", 15), False),
        ],
    )
    def test_similar(self, one, two, similar):
        assert [(p.first, p.second) for p in similar_pairs([one, two])] == [(0, 1)] * similar

    def test_a_phrase_in_all_texts_does_not_make_them_similar(self):
        texts = [f"{words_('общее', 12)} {words_(f'т{i}слово', 40)}" for i in range(60)]
        assert list(similar_pairs(texts)) == []

    def test_members_of_a_large_family_are_all_found(self):
        texts = [f"{words_('общее', 60)} номер{i}" for i in range(60)]
        pairs = [(p.first, p.second) for p in similar_pairs(texts)]
        assert group(60, pairs) == [0] * 60

    def test_group(self):
        assert group(6, [(4, 2), (5, 4), (1, 3)]) == [0, 1, 2, 1, 2, 2]

    def test_fingerprint_is_the_same_in_every_run(self):
        assert fingerprint("Проба") == "3be1f5a578ad99eaef8932cff4247f07"


class TestReport:
    def test_line(self, tmp_path):
        path = put(tmp_path / "c.jsonl", record({**PARTY, "end": 5}, id="a\nb"))
        (problem,) = check_files([path])
        assert str(problem) == f"{path}:1: a\\nb: PARTY [5, 5) is empty."

    def test_warning_line(self, tmp_path):
        path = put(tmp_path / "c.jsonl", record(text=""))
        assert str(check_files([path])[0]) == f"{path}:1: a: warning: The text is empty."

    def test_json(self, tmp_path):
        path = put(tmp_path / "c.jsonl", "{")
        (problem,) = check_files([path])
        assert problem.to_record() == {
            "file": str(path),
            "line": 1,
            "id": None,
            "rule": "json",
            "severity": "error",
            "reason": problem.reason,
        }

    def test_a_file_that_cannot_be_read_does_not_stop_the_others(self, tmp_path):
        missing, bad = tmp_path / "missing.jsonl", put(tmp_path / "bad.jsonl", "{")
        first, second = check_files([missing, bad])
        assert str(first) == f"{missing}: -: The file cannot be read: No such file or directory."
        assert second.path == bad

    def test_summary(self, tmp_path):
        problems = check_files([put(tmp_path / "c.jsonl", "{", record(text=""), "[]", "{")])
        assert summarize(problems) == "3 errors (2 json, 1 field), 1 warnings (1 text)"
        assert summarize([]) == "0 errors, 0 warnings"


def test_documents_in_memory():
    good = make_entity(TEXT, Span(5, 13, "PARTY"))
    documents = [Document(TEXT, (good,), id="a"), Document("Иное", (good,), id="b")]
    (problem,) = check_documents(documents)
    assert (problem.line, problem.id, problem.rule) == (2, "b", "range")


def test_a_prediction_with_reasons_and_groups_is_of_the_format(tmp_path):
    entity = {
        "label": "DATE",
        "start": 0,
        "end": 10,
        "text": "30 февраля",
        "value": None,
        "reason": "None such.",
    }
    party = {"label": "PARTY", "start": 11, "end": 15, "text": "Заря", "group": 0}
    path = tmp_path / "a.jsonl"
    record = {"id": "a", "text": "30 февраля Заря", "date": None, "entities": [entity, party]}
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    assert check_files([path], ("DATE", "PARTY")) == []
