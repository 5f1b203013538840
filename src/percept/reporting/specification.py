"""The parts that specifications of Vega-Lite are made of."""

from typing import Any

from percept.reporting.style import PALETTE

Spec = dict[str, Any]
Data = list[dict[str, Any]] | str  # rows, or the word that DVC replaces by them

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH, HEIGHT = 330, 240


def number(field: str, title: str | None, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", "title": title, **more}


def named(field: str, title: str | None, **more: Any) -> Spec:
    return {"field": field, "type": "nominal", "title": title, **more}


def chart(data: Data, title: str | Spec, subtitle: str = "", **parts: Any) -> Spec:
    return {
        "$schema": SCHEMA,
        "title": {"text": title, "subtitle": subtitle} if subtitle else {"text": title},
        "data": {"name": "drawn", "values": data},
        "width": WIDTH,
        "height": HEIGHT,
        **parts,
    }


def of_measure(text: str) -> Spec:
    """Return a title with the name of the metric, which stands in the rows, put before `text`."""
    return {"expr": f"data('drawn')[0].measure + '{text}'"}


def by_run(several: bool) -> Spec:
    """Return the colour of each run; of one run alone there is nothing to tell apart."""
    return {"color": named("rev", "run", sort=None)} if several else {"color": {"value": PALETTE[0]}}


def key(several: bool, field: str) -> tuple[list[Spec], Spec]:
    """Return transforms and a colour by run where there are several, and by another field where there is one."""
    if not several:
        return [], named(field, None, sort=None)
    count = {"joinaggregate": [{"op": "distinct", "field": "rev", "as": "runs"}]}
    choose = {"calculate": f"datum.runs > 1 ? datum.rev : datum['{field}']", "as": "colour"}
    return [count, choose], named("colour", None, sort=None)
