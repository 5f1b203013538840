"""The report of every kind of task: it stands alone, says what the run found, and takes names as they are."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from report_runs import BUNDLED, HOSTILE, KINDS, Reported, reported

from percept import paths
from percept.reporting.page import anchor
from percept.reporting.report import SECTIONS
from percept.reporting.scores import flat, number

ALL = [*KINDS, *BUNDLED]
MAX_BYTES = 1_000_000
VOID = {"meta", "img", "br", "line", "path", "rect"}


@pytest.fixture(scope="module", params=ALL)
def run(request, tmp_path_factory) -> Reported:
    return reported(request.param, tmp_path_factory.mktemp("report") / request.param)


class Structure(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "srcset")]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_the_page_stands_alone_and_is_small_and_well_formed(run):
    found = Structure(run.page)
    assert found.open == [] and len(found.ids) == len(set(found.ids))
    assert len(run.page.encode()) < MAX_BYTES
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in found.addresses)
    assert not found.tags & {"script", "link", "iframe", "object", "form"} and "url(" not in run.page


def test_the_numbers_of_the_page_are_those_of_the_metrics(run):
    rows = {row[0]: row for row in Structure(run.page).rows if row}
    (header,) = [row for row in Structure(run.page).rows if row[:2] in (["", "validation"], ["", "test"])]
    for part in ("validation", "test"):
        for name, value in flat(run.metrics[part], run.metrics["primary"]).items():
            assert rows[name][header.index(part)] == number(value)


def test_the_other_models_are_those_that_are_left_for_show(run):
    kept = json.loads((run.folder / paths.FINDINGS / paths.FOUND).read_text(encoding="utf-8"))["beside"]
    rows = {row[0]: row for row in Structure(run.page).rows if row}
    (header,) = [row for row in Structure(run.page).rows if row[:2] in (["", "validation"], ["", "test"])]
    primary = run.metrics["primary"]
    assert rows[primary][header.index("guess")] == number(kept["guess"][primary])
    for name, words in (("linear", "line"), ("trees", "trees")):
        assert (name in kept) == (words in header)


def test_the_page_has_the_sections_that_suit_the_task(run):
    found = re.findall(r'<section id="([^"]+)"', run.page)
    left_out = {"pictures": ["what-it-looks-at"]}.get(run.folder.name, [])
    left_out += ["threshold-and-calibration"] if run.metrics["kind"] == "regression" else []
    assert found == [name for title in SECTIONS if (name := anchor(title)) not in left_out]


def test_names_are_shown_as_they_are_and_are_no_part_of_the_page(run):
    assert "<b>yes" not in run.page
    if run.folder.name in KINDS:
        assert "&lt;b&gt;yes &amp; &quot;no&quot;&lt;/b&gt;" in run.page


def test_every_row_is_accounted_for(run):
    spec = json.loads((run.folder / "data/prepared/spec.json").read_text(encoding="utf-8"))
    rows = {row[0]: row[1] for row in Structure(run.page).rows if len(row) == 2}
    assert rows["in the source"] == f"{spec['rows']['source']:,}" and rows["tested on"] == f"{spec['rows']['test']:,}"


def test_the_network_is_drawn_layer_by_layer(run):
    layers = json.loads((run.folder / "models/layers.json").read_text(encoding="utf-8"))
    assert run.page.count("<li><strong>") == len(layers)
    assert f"of {sum(layer['weights'] for layer in layers):,} weights" in run.page


def test_the_city_without_a_rule_is_told_worse(tmp_path):
    page = reported("binary", tmp_path / "run").page
    (table,) = re.findall(r"than chance explains.*?</table>", page, re.S)
    assert " = Oslo" in table and "서울" not in table


def test_the_same_run_gives_the_same_page(tmp_path):
    first, second = (reported("binary", tmp_path / name).page for name in ("one", "two"))
    digest = r"[0-9a-f]{64}"  # of model.onnx: of the same weights
    assert re.sub(digest, "", first) == re.sub(digest, "", second)


def test_the_report_loads_no_tensorflow():
    code = "import sys, report; from percept.reporting import page; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=paths.ROOT / "src", capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_the_hostile_name_is_hostile():
    assert "<" in HOSTILE and '"' in HOSTILE
