"""The table of errors: causes told by rules, judgements, and the file that the tables are written into."""

from dataclasses import replace

import pytest
from annotated import marked
from benched import BENCHMARKS, imported

from ie.data.corpus import write_corpus
from ie.errors import InputError
from ie.outputs import write_jsonl

NAMES = ("errors", "error_causes", "error_records", "error_tables")
LABELS = ("AMOUNT", "SECTOR", "PARTY", "DATE")


@pytest.fixture(scope="module")
def modules():
    with imported(*NAMES) as found:
        yield found


def causes(modules, gold, predicted, judgements=None):
    pair = [marked(gold, id="a")], [marked(predicted, id="a")]
    return modules["error_records"].find_errors(*pair, LABELS, judgements or {})


@pytest.mark.parametrize(
    ("expected", "gold", "predicted"),
    [
        (
            "boundary: comparator or «до» before a sum",
            "дал [AMOUNT почти 5 млн рублей]",
            "дал почти [AMOUNT 5 млн рублей]",
        ),
        (
            "boundary: a list or range cut or joined",
            "[DATE май 2020 — июнь 2021]",
            "[DATE май 2020] — июнь 2021",
        ),
        ("boundary: a preposition before", "в [DATE мае]", "[DATE в мае]"),
        ("boundary: quotes", "банк [PARTY «Заря»]", "банк «[PARTY Заря]»"),
        ("boundary: legal form", "иск [PARTY ООО «Заря»]", "иск ООО [PARTY «Заря»]"),
        ("boundary: a word that narrows a date", "в [DATE начале мая]", "в начале [DATE мая]"),
        ("boundary: generic head or post", "Агентство [PARTY Рога]", "[PARTY Агентство Рога]"),
        (
            "boundary: attribute or head noun of a sector",
            "мировая [SECTOR энергетика]",
            "[SECTOR мировая энергетика]",
        ),
        ("boundary: the end of the name", "это [PARTY Первый завод]", "это [PARTY Первый] завод"),
        (
            "boundary: words without a space between them",
            "глава [PARTY Лугов]сказал",
            "глава [PARTY Луговсказал]",
        ),
        ("missed: an abbreviation", "жалоба [PARTY ФСО] тут", "жалоба ФСО тут"),
        ("missed: a name in Latin letters", "жалоба [PARTY Ferrum] тут", "жалоба Ferrum тут"),
        ("missed: a name in lower case", "сказали в [PARTY акимате Тулы]", "сказали в акимате Тулы"),
        ("missed: a name that opens a sentence or line", "[PARTY Лугов] ушёл", "Лугов ушёл"),
        ("missed: in capitals", "[PARTY ИВАН ЛУГОВ] УШЁЛ", "ИВАН ЛУГОВ УШЁЛ"),
        ("missed: a number without a currency", "дал [AMOUNT 5 млн]", "дал 5 млн"),
        ("missed: a sector", "растёт [SECTOR энергетика]", "растёт энергетика"),
        (
            "missed: found elsewhere in the text",
            "у [PARTY Лугова] и [PARTY Луговым]",
            "у [PARTY Лугова] и Луговым",
        ),
        ("spurious: an adjective alone", "идёт российский рост", "идёт [PARTY российский] рост"),
        ("spurious: a city, region or other place", "это Москва", "это [PARTY Москва]"),
        ("spurious: an abbreviation", "на ИИС можно", "на [PARTY ИИС] можно"),
        ("spurious: the economy or industry as a whole", "растёт экономика", "растёт [SECTOR экономика]"),
        ("spurious: goods or another noun, not an industry", "цены нефти", "цены [SECTOR нефти]"),
        (
            "spurious: one deed, not an industry",
            "идёт строительство моста",
            "идёт [SECTOR строительство моста]",
        ),
        ("spurious: science, sport or culture", "развивает спорт", "развивает [SECTOR спорт]"),
        ("spurious: a vague time or a duration", "в ближайшее время", "в [DATE ближайшее время]"),
        ("spurious: a bare number or years", "в 2024 штуках", "в [DATE 2024] штуках"),
        ("spurious: a product, work or event in quotes", "роман «Мир»", "роман [PARTY «Мир»]"),
        ("label: SECTOR as PARTY", "тут [SECTOR энергетика]", "тут [PARTY энергетика]"),
    ],
)
def test_rules_tell_the_cause(modules, expected, gold, predicted):
    assert [error.cause for error in causes(modules, gold, predicted)] == [expected]


