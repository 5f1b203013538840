"""In a browser without a network: the report, the table of runs and the page of `dvc plots`, light and dark."""

import subprocess
import sys

import pytest
from browser_pages import contrast, look
from report_runs import reported

from percept.paths import ROOT
from percept.reporting.experiments import Experiment, experiments_page
from percept.reporting.page import anchor
from percept.reporting.report import SECTIONS

PHONE = 390
READABLE = 4.5  # contrast of text (WCAG 2.2, level AA)


@pytest.fixture(scope="module", params=["binary", "pictures", "targets"])
def run(request, tmp_path_factory):
    return reported(request.param, tmp_path_factory.mktemp("browser") / request.param)


def test_the_parts_of_the_report_are_seen_and_nothing_is_asked_of_a_network(run, tmp_path):
    seen = look(run.file, tmp_path)
    shown = dict(seen["sections"])
    assert set(shown) <= {anchor(title) for title in SECTIONS} and len(shown) >= 9
    assert all(height > 50 for height in shown.values())
    assert len(seen["charts"]) >= 4 and all(width > 100 for width in seen["charts"])
    assert all(width > 0 for width in seen["pictures"]) and bool(seen["pictures"]) == (run.folder.name == "pictures")
    assert seen["requests"] == []


def test_the_report_fits_a_phone(run, tmp_path):
    seen = look(run.file, tmp_path, PHONE)
    assert seen["width"] <= PHONE and all(width <= PHONE for width in seen["charts"])


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_of_the_report_can_be_read(run, tmp_path, dark):
    seen = look(run.file, tmp_path, dark=dark)
    assert (contrast(seen["background"], "rgb(0, 0, 0)") < 3) == dark
    paper = seen["background"]  # also the ink of numbers on a cell of the confusion matrix
    assert {
        color: contrast(color, paper)
        for color in seen["colors"]
        if color != paper and contrast(color, paper) < READABLE
    } == {}


def test_the_table_of_runs_sorts_by_a_click(tmp_path):
    def experiment(name, test, losses):
        return Experiment(
            name, "1234567", "t", "mlp", "adam", "mse", 0.5, test, (test - 1, test + 1), losses, f"fit.epochs={name}"
        )

    page = tmp_path / "runs.html"
    found = [experiment("b", 10.0, [3.0, 2.0]), experiment("c", 9.0, []), experiment("a", 100.0, [2.0, 1.0])]
    page.write_text(experiments_page(found), encoding="utf-8")
    click = """sorted: ["run", "test", "test", "loss"].map((name) => {
      [...page.querySelectorAll("th")].find((head) => head.textContent === name).click();
      return [...page.querySelectorAll("tbody tr")].map((row) => row.cells[0].textContent[0]).join("");
    })"""
    seen = look(page, tmp_path, more=click)
    assert seen["sorted"] == ["abc", "cba", "abc", "abc"]
    assert seen["requests"] == []


@pytest.fixture(scope="module")
def plotted(reproduced):
    """A clone in which `make setup` wrote Vega, with the page of `dvc plots show`."""
    (reproduced.folder / ".venv").mkdir(exist_ok=True)
    subprocess.run([sys.executable, str(reproduced.folder / "tools/vega.py")], check=True)
    reproduced.run("dvc", "plots", "show")
    return reproduced.folder / "dvc_plots/index.html"


@pytest.mark.parametrize("dark", [False, True])
def test_dvc_plots_draws_without_a_network(plotted, tmp_path, dark):
    seen = look(plotted, tmp_path, dark=dark)
    titles = " | ".join(seen["titles"])
    for words in (
        "loss by epoch",
        "accuracy by epoch",
        "confusion matrix",
        "ROC",
        "precision and recall",
        "reliability",
        "by group",
    ):
        assert words in titles
    assert len(seen["charts"]) == 7 and all(width > 100 for width in seen["charts"])
    assert seen["requests"] == []
    assert all(
        contrast(color, seen["background"]) > READABLE for color in seen["colors"] if color != seen["background"]
    )


def test_without_vega_the_page_says_what_to_do(plotted, tmp_path):
    (plotted.parents[1] / ".venv/vega.js").rename(tmp_path / "vega.js")
    seen = look(plotted, tmp_path, more="says: page.body.textContent.includes('run `make setup`, or go online')")
    (tmp_path / "vega.js").rename(plotted.parents[1] / ".venv/vega.js")
    assert seen["says"] and any("/vega@" in address for address in seen["requests"])


def test_two_commits_are_drawn_in_one_page(plotted, tmp_path, reproduced):
    reproduced.run("dvc", "plots", "diff", "HEAD", "-o", "difference")
    seen = look(reproduced.folder / "difference/index.html", tmp_path)
    assert len(seen["charts"]) == 7 and (ROOT / "dvc.yaml").is_file()
