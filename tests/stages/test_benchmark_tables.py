"""benchmarks/tables.py: what its report says of made-up results, and its peers on a tiny table; ablation.py too."""

import hashlib
import re
import sys

import numpy as np
import pandas as pd
import pytest
from golden_tasks import ROOT
from omegaconf import OmegaConf
from stage_runs import overrides_of_new_task, workspace

from percept.composition import Config, composed
from percept.profiling.task_options import TaskOptions

PEERS = ("linear", "HistGB", "LightGBM", "XGBoost", "CatBoost", "RealMLP", "TabM", "AutoGluon")
KINDS = ("binary", "multiclass", "regression")
ERRORS = {  # of two splits: percept, a, b
    "straight": ([0.1, 0.2], [0.3, 0.3], [0.1, 0.2]),
    "steps": ([0.4, 0.4], [0.2, 0.2], [0.8, 0.8]),
}
METHODS = ("percept", "a", "b")


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


@pytest.fixture
def table_report():
    import table_report

    return table_report


def made_up():
    return [
        {"table": table, "split": split, "method": method, "version": f"{method} 1", "kind": "regression"}
        | {"test_rows": f"{table} {split}", "error": error, "rmse": error, "r2": 1 - error}
        | {"fit_s": 2.0, "predict_s": 0.5, "bytes": 3_000_000}
        for table, errors in ERRORS.items()
        for method, values in zip(METHODS, errors, strict=True)
        for split, error in enumerate(values)
    ]


def test_equal_errors_share_a_rank(table_report):
    errors = table_report.Results(made_up(), METHODS).errors()
    assert table_report.mean_ranks(errors) == pytest.approx([(1.5 + 2) / 2, (3 + 1) / 2, (1.5 + 3) / 2])


def test_the_ratio_to_the_least_error_is_a_geometric_mean(table_report):
    errors = table_report.Results(made_up(), METHODS).errors()  # .15, .3, .15 and .4, .2, .8
    assert table_report.relative_to_best(errors) == pytest.approx([2**0.5, 2**0.5, 2])


@pytest.mark.parametrize(
    ("percept", "other", "said"),
    [
        ([1, 2], [2, 1.5], "tie"),  # gains 1 and -0.5: mean 0.25, standard error 0.75
        ([1, 2], [2, 3.5], "win"),  # gains 1 and 1.5: mean 1.25, standard error 0.25
        ([2, 3.5], [1, 2], "loss"),
        ([1, 1], [1, 1], "tie"),
        ([1], [1.5], "win"),
    ],
)
def test_a_tie_is_within_one_standard_error_of_the_paired_differences(table_report, percept, other, said):
    assert table_report.outcome(np.array(percept, float), np.array(other, float)) == said


def test_the_interval_over_tables_has_no_width_where_all_tables_agree(table_report):
    other = np.array([0.1, 0.4, 2.0])
    assert table_report.ratio_interval(other * 0.8, other) == pytest.approx((0.8, 0.8, 0.8))


def test_the_interval_over_tables_is_wide_where_they_do_not_agree(table_report):
    ratio, low, high = table_report.ratio_interval(np.array([0.5, 2.0]), np.ones(2))
    assert (ratio, low, high) == pytest.approx((1, 0.5, 2))


def test_the_report_has_ranks_ratios_outcomes_and_costs(table_report):
    found = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table_report.report(made_up(), METHODS).splitlines()
        if line.startswith("|")
    ]
    for row in (
        ["straight", "**0.15** ± 0.071", "0.3 ± 0", "**0.15** ± 0.071"],
        ["mean rank", "1.75", "2.00", "2.25"],
        ["error / least error", "1.414", "1.414", "2.000"],
        ["a", "1 / 0 / 1", "1", "1.000", "0.500 to 2.000"],
        ["b", "1 / 1 / 0", "1", "0.707", "0.500 to 1.000"],
        ["train, s", *["2.00 (2.00)"] * 3],
        ["size, MB", *["3.00 (3.00)"] * 3],
    ):
        assert row in found


def test_results_of_different_test_rows_are_not_compared(table_report):
    rows = made_up()
    rows[-1]["test_rows"] = "others"
    with pytest.raises(SystemExit, match="different test rows"):
        table_report.report(rows, METHODS)


def test_each_score_has_the_error_that_methods_are_compared_by():
    from table_work import scores

    sure = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3]])
    binary = scores("binary", np.array([0, 1, 0, 1]), sure)
    assert (binary["auc"], binary["error"], binary["accuracy"]) == pytest.approx((0.75, 0.25, 0.5))
    three = np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    assert scores("multiclass", np.array([0, 1]), three)["error"] == pytest.approx(np.log(2) / 2, abs=1e-6)
    assert scores("regression", np.array([1.0, 3.0]), np.array([1.0, 1.0]))["error"] == pytest.approx(2**0.5)


@pytest.fixture
def mirrored(tmp_path, monkeypatch):
    """A function that gives the table of some bytes, which a mirror has; nothing was downloaded before."""
    import dev_tables

    monkeypatch.setattr(dev_tables, "FOLDER", tmp_path / "kept")
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    (tmp_path / "tables").mkdir()

    def table(file, content, **options):
        (tmp_path / "tables" / file).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return dev_tables.DevTable("rain", file, "regression", "y", str(tmp_path / "none"), digest, ["id"], **options)

    return table


