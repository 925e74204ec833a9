"""The sections of a model card, each a function from facts to Markdown."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .cardfacts import CorpusFacts, Facts, Results

MEANINGS = {
    "AMOUNT": "a sum of money",
    "SECTOR": "a sector of the economy",
    "PARTY": "a named organization, person or state",
    "DATE": "a point or period on the calendar",
}
NOT_STATED = "not stated"
# Fewer gold spans than this leave an F1 so uncertain that the card says so.
FEW = 100


def title(facts: Facts) -> str:
    """Return the heading, what the model is for, and the table of its labels."""
    rows = [(f"`{label}`", MEANINGS.get(label, "")) for label in facts.labels]
    intro = (
        f"Finds mentions in Russian business news and gives each an exact place and a confidence. "
        f"A token classifier (IOB2 tags) fine-tuned from {_code(facts.base_name)}, "
        f"{facts.base['parameters'] / 1e6:.1f} million weights."
    )
    return f"# {facts.name}\n\n{intro}\n\n{table(('label', 'meaning'), rows)}"


def usage(facts: Facts) -> str:
    """Return how to use the checkpoint with `ie` and with transformers alone."""
    return f"""## Use

With `ie`, which reads texts of any length and keeps numbers and names whole:

```python
import ie

extractor = ie.Extractor.from_pretrained("{facts.reference}")
for entity in extractor.extract("Сумма сделки составила 1,2 млрд долларов.").entities:
    print(entity.label, entity.start, entity.end, entity.text, entity.score, entity.value)
```

```sh
ie predict --model {facts.reference} article.txt
```

With transformers alone, which has neither windows for long texts nor the decoding of `ie`, so that scores
may be lower:

