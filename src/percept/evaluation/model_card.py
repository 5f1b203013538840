"""The model card: what the shipped model is, what it was trained on, how good it is, and for whom."""

from typing import Any

import numpy as np
from tabulate import tabulate

from percept import yaml_file
from percept.dataset.contract import Category, ColumnRule, Date
from percept.errors import listed
from percept.evaluation.findings import Findings
from percept.evaluation.groups import MIN_ROWS
from percept.evaluation.outcome import Kind
from percept.evaluation.predictions import Predictions
from percept.prepared.quality import Quality
from percept.prepared.spec import DatasetSpec

NUM_GROUPS = 10  # that are shown


def model_card(predictions: Predictions, report: dict[str, Any], findings: Findings, quality: Quality) -> str:
    """Return the card as Markdown. report: what metrics.json holds."""
    sections = {
        f"# Model card: {report['task']}": _summary(predictions, report, findings),
        "## Scores": _scores(predictions, report, findings),
        "## Where it is worse": _groups(predictions, report, findings),
        "## Rows": _table(("rows", ""), row_counts(predictions.spec)),
        "## What goes in": _inputs(predictions.spec),
        "## Limits": [
            *(f"- **{line}**" for line in report.get("warnings", [])),
            *(f"- {line}" for line in limits(predictions, quality)),
        ],
        "## Configuration": ["```yaml", yaml_file.dump(findings.params).rstrip(), "```"],
    }
    return "\n".join(line for title, lines in sections.items() if lines for line in (title, "", *lines, ""))


def _table(header: tuple[str, ...], rows: list[tuple]) -> list[str]:
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in [header, *rows]]
    return tabulate(cells[1:], cells[0], tablefmt="github", disable_numparse=True).splitlines()


def _summary(predictions: Predictions, report: dict[str, Any], findings: Findings) -> list[str]:
    spec, params = predictions.spec, findings.params
    facts = {
        "model": f"{params['model']['kind']}, trained by {params['optimizer']['kind']}, seed {params['seed']}",
        "shipped file": f"sha256 {findings.sha256}",
        "made with": ", ".join(f"{name} {version}" for name, version in findings.versions.items()),
        "data": ", ".join(f"{name} (sha256 {digest})" for name, digest in spec.sha256.items()),
    }
    if isinstance(report.get("threshold"), float):
        facts["threshold"] = f"{spec.classes[1]} above {report['threshold']:.4g}"
    if "temperature" in report:
        judges = "each training row, by members that did not learn from it" if spec.num_folds else "the validation rows"
        facts["temperature"] = f"{report['temperature']:.4g}, chosen on {judges}"
    return [
        f"`model.onnx` says {answer(spec, predictions.objective.kind)}.",
        "",
        *_table(("", ""), list(facts.items())),
        "",
        findings.achieved,
    ]


def answer(spec: DatasetSpec, kind: Kind) -> str:
    """Return what the model says of a row, as the end of a sentence."""
    match kind:
        case "binary":
            return f"whether {spec.targets[0]} is {spec.classes[1]} or {spec.classes[0]}"
        case "multiclass":
            return f"which {spec.targets[0]} it is, of {len(spec.classes)}: {listed(spec.classes, 20)}"
        case "multilabel":
            return f"which of {len(spec.targets)} labels apply: {listed(spec.targets, 20)}"
    return listed(spec.targets, 20)


def _scores(predictions: Predictions, report: dict[str, Any], findings: Findings) -> list[str]:
    rows = []
    for name, value in report["test"].items():
        if not isinstance(value, dict):
            interval = " to ".join(map(_number, findings.intervals.get(name, ())))
            rows.append((name, _number(value), interval, _number(report["validation"].get(name))))
    names = ("metric", f"test ({len(predictions.y):,} rows)", "95 % interval", "validation")
    targets = report["test"].get("by_target", {})
    per_target = [(name, *map(_number, scores.values())) for name, scores in targets.items()]
    header = ("", *next(iter(targets.values()))) if targets else ()
    more = ["", *_table(header, per_target)] if targets else []
    return [f"Primary metric: {report['primary']}. No choice used the test rows.", "", *_table(names, rows), *more]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _groups(predictions: Predictions, report: dict[str, Any], findings: Findings) -> list[str]:
    """Return a table of the groups of test rows with the worst primary metric."""
    metric = report["primary"]
    shown = [(group.name, group.num_rows, _number(group.value)) for group in findings.groups[:NUM_GROUPS]]
    whole = ("all test rows", len(predictions.y), _number(report["test"][metric]))
    said = f"Groups of at least {MIN_ROWS} test rows; of {len(findings.groups)} groups some are worse by chance alone."
    return [said, "", *_table(("group", "rows", metric), [*shown, whole])] if shown else []


def row_counts(spec: DatasetSpec) -> list[tuple[str, int]]:
    """Return where each row of the source went, in words, and how many."""
    rows = spec.rows
    parts = [("in the source", rows.source), *((f"dropped: {why}", count) for why, count in rows.dropped.items())]
    chose = "chose the epoch, threshold and temperature"
    judges = (f"{chose}, each without what it taught", rows.train) if spec.num_folds else (chose, rows.validation)
    parts += [("trained on", rows.train), judges]
    return [*parts, ("tested on", rows.test)]


def _inputs(spec: DatasetSpec) -> list[str]:
    if spec.pixels:
        return [f"Pictures of {' x '.join(map(str, spec.shape))} (height, width, channels), bytes."]
    rows = [
        (name, _holds(spec.ranges.get(name, rule)), "yes" if rule.missing else "no")
        for name, rule in spec.contract.columns.items()
    ]
    return _table(("column", "holds", "may be missing"), rows)


def _holds(rule: ColumnRule) -> str:
    if isinstance(rule, Category):
        return listed(rule.values, 8) if rule.values else "text"
    ends = [
        f"{word} {end if isinstance(end, str) else f'{end:g}'}"
        for word, end in (("from", rule.min), ("to", rule.max))
        if end is not None
    ]
    return " ".join([f"dates ({rule.format})" if isinstance(rule, Date) else "numbers", *ends])


def limits(predictions: Predictions, quality: Quality) -> list[str]:
    """Return what the scores do not promise, a sentence each."""
    spec = predictions.spec
    found = ["It was tested on rows of the same source; it may be worse on rows of another place or time."]
    if spec.contract.columns:
        found.append("It saw no values outside of those above in training: what it predicts for them is a guess.")
    if spec.rows.test_is_train:
        found = ["It was tested on the very rows that it was trained on: nothing is known of other rows."]
    if len(predictions.y) < 100:
        found.append(f"{len(predictions.y)} test rows are few: look at the intervals.")
    if predictions.objective.kind in ("binary", "multiclass"):
        share = np.bincount(predictions.y, minlength=len(spec.classes)) / len(predictions.y)
        rarest = int(share.argmin())
        found.append(f"The rarest class, {spec.classes[rarest]}, is {share[rarest]:.1%} of the test rows.")
    return [*found, *quality.messages()]