@pytest.mark.parametrize(
    ("expected", "gold", "predicted"),
    [
        ("boundary: one mention as two", "дал [PARTY Суд ЕС] ответ", "дал [PARTY Суд] [PARTY ЕС] ответ"),
        ("boundary: two mentions as one", "[PARTY Лугов]\n[PARTY Иванов]", "[PARTY Лугов\nИванов]"),
    ],
)
def test_a_piece_has_the_cause_of_the_whole(modules, expected, gold, predicted):
    found = causes(modules, gold, predicted)
    assert [error.cause for error in found] == [expected] * 2
    assert {error.match.kind for error in found} > {"boundary"}


def test_a_judgement_belongs_to_a_place(modules, tmp_path):
    path = tmp_path / "judgements.tsv"
    path.write_text("document\tstart\tend\tjudgement\tnote\na\t3\t8\tdoubt\tunclear\n", encoding="utf-8")
    judgements = modules["error_records"].read_judgements(path)
    found = causes(modules, "и [PARTY Лугов] или [PARTY Иванов]", "и Лугов или Иванов", judgements)
    assert [error.verdict for error in found] == ["unread", "unread"]
    path.write_text(path.read_text(encoding="utf-8").replace("3\t8", "2\t7"), encoding="utf-8")
    judgements = modules["error_records"].read_judgements(path)
    found = causes(modules, "и [PARTY Лугов] или [PARTY Иванов]", "и Лугов или Иванов", judgements)
    assert [error.verdict for error in found] == ["doubt", "unread"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("document\tstart\n", ":1: The columns must be"),
        ("document\tstart\tend\tjudgement\tnote\na\t1\t2\tperhaps\t\n", ":2: No document"),
        ("document\tstart\tend\tjudgement\tnote\na\tx\t2\tmodel\t\n", ":2: No document"),
        ("document\tstart\tend\tjudgement\tnote\na\t1\t2\tmodel\t\na\t1\t2\tgold\t\n", ":3: The place"),
    ],
)
def test_bad_judgements_are_named_by_line(modules, tmp_path, lines, message):
    path = tmp_path / "judgements.tsv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        modules["error_records"].read_judgements(path)


def test_the_judgements_of_the_project_can_be_read(modules):
    judgements = modules["error_records"].read_judgements(modules["errors"].JUDGEMENTS)
    assert judgements
    assert all(said.note for said in judgements.values())


def test_no_more_than_a_few_words_of_a_text_are_shown(modules):
    name = "Первый самый большой и очень старый завод страны"
    (error,) = causes(modules, f"это [PARTY {name}]", f"это {name}")
    assert error.words == "Первый самый большой и очень старый …"


def test_tables_go_between_the_marks(modules, tmp_path):
    gold, found, output = (tmp_path / name for name in ("gold.jsonl", "found.jsonl", "ERRORS.md"))
    document = marked("[PARTY Лугов] дал [AMOUNT 5 млн рублей]", id="a")
    write_corpus(gold, [replace(document, source="site")])
    with found.open("w", encoding="utf-8") as stream:
        write_jsonl([marked("Лугов дал [AMOUNT 5 млн] рублей", id="a", model="m")], stream)
    marks = modules["errors"]
    output.write_text(f"Before.\n{marks.BEGIN}\nstale\n{marks.END}\nAfter.\n", encoding="utf-8")
    options = ["--data", str(gold), "--predictions", str(found), "--judgements", str(tmp_path / "none")]
    marks.main([*options, "--output", str(output)])
    text = output.read_text(encoding="utf-8")
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert "stale" not in text
    assert "m on gold.jsonl: 2 errors in 1 documents." in text
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert ["all", "1", "1", "0", "0", "2", "100%", "2", "100.0"] in rows
    assert ["site", "1", "2", "2", "100.0", "0.000"] in rows
    output.write_text(f"{marks.BEGIN} alone", encoding="utf-8")
    with pytest.raises(InputError, match="Only one of the marks"):
        marks.write_between(output, "tables")


def test_the_page_explains_the_most_frequent_causes(modules):
    page = (BENCHMARKS / "ERRORS.md").read_text(encoding="utf-8")
    prose, _, tables = page.partition(modules["errors"].BEGIN)
    top = [line for line in tables.splitlines() if line[:3] in {f"{i}. " for i in range(1, 6)}]
    assert len(top) == modules["error_tables"].TOP
    for line in top:
        name = line[3:].rpartition(": ")[0]
        assert f"**{name}**" in prose, name