```python
from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

model = AutoModelForTokenClassification.from_pretrained("{facts.reference}")
tokenizer = AutoTokenizer.from_pretrained("{facts.reference}")
find = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first")
find("Сумма сделки составила 1,2 млрд долларов.")
```"""


def scores(facts: Facts) -> str:
    """Return the table of scores, with intervals where they are known, and what to think of the data."""
    results = facts.results
    if results is None:
        return "## Scores\n\nThe model was not evaluated."
    weights = f" (weights {_code(results.model)})" if results.model else ""
    head = f"On {_code(results.data)}, {results.documents} documents{weights}. {_explanation(results)}"
    kinds = [("strict", results.scores["strict"]), ("overlap", results.scores["overlap"])]
    intervals = results.intervals or {}
    rows = [
        row
        for kind, found in kinds
        for row in (
            *(_row(f"{kind} {x}", s, _at(intervals, kind, "labels", x)) for x, s in found["labels"].items()),
            _row(f"{kind} micro", found["micro"], _at(intervals, kind, "micro")),
            _row(f"{kind} macro", found["macro"], _at(intervals, kind, "macro")),
        )
    ]
    rows.append(_row("boundaries, any label", results.scores["boundaries"], _at(intervals, "boundaries")))
    parts = [
        "## Scores",
        head,
        table(("", "precision", "recall", "F1", "gold spans"), rows),
        _values(facts.evaluation or {}),
        _caution(results),
    ]
    return "\n\n".join(part for part in parts if part)


def data(facts: Facts) -> str:
    """Return the tables of training and development corpora."""
    parts = ["## Data", "Trained on:", _corpora(facts.train_corpora, facts.labels)]
    if facts.noisy_share:
        parts.append(
            f"Of the windows of an epoch, {facts.noisy_share:.1%} are of noisy copies: capitals, lower case, "
            "lost punctuation and blanks, ё as е, Latin for Cyrillic letters, typos, broken lines, "
            "other quotes."
        )
    if facts.dev_corpora:
        parts += ["Weights were chosen on:", _corpora(facts.dev_corpora, facts.labels)]
    if facts.settings.guidelines:
        parts.append(f"Annotated by the label guide, version {facts.settings.guidelines}.")
    lost = sum(corpus.misaligned for corpus in facts.train_corpora if not corpus.noisy)
    if lost:
        parts.append(f"{lost} annotated spans that tags of words cannot hold were masked in the loss.")
    parts += facts.notes
    return "\n\n".join(parts)


def recipe(facts: Facts) -> str:
    """Return how the model was trained: course, settings, versions."""
    run, config = facts.run["run"], facts.run["config"]
    course = [
        (
            "base",
            _code(facts.base_name) + (f" @ {facts.base['revision']}" if facts.base.get("revision") else ""),
        ),
        ("steps", f"{run['steps']} ({run['epochs']} epochs), best at {run['best_step'] or 'the end'}"),
        ("time", f"{run['seconds']:.0f} s, {run['tokens']} tokens"),
        (
            "speed",
            f"{run['tokens_per_second']:.0f} tokens a second" if run["tokens_per_second"] else "not measured",
        ),
        (
            "machine",
            f"{run['device']}, {run['precision']}"
            + (f", {n} processes" if (n := run["processes"]) > 1 else ""),
        ),
        ("versions", ", ".join(f"{name} {version}" for name, version in facts.run["versions"].items())),
    ]
    averaged = facts.run.get("averaged", ())
    settings = _settings(config) | {"seed": ", ".join(map(str, _seeds(averaged) or [config["seed"]]))}
    rows = [(f"`{key}`", _code(value)) for key, value in settings.items() if value not in (None, {})]
    parts = [table(("", ""), course), table(("setting", "value"), rows)]
    if averaged:
        means = [len(_seeds([part])) for part in averaged if "averaged" in part]
        of = [f"{len(averaged) - len(means)} runs", *(f"the mean of {count} more" for count in means)]
        mean = f"The weights are the mean of {' and '.join(of)}, which differ in their seeds."
        parts.insert(0, f"{mean} Time and tokens are those of all.")
    return "\n\n".join(["## Training", *parts])


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a run that are worth telling, by dotted name."""
    told = {
        "base": ("layers", "dropout", "attention_dropout"),
        "optimizer": config["optimizer"],
        "loss": config["loss"],
        "run": config["run"],
        "data": ("max_tokens", "window_overlap", "batch_tokens"),
    }
    found = {f"{section}.{key}": config[section].get(key) for section, keys in told.items() for key in keys}
    if teacher := config.get("teacher"):
        # of a path its end: what is before it is of one machine
        names = ", ".join("/".join(Path(name).parts[-2:]) for name in teacher["models"])
        found |= {"teacher.models": names, "teacher.weight": teacher["weight"]}
    return found


