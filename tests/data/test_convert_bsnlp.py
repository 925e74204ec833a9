"""BSNLP's lists of surface forms become spans at all their places."""

import datetime
from pathlib import Path

import pytest

from ie.data.convert import bsnlp
from ie.data.convert.media import is_medium
from ie.errors import CorpusError

HEADER = "ru-1\nru\n2020-05-06\nhttps://example.org/news\n"


def write(
    folder: Path, text: str, forms: list[str], name: str = "topic_ru_1", annotation: str = "topic_ru_1.out"
) -> Path:
    raw, annotated = folder / "topic" / "raw" / "ru", folder / "topic" / "annotated" / "ru"
    raw.mkdir(parents=True, exist_ok=True)
    annotated.mkdir(parents=True, exist_ok=True)
    (raw / f"{name}.txt").write_bytes(text.encode())
    (annotated / annotation).write_text("\n".join(["ru-1", *forms]) + "\n", "utf-8")
    return folder


def line(form: str, kind: str) -> str:
    return f"{form}\t{form}\t{kind}\tID"


def found(folder: Path, text: str, forms: list[str]) -> list[str]:
    (document,) = bsnlp.convert(write(folder, HEADER + text, forms)).documents
    return [entity.text for entity in document.entities]


def test_every_occurrence_of_a_form_is_a_mention_and_the_header_is_no_text(tmp_path: Path) -> None:
    text = "Петров и Иван Петров.\r\nПетрова с Петровым не было, Петров ушел в ООО «Рога»"
    forms = [line("Петров", "PER"), line("Иван Петров", "PER"), line("Рога", "ORG")]
    (document,) = bsnlp.convert(write(tmp_path, HEADER + text, forms)).documents
    assert document.text == text
    assert [entity.text for entity in document.entities] == ["Петров", "Иван Петров", "Петров", "ООО «Рога»"]
    assert (document.id, document.date) == ("bsnlp/topic/1", datetime.date(2020, 5, 6))
    assert document.labels == ("PARTY",)


def test_of_places_only_countries_are_parties(tmp_path: Path) -> None:
    forms = [line("Японии", "LOC"), line("Киото", "LOC"), line("Европы", "LOC")]
    forms += [line("Северной Ирландией", "LOC"), line("Ирландией", "LOC")]
    text = "Киото в Японии, не в центре Европы, между Северной Ирландией и Ирландией"
    assert found(tmp_path, text, forms) == ["Японии", "Ирландией"]


def test_products_and_events_bar_their_places_but_media_are_organizations(tmp_path: Path) -> None:
    forms = [
        line("Форум Петрова", "EVT"),
        line("Петрова", "PER"),
        line("The Times", "PRO"),
        line("Ветер-3", "PRO"),
    ]
    assert found(tmp_path, "На Форум Петрова без Петрова прибыл Ветер-3, пишет The Times", forms) == [
        "Петрова",
        "The Times",
    ]


def test_a_person_inside_a_government_is_the_party(tmp_path: Path) -> None:
    forms = [line("правительства Петрова", "ORG"), line("Петрова", "PER")]
    assert found(tmp_path, "план правительства Петрова", forms) == ["Петрова"]


def test_forms_in_lower_case_match_any_case_and_glued_sentences_are_cut(tmp_path: Path) -> None:
    forms = [line("петров", "PER"), line("Сидоров.На", "PER"), line("Н.", "PER")]
    assert found(tmp_path, "Петров и Сидоров.На другой день Н. ушел", forms) == ["Петров", "Сидоров"]


def test_what_is_wrong_is_reported(tmp_path: Path) -> None:
    folder = write(tmp_path, "Петров", [line("Иванов", "PER"), "one column", line("Петров", "XYZ")])
    write(folder, HEADER + "текст", [], name="topic_ru_2", annotation="topic_ru_3.out")
    result = bsnlp.convert(folder)
    assert len(result.documents) == 1
    assert {note.reason for note in result.report.notes} >= {
        "no annotation for this text",
        "no text for this annotation",
        "the text has no header of id, language, date and address",
        "this form is not in the text",
    }
    assert any("lists no form" in note.reason for note in result.report.notes)
    assert any("unknown kind" in note.reason for note in result.report.notes)


def test_names_pair_by_number_and_a_header_may_lack_date_and_address(tmp_path: Path) -> None:
    folder = write(tmp_path, "233\nru\n\n\nПетров ушел", [line("Петров", "PER")], "file_233_ru", "233.txt")
    (document,) = bsnlp.convert(folder).documents
    assert (document.id, document.date, document.entities[0].text) == ("bsnlp/topic/233", None, "Петров")


def test_a_folder_without_topics_and_a_file_that_is_not_utf8_are_errors(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no BSNLP topic"):
        bsnlp.convert(tmp_path)
    folder = write(tmp_path, HEADER, [])
    (folder / "topic" / "raw" / "ru" / "topic_ru_1.txt").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(CorpusError, match="not UTF-8"):
        bsnlp.convert(folder)


@pytest.mark.parametrize(
    "name", ["Reuters", "The Guardian", "Ведомостей", "РИА Новости", "Лента.ру", "Интерфакса"]
)
def test_media_are_known_in_any_case_form(name: str) -> None:
    assert is_medium(name)
    assert not is_medium(name + " и точка")
