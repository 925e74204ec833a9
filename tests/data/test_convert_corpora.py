import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ie.boundaries import trim
from ie.data.brat import Annotated, RawSpan
from ie.data.convert import nerel, rured2
from ie.data.convert.flatten import assemble, resolve
from ie.data.convert.repair import repaired
from ie.data.convert.report import Conversion, Report
from ie.document import Document, Span
from ie.errors import CorpusError

TEXT = "Банк «Восток» 7 ноября 2016 года дал Казахстану 5 млн долларов. Банк «Восток» растёт."


def annotated(*mentions, text=TEXT):
    spans = [
        RawSpan(label, at, at + len(said), said, f"T{i}") for i, (label, at, said) in enumerate(mentions)
    ]
    return Annotated(text, tuple(spans), "a")


def put(folder, name, text, *mentions):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    lines = [
        f"T{i}\t{label} {at} {at + len(said)}\t{said}\n" for i, (label, at, said) in enumerate(mentions, 1)
    ]
    (folder / f"{name}.ann").write_text("".join(lines), encoding="utf-8")


def sure(said, label):
    return (label, TEXT.index(said), said)


def found(document, label):
    return [entity.text for entity in document.entities if entity.label == label]


def test_a_mention_moves_to_the_nearest_place_of_its_text():
    report = Report("a.ann")
    spans = repaired(annotated(("ORGANIZATION", 60, "«Восток»")), report)
    assert [(span.start, span.text) for span in spans] == [(TEXT.rindex("«Восток»"), "«Восток»")]
    assert [note.action for note in report.notes] == ["repaired"]


def test_a_mention_of_what_stands_nowhere_is_dropped():
    report = Report("a.ann")
    assert repaired(annotated(("ORGANIZATION", 5, "Запад")), report) == []
    assert [note.reason for note in report.notes] == ["the stated text stands nowhere"]


@pytest.mark.parametrize(
    ("stated", "kept", "reason"),
    [
        ("мир ", "мир", "white space cut from an edge"),
        ("мир \n\nТом", "мир", "cut at a line break"),
        (" ", None, "marks white space only"),
    ],
)
def test_edges_and_line_breaks(stated, kept, reason):
    text = "мир \n\nТом  "
    at = text.index(stated) if stated.strip() else 3
    report = Report("a.ann")
    spans = repaired(annotated(("PERSON", at, stated), text=text), report)
    assert [span.text for span in spans] == ([kept] if kept else [])
    assert [note.reason for note in report.notes] == [reason]


def test_a_repeated_annotation_is_dropped_once():
    report = Report("a.ann")
    twice = [sure("Казахстану", "COUNTRY")] * 2
    assert len(repaired(annotated(*twice), report)) == 1
    assert [note.reason for note in report.notes] == ["annotated twice"]


def test_the_longer_of_two_labels_stays_then_the_party():
    report = Report()
    kept = resolve(
        TEXT,
        [Span(0, 4, "SECTOR"), Span(0, 13, "PARTY"), Span(20, 24, "DATE"), Span(20, 24, "PARTY")],
        report,
    )
    assert kept == [Span(0, 13, "PARTY"), Span(20, 24, "PARTY")]
    assert sorted(note.label for note in report.notes) == ["DATE", "SECTOR"]


@given(
    st.lists(
        st.builds(
            lambda a, n, label: Span(a, a + n, label),
            st.integers(0, 40),
            st.integers(1, 9),
            st.sampled_from("AB"),
        )
    )
)
def test_resolved_spans_never_overlap_and_none_vanishes_silently(spans):
    report = Report()
    kept = resolve("x" * 60, spans, report)
    assert all(not a.overlaps(b) for a, b in pairwise(kept))
    assert len(kept) + len(report.notes) == len(set(spans))


def test_labels_that_a_corpus_does_not_cover_are_left_out():
    document = assemble(
        TEXT,
        [],
        [lambda *_: [Span(0, 4, "SECTOR"), Span(5, 13, "PARTY")]],
        Report(),
        id="a",
        labels=("PARTY",),
    )
    assert (document.labels, found(document, "SECTOR"), found(document, "PARTY")) == (
        ("PARTY",),
        [],
        ["«Восток»"],
    )


