""".dvc/plots is what charts.py draws, and each plot of dvc.yaml has its file, its columns and its template."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from percept.evaluation.plots import HEADERS
from percept.reporting.charts import CHARTS
from percept.reporting.dvc_plots import files

ROOT = Path(__file__).parents[2]
PLOTS = [entry for plot in OmegaConf.to_container(OmegaConf.load(ROOT / "dvc.yaml"))["plots"] for entry in plot.items()]
COLUMNS = {f"results/plots/{name}": header for name, header in HEADERS.items()}


def test_the_files_of_dvc_plots_are_those_that_make_plots_writes():
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / ".dvc/plots").iterdir()}
    assert kept == files(), "run `make plots`"


def test_every_file_of_rows_is_drawn_and_every_chart_is_used():
    drawn = {file for name, plot in PLOTS for file in ([name] if isinstance(plot["y"], str) else plot["y"])}
    assert drawn == set(COLUMNS)
    assert {plot["template"] for _, plot in PLOTS} == set(CHARTS)


@pytest.mark.parametrize(("name", "plot"), PLOTS, ids=[name for name, _ in PLOTS])
def test_the_columns_of_a_plot_are_in_its_file(name, plot):
    ((file, y),) = plot["y"].items() if isinstance(plot["y"], dict) else [(name, plot["y"])]
    assert {plot["x"], y} <= set(COLUMNS[file])


def test_dvc_takes_its_page_from_there():
    assert "html_template = plots/page.html" in (ROOT / ".dvc/config").read_text(encoding="utf-8")
