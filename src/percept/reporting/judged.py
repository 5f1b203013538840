"""How good a run is: its scores, curves, errors, threshold and calibration."""

import numpy as np

from percept.evaluation.metrics import METRICS
from percept.reporting import charts
from percept.reporting.page import charts as side_by_side
from percept.reporting.page import figure, paragraph, table
from percept.reporting.run import Run
from percept.reporting.scores import interval, missing, score_table

MAX_POINTS = 600  # of a scatter plot
THRESHOLDS = np.linspace(0.1, 0.9, 9)


def scores(run: Run) -> list[str]:
    header, rows = score_table(run.report, run.findings.beside)
    at = header.index("test") + 1
    header.insert(at, "95 % interval")
    for row in rows:
        row.insert(at, interval(run.findings.intervals.get(row[0])))
    note = (
        "The primary metric is marked. The other models learned from the same training and validation rows and were "
        "judged on the same test rows: a guess (the commonest class or the mean), a straight line, boosted trees. "
        "No choice used the test rows."
    )
    lacking = missing(run.findings.beside, len(run.test.spec.targets))
    units = "; ".join(f"{name}: {METRICS[name].unit}" for name in run.report["test"] if name in METRICS)
    return [
        table(header, rows, primary=run.report["primary"]),
        paragraph(note, "quiet"),
        paragraph(f"Not in the table: {lacking}", "quiet") if lacking else "",
        paragraph(f"Units: {units}.", "quiet"),
    ]


def learning_curves(run: Run) -> list[str]:
    found = []
    for file in ("loss.csv", "score.csv"):
        if rows := run.rows(file):
            spec = charts.logarithmic(charts.curves(rows, several=False))
            found.append(figure(spec, f"{rows[0]['measure']} by epoch, of training and validation rows"))
    return [side_by_side(*found)]


def errors(run: Run) -> list[str]:
    found = []
    if (rows := run.rows("confusion.csv")) and len(run.test.spec.classes) <= 1000:
        found.append(figure(charts.confusion(rows, several=False), "confusion matrix of the test rows"))
    for name, what in (("roc", "ROC of the test rows"), ("precision_recall", "precision and recall of the test rows")):
        if rows := run.rows(f"{name}.csv"):
            found.append(figure(charts.CHARTS[name](rows, False), what))
    if rows := run.rows("predicted_vs_actual.csv"):
        some = rows[:: -(-len(rows) // MAX_POINTS)]
        found.append(figure(charts.predicted_vs_actual(some, several=False), "predicted against actual, test rows"))
        found.append(figure(charts.residuals(some, several=False), "residuals of the test rows"))
    several = run.test.objective.kind in ("multiclass", "multilabel")
    micro = "ROC and precision-recall count each pair of a row and a class or label as one question (micro average)."
    scaled = "Several targets are drawn in standard deviations from their means."
    notes = [micro] if several else [scaled] if len(run.test.spec.targets) > 1 else []
    return [side_by_side(*found), *(paragraph(note, "quiet") for note in notes)]


def threshold_and_calibration(run: Run) -> list[str]:
    if run.test.objective.kind == "regression":
        return []
    found = []
    if run.test.objective.kind == "binary":
        found += _thresholds(run)
    if "temperature" in run.report:
        found.append(paragraph(f"Probabilities were brought to a temperature of {run.report['temperature']:.4g}."))
    if error := run.report["test"].get("calibration_error"):
        found.append(paragraph(f"Predicted and observed shares differ by {error:.4g} on average (calibration_error)."))
    rows = run.rows("reliability.csv")
    chart = (
        figure(charts.reliability(rows, several=False), "predicted and observed shares of the test rows")
        if rows
        else ""
    )
    return [*found, side_by_side(chart)]


def _thresholds(run: Run) -> list[str]:
    y, probability = run.test.y == 1, run.test.predicted[:, 0]
    name, chosen = run.test.spec.classes[1], run.report["threshold"]
    rows = []
    for threshold in sorted({*np.round(THRESHOLDS, 2).tolist(), chosen}):
        called = probability > np.float32(threshold)
        right = (called & y).sum()
        precision = f"{right / called.sum():.3f}" if called.any() else "-"
        recall = f"{right / y.sum():.3f}" if y.any() else "-"
        rows.append((f"{threshold:.4g}", f"{called.mean():.3f}", precision, recall, f"{(called == y).mean():.3f}"))
    words = paragraph(f"The model says {name} above {chosen:.4g}. On the test rows other thresholds would give:")
    header = ("threshold", f"share told {name}", "precision", "recall", "accuracy")
    return [words, table(header, rows, primary=f"{chosen:.4g}")]