@pytest.mark.parametrize(
    ("marked", "kept"),
    [
        (" «Газ», ", "«Газ»"),
        ("(США)", "(США)"),
        ("США)", "США"),
        ("«Газ", "Газ"),
        ("90 млрд руб.", "90 млрд руб."),
        ("2012 г.", "2012 г."),
        ("Иванов И. И.", "Иванов И. И."),
        ("вчера.", "вчера"),
        ("$5 млрд.", "$5 млрд"),
        ("Yahoo!", "Yahoo!"),
        ('ТОО "Роуп"', 'ТОО "Роуп"'),
        ('Роуп"', "Роуп"),
        ("й", "й"),
        ("...", ""),
    ],
)
def test_edges_hold_no_loose_punctuation(marked, kept):
    start, end = trim(marked, 0, len(marked))
    assert marked[start:end] == kept


def test_nerel_reads_the_folders_and_knows_no_sectors(tmp_path):
    mentions = [
        sure("7 ноября 2016 года", "DATE"),
        sure("5 млн долларов", "MONEY"),
        sure("Казахстану", "COUNTRY"),
    ]
    put(tmp_path / "train", "1", TEXT, *mentions)
    put(tmp_path / "dev", "2", "Тихо.")
    conversion = nerel.convert(tmp_path)
    assert [document.id for document in conversion.documents] == ["nerel/2", "nerel/1"]
    document = conversion.documents[1]
    assert document.labels == ("AMOUNT", "PARTY", "DATE")
    assert found(document, "DATE") == ["7 ноября 2016 года"]
    assert found(document, "AMOUNT") == ["5 млн долларов"]
    assert found(document, "PARTY") == ["Казахстану"]


def test_rured2_names_its_folder_and_day(tmp_path):
    put(
        tmp_path / "rured2",
        "17",
        f"{TEXT}\n\nhttps://lenta.ru/news/2016/11/08/bank/",
        sure("Казахстану", "COUNTRY"),
    )
    document = rured2.convert(tmp_path / "rured2").documents[0]
    assert (document.id, document.date, document.labels) == ("rured2/17", datetime.date(2016, 11, 8), None)
    assert found(document, "DATE") == ["7 ноября 2016 года"]


@pytest.mark.parametrize(
    ("name", "text", "day"),
    [
        ("06-04-2023_642df", "Тихо.", datetime.date(2023, 4, 6)),
        ("a", "Тихо.\n\nThu, 06 Apr 2023 01:52:33 +0300\n", datetime.date(2023, 4, 6)),
        ("a", "Тихо.\nThu, 66 Apr 2023 01:52:33 +0300", None),
        ("a", "Тихо. https://site.ru/2016/13/08/x", None),
        ("a", "Тихо.", None),
    ],
)
def test_the_day_of_publication(name, text, day):
    assert rured2.published(name, text) == day


@pytest.mark.parametrize("convert", [nerel.convert, rured2.convert])
def test_a_folder_without_brat_files(tmp_path, convert):
    with pytest.raises(CorpusError, match="no brat annotation"):
        convert(tmp_path)


def test_the_report_counts_and_lists():
    report = Report("a.ann")
    report.drop(RawSpan("DATE", 3, 8, "пять лет"), "duration or age")
    report.drop(RawSpan("DATE", 13, 18, "три года"), "duration or age")
    report.add("в мае", Span(2, 5, "DATE"), "bare in the corpus: month")
    report.problem("a.ann:3: not a brat annotation: 'x'")
    conversion = Conversion.join([(Document("x"), report), (None, Report("b.ann"))])
    assert len(conversion.documents) == 1
    assert conversion.report.to_text().splitlines() == [
        "      1  added     DATE             bare in the corpus: month",
        "      2  dropped   DATE             duration or age",
        "      1  problem                    a.ann:3: not a brat annotation: 'x'",
    ]
    details = conversion.report.to_text(details=True)
    assert "a.ann:3-8: DATE dropped: duration or age: 'пять лет'" in details
    assert "a.ann:2-5: DATE added: bare in the corpus: month: 'мае'" in details
    assert "a.ann: problem: a.ann:3: not a brat annotation" in details
