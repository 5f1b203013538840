"""Every chart as a Vega-Lite specification: `dvc plots` fills them with its runs, the report with its own rows.

Colours are CSS variables of style.css, so that a chart follows the page it stands on into the dark and onto paper.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from percept.reporting.specification import Data, Spec, by_run, chart, key, named, number, of_measure
from percept.reporting.style import PALETTE

if TYPE_CHECKING:
    from percept.evaluation.explanations import Effect

Chart = Callable[[Data, bool], Spec]  # rows, whether they are of several runs -> specification

SQUARE = 260
BAR = 20  # height of a line of a chart whose lines have names
LOG_FROM = 30  # largest to smallest value of a loss, from which a logarithmic scale shows more
QUIET: Spec = {"strokeDash": [3, 3], "color": "var(--quiet)", "strokeWidth": 1.2}
IDEAL: Spec = {"values": [{"ideal": 0}, {"ideal": 1}]}
SHARE: Spec = {"domain": [0, 1]}


def curves(data: Data, several: bool) -> Spec:
    """Loss or metric by epoch; a dot is the best epoch."""
    transform, colour = key(several, "rows")
    dashes = {"domain": ["training", "validation"], "range": [[5, 3], [1, 0]]}
    dash = named("rows", None, scale=dashes, legend=None)  # a second one beside that of the colours
    best = [{"filter": "datum.best == 1"}]
    axes = {
        "x": number("epoch", "epoch", axis={"tickCount": 7, "tickMinStep": 1, "format": "d"}),
        "y": number("value", None, scale={"zero": False}, axis={"tickCount": 6}),
    }
    return chart(
        data,
        of_measure(" by epoch"),
        "dashed: training; the dot: the best epoch",
        transform=transform,
        usermeta={"logarithmic": {"field": "value", "from": LOG_FROM, "measure": "loss"}},
        encoding=axes,
        layer=[
            {"mark": "line", "encoding": {"color": colour, "strokeDash": dash}},
            {
                "mark": {"type": "rule", **QUIET},
                "transform": best,
                "encoding": {"y": {"value": 0}, "y2": {"value": "height"}},
            },
            {"mark": {"type": "point", "size": 80}, "transform": best, "encoding": {"color": colour}},
        ],
    )


def logarithmic(spec: Spec) -> Spec:
    """Return curves of rows with a logarithmic scale where `usermeta` says that it shows more."""
    rule = spec["usermeta"]["logarithmic"]
    rows = spec["data"]["values"]
    values = [row[rule["field"]] for row in rows]
    if rows and rows[0]["measure"] == rule["measure"] and min(values) > 0 and max(values) > rule["from"] * min(values):
        spec["encoding"]["y"]["scale"] = {"type": "log"}
    return spec


def confusion(data: Data, several: bool) -> Spec:
    """Counts of what is (down) by what is predicted (across)."""
    share = [
        {
            "joinaggregate": [{"op": "sum", "field": "count", "as": "all"}],
            "groupby": ["rev", "actual"] if several else ["actual"],
        },
        {"calculate": "datum.all > 0 ? datum.count / datum.all : 0", "as": "share"},
    ]
    axes = {
        "x": named("predicted", "predicted", sort=None, axis={"labelAngle": -40, "labelLimit": 90}),
        "y": named("actual", "actual", sort=None, axis={"labelLimit": 120}),
    }
    cell = {
        "mark": {"type": "rect", "color": PALETTE[0]},
        "encoding": {"opacity": number("share", None, scale={"domain": [0, 1], "range": [0, 1]}, legend=None)},
    }
    ink = {"condition": {"test": "datum.share > 0.55", "value": "var(--paper)"}, "value": "var(--ink)"}
    counts = {
        "mark": "text",
        "transform": [{"filter": "datum.count > 0"}],
        "encoding": {"text": number("count", None), "color": ink},
    }
    drawn: Spec = {"width": SQUARE, "height": SQUARE, "transform": share, "encoding": axes, "layer": [cell, counts]}
    words = "confusion matrix: test rows", "the shade: share of the actual class"
    if not several:
        return chart(data, *words, **drawn)
    facet: Spec = {"facet": {"column": named("rev", None, sort=None)}, "spec": drawn}
    return {name: part for name, part in chart(data, *words, **facet).items() if name not in ("width", "height")}


def roc(data: Data, several: bool) -> Spec:
    axes = {
        "x": number("false_positive_rate", "false positive rate (of all that are not)", scale=SHARE),
        "y": number("true_positive_rate", "true positive rate (recall)", scale=SHARE),
        "order": {"value": None},
    }
    line = {"mark": "line", "encoding": {**axes, **by_run(several)}}
    layer = [_diagonal(axes), line]
    return chart(data, "ROC: test rows", "dashed: a guess", width=SQUARE, height=SQUARE, layer=layer)


def _diagonal(axes: Spec) -> Spec:
    ends = {name: {**axes[name], "field": "ideal"} for name in ("x", "y")}
    return {"data": IDEAL, "mark": {"type": "line", **QUIET}, "encoding": ends}


def precision_recall(data: Data, several: bool) -> Spec:
    """Steps, as between two thresholds there is no other point; a straight line would promise more."""
    recall = number("recall", "recall (share of the positive that is found)", scale=SHARE)
    precision = number("precision", "precision (share of the found that is right)", scale=SHARE)
    line = {
        "mark": {"type": "line", "interpolate": "step-before"},
        "encoding": {"x": recall, "y": precision, "order": {"value": None}, **by_run(several)},
    }
    guess = {
        "mark": {"type": "rule", **QUIET},
        "encoding": {"y": {**precision, "field": "positive", "aggregate": "mean"}},
    }
    title = "precision and recall: test rows"
    return chart(data, title, "dashed: a guess", width=SQUARE, height=SQUARE, layer=[guess, line])


def reliability(data: Data, several: bool) -> Spec:
    axes = {
        "x": number("probability", "predicted probability", scale=SHARE),
        "y": number("observed", "share that came true", scale=SHARE),
    }
    ends = {"x": axes["x"], "y": {**axes["y"], "field": "low"}, "y2": {"field": "high"}}
    return chart(
        data,
        "reliability: test rows",
        "dashed: ideal; bars: 95 % intervals",
        width=SQUARE,
        height=SQUARE,
        layer=[
            _diagonal(axes),
            {"mark": "rule", "encoding": {**ends, **by_run(several)}},
            {"mark": "point", "encoding": {**axes, **by_run(several)}},
        ],
    )


def predicted_vs_actual(data: Data, several: bool) -> Spec:
    transform, colour = key(several, "target")
    actual = number("actual", "actual", scale={"zero": False})
    predicted = number("predicted", "predicted", scale={"zero": False})
    points = {
        "mark": {"type": "point", "size": 28, "opacity": 0.6},
        "encoding": {"x": actual, "y": predicted, "color": colour},
    }
    ideal = {"mark": {"type": "line", **QUIET}, "encoding": {"x": actual, "y": {**predicted, "field": "actual"}}}
    title, layer = "predicted against actual: test rows", [points, ideal]
    return chart(data, title, "dashed: ideal", width=SQUARE, height=SQUARE, transform=transform, layer=layer)


def residuals(data: Data, several: bool) -> Spec:
    transform, colour = key(several, "target")
    transform = [
        *transform,
        {"calculate": "datum.predicted - datum.actual", "as": "residual"},
        {"calculate": "0", "as": "none"},
    ]
    predicted = number("predicted", "predicted", scale={"zero": False})
    residual = number("residual", "predicted - actual")
    points = {
        "mark": {"type": "point", "size": 28, "opacity": 0.6},
        "encoding": {"x": predicted, "y": residual, "color": colour},
    }
    none = {"mark": {"type": "rule", **QUIET}, "encoding": {"y": {"datum": 0}}}
    words = "residuals: test rows", "above the line: predicted too high"
    return chart(data, *words, width=SQUARE, height=SQUARE, transform=transform, layer=[points, none])


def importance(data: Data, several: bool) -> Spec:
    words = of_measure(": what columns give"), "how much worse it is with one of them shuffled"
    return _by_name(data, several, "column", words, "worse by", 0)


def groups(data: Data, several: bool) -> Spec:
    return _by_name(data, several, "group", (of_measure(" by group of test rows"), "dashed: all of them"), "", None)


def _by_name(data: Data, several: bool, field: str, words: tuple[Spec, str], x: str, whole: int | None) -> Spec:
    """A value and its interval for each name, in the order of the rows."""
    y = named(field, None, sort=None, axis={"labelLimit": 260})
    value = number("value", x or None, scale={"zero": whole is not None}, axis={"tickCount": 5})
    offset: Spec = {"yOffset": named("rev", None, sort=None)} if several else {}
    of_all = {"x": {**value, "field": "whole", "aggregate": "mean"}, **by_run(several)}
    line = {"x": {"datum": whole}} if whole is not None else of_all if several else {"x": of_all["x"]}
    drawn: Spec = {
        "height": {"step": BAR},
        "layer": [
            {"mark": {"type": "rule", **QUIET}, "encoding": line},
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {
                    "y": y,
                    "x": {**value, "field": "low"},
                    "x2": {"field": "high"},
                    **offset,
                    **by_run(several),
                },
            },
            {"mark": "point", "encoding": {"y": y, "x": value, **offset, **by_run(several)}},
        ],
    }
    return chart(data, *words, **drawn)


def effect(found: "Effect", axis: str) -> Spec:
    """What the model says by the value of one column."""
    rows = [
        {"value": value, "said": said, "of": name}
        for name, line in found.predicted.items()
        for value, said in zip(found.values, line, strict=True)
    ]
    of_numbers = not isinstance(found.values[0], str)
    x = number("value", found.column, scale={"zero": False}) if of_numbers else named("value", found.column, sort=None)
    mark = {"type": "line" if of_numbers else "point", "point": of_numbers}
    encoding = {"x": x, "y": number("said", axis, scale={"zero": False}), "color": named("of", None, sort=None)}
    return chart(rows, f"{axis} by {found.column}", mark=mark, encoding=encoding)


def course(values: Sequence[float]) -> Spec:
    """A line of some values without axes, small enough for a cell of a table."""
    rows = [{"epoch": epoch, "value": value} for epoch, value in enumerate(values)]
    axes = {"x": number("epoch", None, axis=None), "y": number("value", None, axis=None, scale={"zero": False})}
    return chart(rows, "", width=110, height=24, padding=1, mark={"type": "line", "strokeWidth": 1.5}, encoding=axes)


CHARTS: dict[str, Chart] = {
    drawn.__name__: drawn
    for drawn in (
        curves,
        confusion,
        roc,
        precision_recall,
        reliability,
        predicted_vs_actual,
        residuals,
        importance,
        groups,
    )
}
