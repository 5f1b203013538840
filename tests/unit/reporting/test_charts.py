"""Every chart is drawn, with its text as text and without anything that two of one page would quarrel about."""

import psutil
import pytest

from percept.evaluation.explanations import Effect
from percept.evaluation.plots import HEADERS
from percept.reporting import charts
from percept.reporting.drawing import beside, svg

PARTS = ("training", "validation")
FILES = {"curves": "loss", "residuals": "predicted_vs_actual"}
TEXTS = {
    "rows": "training",
    "measure": "loss",
    "actual": "<b>",
    "predicted": "c&d",
    "group": "g",
    "column": "c",
    "target": "t",
}


def rows(name: str) -> list[dict]:
    header = HEADERS[f"{FILES.get(name, name)}.csv"]
    of_values = name in ("predicted_vs_actual", "residuals")
    texts = {"target": "t"} if of_values else TEXTS
    return [{field: texts.get(field, 0.25 * number) for field in header} for number in (1, 2)]


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_is_drawn_with_colours_of_the_page(name):
    found = svg(charts.CHARTS[name](rows(name), False))
    assert "<text" in found and "var(--ink)" in found and "var(--" in found.split("<text")[0] + found
    assert " id=" not in found and "url(" not in found and "font-family" not in found
    assert "<b>" not in found


def test_a_process_of_its_own_draws_the_same_and_ends_with_it():
    spec = charts.CHARTS["curves"](rows("curves"), False)
    with beside():
        found = [svg(spec) for _ in range(2)]
        artist = drawing_process()
    assert found == 2 * [svg(spec)] and not artist.is_running()


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "at its start"])
def test_charts_are_drawn_although_that_process_dies(begun):
    spec = charts.CHARTS["curves"](rows("curves"), False)
    expected = svg(spec)
    with beside():
        if begun:
            svg(spec)
        artist = drawing_process()
        artist.kill()
        artist.wait()
        assert [svg(spec) for _ in range(2)] == 2 * [expected]


def drawing_process() -> psutil.Process:
    (found,) = [child for child in psutil.Process().children() if "vl_convert" in str(child.cmdline())]
    return found


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_of_two_runs_tells_them_apart(name):
    both = [{**row, "rev": run} for run in ("HEAD", "workspace") for row in rows(name)]
    found = svg(charts.CHARTS[name](both, True))
    assert ">HEAD<" in found and ">workspace<" in found


@pytest.mark.parametrize("runs", [["workspace"], ["HEAD", "workspace"]])
def test_curves_have_one_legend_of_the_runs_or_of_the_rows_of_one(runs):
    both = [{**row, "rows": part, "rev": run} for run in runs for part in PARTS for row in rows("curves")]
    found = svg(charts.curves(both, True))
    assert found.count("role-legend-entry") == 1
    assert {name: f">{name}<" in found for name in (*PARTS, *runs)} == {
        **dict.fromkeys(PARTS, len(runs) == 1),
        **dict.fromkeys(runs, len(runs) > 1),
    }


@pytest.mark.parametrize(("values", "is_log"), [((1.0, 0.5), False), ((1.0, 0.01), True), ((1.0, 0.0), False)])
def test_a_loss_that_falls_far_and_stays_above_0_is_drawn_on_a_logarithmic_scale(values, is_log):
    data = [row | {"value": value, "measure": "loss"} for row, value in zip(rows("curves"), values, strict=True)]
    scale = charts.logarithmic(charts.curves(data, several=False))["encoding"]["y"]["scale"]
    assert (scale == {"type": "log"}) == is_log


@pytest.mark.parametrize("values", [[1.0, 2.0], ["a", "b"]])
def test_an_effect_is_drawn_of_numbers_and_of_categories(values):
    found = svg(charts.effect(Effect("age", values, {"yes": [0.1, 0.2]}), "mean probability"))
    assert ">mean probability by age<" in found and ">yes<" in found