def _seeds(averaged: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the seeds of runs, and of the runs of the means among them."""
    return [
        seed
        for part in averaged
        for seed in (_seeds(part["averaged"]) if "averaged" in part else [part["seed"]])
    ]


def confidence(facts: Facts) -> str:
    """Return what scores of spans mean, and how far they are off."""
    settings = facts.settings
    text = (
        f"Logits are divided by a temperature of {settings.temperature:g} before they become probabilities."
    )
    if settings.thresholds:
        named = ", ".join(f"{label} {value:g}" for label, value in settings.thresholds.items())
        text += f" Spans that score less than the threshold of their label are dropped ({named})."
    error = _at(facts.evaluation or {}, "calibration", "ece")
    if error is not None:
        text += f" The expected calibration error of span scores is {error:.3f}."
    return f"## Confidence\n\n{text}"


def limits(facts: Facts) -> str:
    """Return what the model cannot do, as far as the facts show it."""
    points = [
        "Made for news in Russian; nothing is known about other languages and kinds of text.",
        "Spans are flat: of nested names only one is found.",
        f"Windows of {facts.settings.max_tokens} tokens: what lies further away has no influence.",
    ]
    clean = [corpus for corpus in facts.train_corpora if not corpus.noisy]
    missing = [(c.name, [x for x in facts.labels if not c.entities.get(x)]) for c in clean]
    points += [f"{_code(name)} has no examples of {', '.join(labels)}." for name, labels in missing if labels]
    points += _weak_points(facts.results)
    return "## Limits\n\n" + "\n".join(f"- {point}" for point in points)


def licences(facts: Facts) -> str:
    """Return the licences of weights and corpora, as they were stated."""
    corpora = (c for c in (*facts.train_corpora, *facts.dev_corpora) if not c.noisy)
    # a name may stand for two files: one that was trained on and one of dev
    stated = dict.fromkeys((_code(corpus.name), corpus.licence or NOT_STATED) for corpus in corpora)
    rows = [("these weights", facts.licence or NOT_STATED)]
    rows.append((f"base {_code(facts.base_name)}", facts.run["config"]["base"].get("licence") or NOT_STATED))
    return "## Licences\n\n" + table(("", "licence"), [*rows, *stated])


SECTIONS: tuple[Callable[[Facts], str], ...] = (
    title, usage, scores, data, recipe, confidence, limits, licences
)  # fmt: skip


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _code(value: Any) -> str:
    return f"`{value}`"


def _at(record: Mapping[str, Any], *keys: str) -> Any:
    """Return what lies under nested keys, None where something on the way is missing."""
    found: Any = record
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _row(name: str, found: Mapping[str, Any], intervals: Mapping[str, Any] | None) -> list[str]:
    cells = [_quotient(found[key], (intervals or {}).get(key)) for key in ("precision", "recall", "f1")]
    return [name, *cells, str(found["tp"] + found["fn"]) if "tp" in found else ""]


def _quotient(value: float, interval: Sequence[float] | None) -> str:
    return f"{value:.3f}" + (f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")


def _explanation(results: Results) -> str:
    text = (
        "Strict: label, start and end are right. Overlap: the label is right and a character is shared, "
        "spans paired one to one. Boundaries: start and end are right."
    )
    if results.intervals:
        level, count = results.intervals["confidence"], results.intervals["resamples"]
        text += f" In brackets: {level:.0%} intervals from {count} bootstrap resamples of documents."
    return text


def _values(evaluation: Mapping[str, Any]) -> str:
    """Return the table of normalised values, empty where they were not scored."""
    scored = evaluation.get("values") or {}
    rows = []
    for label, score in scored.items():
        fields = (f"{name} {counts['right']}/{counts['scored']}" for name, counts in score["fields"].items())
        rows.append((label, f"{score['accuracy']:.3f}", str(score["scored"]), ", ".join(fields)))
    if not rows:
        return ""
    head = "Normalised values, which rules read, of the spans that were found exactly:"
    return f"{head}\n\n{table(('', 'right', 'of', 'by field'), rows)}"


def _caution(results: Results) -> str:
    if results.seen:
        return "**The model was trained on these documents: the scores say nothing about others.**"
    if results.selected:
        return "The same documents chose the weights, so that the scores flatter the model somewhat."
    return ""


def _corpora(corpora: Sequence[CorpusFacts], labels: Sequence[str]) -> str:
    rows = [
        (
            _code(corpus.name) + (", noisy copies" if corpus.noisy else ""),
            str(corpus.documents),
            *(str(corpus.entities.get(label, 0)) for label in labels),
            f"{corpus.weight:g}",
            corpus.source or NOT_STATED,
            _code(corpus.sha256[:12]),
        )
        for corpus in corpora
    ]
    return table(("file", "documents", *labels, "weight", "source", "SHA-256"), rows)


def _weak_points(results: Results | None) -> list[str]:
    """Return a sentence for each label that was measured on few spans, and one for the worst label."""
    if results is None:
        return []
    found = results.scores["strict"]["labels"]
    gold = {label: counts["tp"] + counts["fn"] for label, counts in found.items()}
    points = [f"{label} was measured on {n} spans only." for label, n in gold.items() if n < FEW]
    if len(found) > 1:
        worst = min(found, key=lambda label: found[label]["f1"])
        points.append(f"{worst} is the label that is found worst (strict F1 {found[worst]['f1']:.3f}).")
    return points
