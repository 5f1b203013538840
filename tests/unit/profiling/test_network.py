"""The network of a table: its size follows from rows and columns, and all rows but the test rows are learned from."""

import pytest

from percept.profiling.network import FEWEST_BINS, LARGEST_MB, choose_tabm, num_inputs
from percept.profiling.task import INPUT_USES, propose_task
from percept.profiling.task_options import TaskOptions


@pytest.fixture
def network(reading):
    """Return the network for rows of (number, plan, label)."""

    def of(num_rows: int, cells=lambda row: f"{row * 7 % 101 / 10},{'abc'[row % 3]}", **options):
        rows = [f"{cells(row)},{'yes' if row % 3 else 'no'}" for row in range(num_rows)]
        header = ",".join([*(f"x{index}" for index in range(rows[0].count(","))), "label"])
        return propose_task(reading("\n".join([header, *rows])), TaskOptions("label", **options)).network

    return of


@pytest.mark.parametrize(("num_rows", "num_folds"), [(12, 5), (100, 10), (5000, 10), (5001, 5)])
def test_few_rows_are_learned_from_in_more_folds(network, num_rows, num_folds):
    found = network(num_rows)
    assert found.validation[0]["num"] == num_folds and found.model[0] == "tabm"


def test_of_many_rows_some_are_set_apart_and_one_stack_of_members_learns(network):
    found = network(60_010)
    assert found.validation[0] == {"kind": "fraction", "fraction": 0.125, "stratify": True, "random_state": 0}
    assert found.options["members"][0] == 8 and "stratify" not in network(100, model="mlp").validation[0]["kind"]


@pytest.mark.parametrize(("num_rows", "epochs"), [(100_000, 20), (1_000_000, 12), (5_000_000, 3)])
def test_millions_of_rows_are_learned_less_often(num_rows, epochs):
    split = {"validation": ({"kind": "fraction"}, "")}
    found = choose_tabm(num_rows, dict.fromkeys(INPUT_USES, ()), (("yes", 1), ("no", 1)), split)
    assert found.fit["epochs"][0] == epochs
    assert found.averages == {} or found.averages["ema_epochs"][0] * 10 == epochs < 20


def test_the_batch_is_a_power_of_two_near_a_fortieth_of_the_rows_that_are_learned_from(network):
    assert [network(num_rows).fit["batch_size"][0] for num_rows in (100, 5000, 20_000)] == [32, 64, 256]


def test_classes_with_fewer_rows_than_folds_keep_no_shares(reading):
    rows = [f"{row % 17},{'rare' if row < 6 else 'a' if row % 2 else 'b'}" for row in range(100)]
    task = propose_task(reading("\n".join(["x,label", *rows])), TaskOptions("label"))
    assert "stratify" not in task.network.validation[0]


@pytest.mark.parametrize("numbers", [1, 100, 1000, 3000])
def test_many_columns_get_fewer_bins_and_narrower_layers_so_that_the_file_stays_small(network, numbers):
    found = network(300, cells=lambda row: ",".join(str((row * index) % 97 / 10) for index in range(1, numbers + 1)))
    bins, units = found.features.get("bins", (0, ""))[0], found.options["units"][0][0]
    weights = found.validation[0]["num"] * numbers * (1 + bins) * units
    assert weights * 4 <= LARGEST_MB * 2**20 * 1.01 or units == 32  # a column is left out
    assert bins == 0 or bins >= FEWEST_BINS


def test_long_categories_get_a_mean_target_and_a_level_of_the_rare(network):
    found = network(3000, cells=lambda row: f"{row % 7 / 10},shop {row * 37 % 61}")
    assert found.features["target_mean"][0] == 50 and "max_categories" not in found.features
    found = network(3000, cells=lambda row: f"{row % 7 / 10},shop {row * 37 % 301}")
    assert found.features["target_mean"][0] == 50 and found.features["max_categories"][0] == 200
    plain = network(3000, cells=lambda row: f"0.1,shop {row * 37 % 301}", model="mlp")
    assert plain.features["max_categories"][0] == 50
    assert found.features["min_frequency"][0] == 5 and num_inputs({use: [] for use in INPUT_USES}) == 0


def test_the_same_table_gets_the_same_network(network):
    assert network(500) == network(500)


def test_very_many_classes_get_dense_layers(reading):
    rows = [f"{row * 7 % 101},class {row % 150}" for row in range(900)]
    task = propose_task(reading("\n".join(["x,label", *rows])), TaskOptions("label"))
    assert task.network.model[0].startswith("mlp") and task.network.validation[0]["kind"] == "fraction"