def test_a_table_in_arff_becomes_csv_with_numbers_as_percept_reads_them(mirrored):
    table = mirrored("rain.arff", b"@relation rain\n@attribute id real\n@attribute y real\n@data\n1, 2.50e-1\n2, ?\n")
    assert table.text().splitlines() == [b"id,y", b"1.0,0.25", b"2.0,"]


def test_days_are_numbers_and_a_table_with_days_is_split_once(mirrored):
    table = mirrored("rain.csv", b"id,y,day,wet\n1,0.5,1970-01-03,?\n2,1.50,1970-02-01,yes\n", time="day")
    frame = table.frame(table.text())
    assert (list(frame), list(frame["day"]), list(frame["y"])) == (["y", "day", "wet"], [2, 31], ["0.5", "1.50"])
    assert frame["wet"].isna().tolist() == [True, False]
    assert (list(table.splits(5)), list(mirrored("other.csv", b"").splits(5))) == ([0], [0, 1, 2, 3, 4])


def test_a_table_with_other_bytes_is_refused(mirrored):
    table = mirrored("rain.csv", b"id,y\n")
    with pytest.raises(SystemExit, match=f"sha256 {'0' * 64}"):
        table._replace(sha256="0" * 64).text()


def test_every_public_table_is_named_with_its_digest_and_a_commit():
    from dev_tables import load

    tables = load()
    assert len(tables) == 16
    for name, table in tables.items():
        assert re.fullmatch("[0-9a-f]{64}", table.sha256), name
        assert re.search("/[0-9a-f]{40}/", table.url), name


def tiny(kind):
    """Columns with gaps and a category that only test rows have, and a target; a third class has no row to learn."""
    rng = np.random.default_rng(0)
    names = np.array(["red", "green", None], dtype=object)
    columns = pd.DataFrame({"a [cm]": rng.normal(size=80), "b": rng.integers(0, 5, 80), "c": rng.choice(names, 80)})
    y = (columns["a [cm]"] > 0).to_numpy() + 0
    columns.loc[::7, "a [cm]"] = np.nan
    columns.loc[79, "c"] = "blue"
    return columns, y + 0.1 * rng.normal(size=80) if kind == "regression" else y


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_learns_from_a_tiny_table_and_answers_for_each_test_row(name, kind):
    from peers import PEERS as KNOWN

    if not KNOWN[name].is_installed:
        pytest.skip(f"{KNOWN[name].module} is not installed")
    columns, y = tiny(kind)
    num_classes = {"binary": 2, "multiclass": 3, "regression": 0}[kind]
    found = KNOWN[name].measure(kind, columns[:60], y[:60], columns[60:], num_classes)
    assert found.num_bytes > 0
    assert KNOWN[name].version.split()[1][0].isdigit()
    if kind == "regression":
        assert found.predicted.shape == (20,)
        assert np.corrcoef(found.predicted, y[60:])[0, 1] > 0.5
    else:
        assert found.predicted.shape == (20, num_classes)
        assert found.predicted.sum(axis=1) == pytest.approx(1)
        assert (found.predicted[:, 2:] == 0).all()
        assert (found.predicted.argmax(axis=1) == y[60:]).mean() > 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_a_peer_by_the_python_of_another_environment_says_the_same(kind):
    from other_python import OtherPython
    from peers import PEERS as KNOWN

    columns, y = tiny(kind)
    split = kind, columns[:60], y[:60], columns[60:], {"binary": 2, "multiclass": 3, "regression": 0}[kind]
    there = OtherPython(sys.executable)
    assert there.versions["linear"] == KNOWN["linear"].version
    assert there.measure("linear", *split).predicted == pytest.approx(KNOWN["linear"].measure(*split).predicted)


def test_every_peer_has_a_test_here():
    from peers import PEERS as KNOWN

    assert tuple(KNOWN) == PEERS


def test_the_ablation_tells_the_change_of_the_geometric_mean_of_losses():
    import ablation

    losses = {"as new_task writes it": (1.0, 4.0), "no bins": (1.1, 3.6)}  # a loss of each table
    found = {
        (table, part): {"inner": values[index], "outer": 2 * values[0], "seconds": 2.4}
        for part, values in losses.items()
        for index, table in enumerate("ab")
    }
    row = ablation.report(found, "ab", losses).splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["no bins", f"{100 * ((1.1 * 0.9) ** 0.5 - 1):+.1f}", "+10.0", "1 of 2", "5"]


def test_every_part_of_the_ablation_composes_with_a_task_that_new_task_writes(tmp_path):
    import ablation

    with workspace() as folder:
        rows = [f"{row % 17},{'yes' if row % 3 else 'no'}" for row in range(100)]
        (folder / "few.csv").write_text("\n".join(["x,label", *rows]) + "\n", encoding="utf-8")
        task = overrides_of_new_task(folder / "few.csv", TaskOptions("label"))
        for words in ablation.PARTS.values():
            Config.check(OmegaConf.to_container(composed([*task, *words])), "test")
