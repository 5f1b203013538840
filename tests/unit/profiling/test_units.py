"""Columns of numbers with a unit or signs are numbers, and what only looks so stays what it is."""

import random
from collections.abc import Callable

import pyarrow as pa
import pytest
from omegaconf import OmegaConf
from pyarrow import parquet
from pydantic import ValidationError

from percept.dataset.formats import ColumnUnit, CsvFormat, plain_numbers
from percept.errors import UserError
from percept.files.csv import read_csv
from percept.files.parquet import read_parquet
from percept.profiling.overview import overview
from percept.profiling.reading import NO_OPTIONS, ReadOptions, read_table
from percept.profiling.task import Task, propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions

NUMBERS = random.Random(3)
AMOUNTS = [NUMBERS.uniform(-3000, 3000) for _ in range(160)]
UNITS: dict[str, tuple[str, Callable[[float], str]]] = {
    "dollars": ("$", lambda value: f"${abs(value):,.2f}"),
    "pounds below 0": ("\N{POUND SIGN}", lambda value: f"{'-' * (value < 0)}\N{POUND SIGN}{abs(value):,.2f}"),
    "euros": ("\N{EURO SIGN}", lambda value: f"{abs(value):.2f}".replace(".", ",") + " \N{EURO SIGN}"),
    "won": ("원", lambda value: f"{abs(value):,.0f}원"),
    "percent": ("%", lambda value: f"{value / 30:.1f}%"),
    "weights": ("kg", lambda value: f"{abs(value) / 10:.1f} kg"),
    "accounts": ("", lambda value: f"({-value:.2f})" if value < 0 else f"{value:.2f}"),
    "minus": ("", lambda value: f"{value:.2f}".replace("-", "\N{MINUS SIGN}")),
    "thousands": ("", lambda value: f"{abs(value) / 100:.2f}K"),
    "times": ("h:m", lambda value: f"{int(abs(value)) % 24:02}:{int(abs(value) * 7) % 60:02}"),
    "afternoons": ("h:m", lambda value: f"{int(abs(value)) % 12 + 1}:{int(abs(value) * 7) % 60:02} PM"),
    "durations": ("h:m", lambda value: f"{int(abs(value)) % 60}:{int(abs(value) * 7) % 60:02}:30"),
}


@pytest.fixture
def table(reading):
    def of(cells: list[str], options: ReadOptions = NO_OPTIONS):
        rows = [f'"{cell}",{NUMBERS.randint(0, 99)},{"yes" if row % 3 else "no"}' for row, cell in enumerate(cells)]
        return reading("\n".join(["amount,x,y", *rows]), options)

    return of


def config_of(task: Task) -> dict:
    source = {"path": "t.csv", "urls": ["t.csv"], "sha256": "0" * 64}
    return OmegaConf.to_container(OmegaConf.create(render(task, "t", source, "new_task").text))


@pytest.mark.parametrize("name", UNITS)
def test_a_feature_and_a_target_with_a_unit_are_numbers_and_the_task_file_says_so(table, name):
    unit, write = UNITS[name]
    found = table(list(map(write, AMOUNTS)))
    feature, target = (propose_task(found, TaskOptions(column)) for column in ("y", "amount"))
    assert feature.uses["amount"] == "numeric" and target.kind == "regression"
    config = config_of(feature)
    assert config["source"]["units"] == [{"column": "amount", "unit": unit}]
    assert config["contract"]["columns"]["amount"]["type"] == "number"
    said = any(note.startswith("Predictions of amount are numbers in ") for note in target.notes)
    assert said == bool(unit) and "amount " in overview(feature).splitlines()[0]


def test_swiss_and_indian_groups_and_dashes_for_none_are_marks_of_plain_numbers(table):
    swiss = table([f"{abs(int(value * 99)):,}".replace(",", "\N{RIGHT SINGLE QUOTATION MARK}") for value in AMOUNTS])
    assert swiss.text.thousands == "'" and not swiss.text.units
    indian = table([f"{row % 90 + 10},{row % 80 + 10},{100 + row}" for row in range(160)])
    assert indian.text.thousands == "," and indian.table.columns["amount"][1] == "1111101"
    dashes = table(["\N{EN DASH}" if row % 9 == 0 else f"${value:.1f}" for row, value in enumerate(AMOUNTS)])
    assert dashes.table.columns["amount"][0] == "" and "\N{EN DASH}" in dashes.text.missing


@pytest.mark.parametrize(
    ("cells", "classes"), [(("3 years", "5 years", "10 years"), 3), (("36 months", "60 months"), 2), (("5%", "9%"), 2)]
)
def test_names_of_few_sizes_stay_texts(table, cells, classes):
    found = table([cells[row % classes] for row in range(160)])
    assert not found.text.units
    assert len(propose_task(found, TaskOptions("amount")).classes) == classes


CODES = {
    "one block": lambda row: f"{row}A",
    "seats": lambda row: f"{row}{'ABCDEF'[row % 6]}",
    "house numbers": lambda row: f"{row}b" if row % 2 else f"{row}",
    "zones": lambda row: f"{row}{'NS'[row % 2]}",
    "paper": lambda row: f"A{row}",
    "roads": lambda row: f"M{row}",
    "cells of a sheet": lambda row: f"{row}A2",
    "ordinals": lambda row: f"{row}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(row, 'th') }",
    "ordinals of one kind": lambda row: f"{row}th",
    "floors": lambda row: f"{row}th floor",
}


@pytest.mark.parametrize("name", CODES)
def test_letters_right_behind_whole_numbers_make_codes_of_them(table, name):
    codes = [CODES[name](row % 40 + 1) for row in range(160)]
    task = propose_task(table(codes), TaskOptions("y"))
    assert not task.reading.text.units and task.columns["amount"].kind == "category"
    assert "different units" not in overview(task)


@pytest.mark.parametrize(
    ("unit", "write"),
    [
        ("A", lambda row: f"{row} A"),
        ("A", lambda row: f"{row / 4:.2f}A"),
        ("m", lambda row: f"{row}m"),
        ("g", lambda row: f"{row}g"),
        ("", lambda row: f"{row}{'KM'[row % 2]}"),
        ("", lambda row: f"{row / 4:.2f}{'NS'[row % 2]}"),
        ("C", lambda row: f"{row}C"),
        ("m2", lambda row: f"{row}m2"),
        ("\N{WON SIGN}", lambda row: f"\N{WON SIGN}{row},200"),
    ],
)
def test_a_blank_a_fraction_or_a_known_letter_makes_a_unit(table, unit, write):
    found = table([write(row % 40 + 1) for row in range(160)])
    assert [entry.unit for entry in found.text.units] == [unit]
    assert propose_task(found, TaskOptions("y")).uses["amount"] == "numeric"


def test_a_column_with_several_units_stays_text_and_they_are_named(table):
    cells = [
        f"{abs(value) / 10:.0f} g" if row % 2 else f"{abs(value) / 999:.1f} kg" for row, value in enumerate(AMOUNTS)
    ]
    task = propose_task(table(cells), TaskOptions("y"))
    assert task.uses["amount"] != "numeric" and "different units, 'kg' and 'g'" in overview(task)


@pytest.mark.parametrize("units", [("mW", "MW"), ("m", "ms"), ("kg", "g"), ("$", "\N{EURO SIGN}")])
def test_units_that_differ_by_a_prefix_are_not_one(table, units):
    assert not table([f"{abs(value) / 10:.1f} {units[row % 2]}" for row, value in enumerate(AMOUNTS)]).text.units


def test_a_decimal_comma_beside_decimal_points_takes_no_column_for_thousands(reading):
    rows = [
        f'"{abs(value):.2f} \N{EURO SIGN}",{row / 999:.3f},{row % 2}'.replace(".", ",", 1)
        for row, value in enumerate(AMOUNTS)
    ]
    found = reading("\n".join(["amount,x,y", *rows]))
    assert [float(cell) for cell in found.table.columns["x"]] == [round(row / 999, 3) for row in range(len(AMOUNTS))]


def european(value: float, decimals: int = 2) -> str:
    return f"{abs(value):,.{decimals}f}".translate({ord(","): ".", ord("."): ","})


@pytest.mark.parametrize("separator", [";", "|"])
def test_each_column_is_read_by_its_own_marks_and_the_source_and_predict_do_so_too(reading, tmp_path, separator):
    head = separator.join(["price", "share", "small", "count", "y"])
    lines = [
        (
            f"{european(value)} \N{EURO SIGN}",
            european(value / 7, 1),
            f"{row % 4}.{row + 100}",
            f"{row}",
            f"{value > 0:d}",
        )
        for row, value in enumerate(AMOUNTS)
    ]
    found = reading("\n".join([head, *map(separator.join, lines)]))
    task = propose_task(found, TaskOptions("y"))
    entries = config_of(task)["source"]["units"]
    expected = {
        "price": [abs(round(value, 2)) for value in AMOUNTS],
        "share": [abs(round(value / 7, 1)) for value in AMOUNTS],
        "small": [float(line[2]) for line in lines],
    }
    own = {entry["column"] for entry in entries if "decimal" in entry}
    assert own == ({"small"} if found.text.decimal == "," else {"price", "share"})
    assert all(f"{name} " in overview(task).splitlines()[0] for name in own)
    again = read_csv(tmp_path / "table.csv", found.text)
    readers = plain_numbers(CsvFormat.model_validate_json(found.text.model_dump_json()), expected)
    for place, (name, values) in enumerate(expected.items()):
        assert [float(cell) for cell in again.columns[name]] == values and task.uses[name] == "numeric"
        assert [float(readers[name](line[place])) for line in lines] == values


def test_a_parquet_column_of_numbers_may_stand_where_texts_had_a_decimal_comma(tmp_path):
    texts = [european(value) for value in AMOUNTS]
    columns = {"amount": texts, "x": [f"{value / 7:.1f}" for value in AMOUNTS], "y": [0, 1] * 80}
    parquet.write_table(pa.table(columns), tmp_path / "texts.parquet")
    found = read_table(tmp_path / "texts.parquet")
    assert found.text.units[0].decimal == ","
    parquet.write_table(pa.table(columns | {"amount": AMOUNTS}), tmp_path / "floats.parquet")
    again = read_parquet(tmp_path / "floats.parquet", found.text)
    assert [float(cell) for cell in again.columns["amount"]] == AMOUNTS


def test_numbers_in_lines_of_one_cell_are_no_number(table):
    found = table([f"{row},5\n{row},7" for row in range(160)])
    assert (found.text.decimal, found.text.thousands, found.text.units) == (".", "", ())


def test_lists_of_few_numbers_are_no_decimals(table):
    assert not table([("1,2", "1,3", "2,4,5")[row % 3] for row in range(160)]).text.units


@pytest.mark.parametrize("marks", [{"thousands": "."}, {"decimal": ",", "thousands": ","}])
def test_marks_of_a_column_that_do_not_tell_fractions_from_groups_are_refused(marks):
    with pytest.raises(ValidationError, match=r"decimal (should be given|and thousands should differ)"):
        ColumnUnit(column="price", unit="", **marks)


def test_one_cell_that_is_no_such_number_is_named_with_its_line(table):
    cells = [f"${value:.2f}" for value in AMOUNTS]
    cells[55] = "ask"
    task = propose_task(table(cells), TaskOptions("y"))
    assert "numbers and texts (line 57: 'ask')" in task.reasons["amount"]
    with pytest.raises(UserError, match="line 57: 'ask'"):
        propose_task(table(cells), TaskOptions("amount"))


def test_a_person_can_keep_the_texts(table):
    cells = [f"{row % 8 * 25} ml" for row in range(160)]
    assert propose_task(table(cells), TaskOptions("amount")).kind == "regression"
    kept = table(cells, ReadOptions(as_texts=("amount",)))
    task = propose_task(kept, TaskOptions("y", category=("amount",)))
    assert not kept.text.units and task.uses["amount"] == "category"


def test_parquet_texts_have_units_too(tmp_path):
    cells = [f"${abs(value):,.2f}" for value in AMOUNTS]
    parquet.write_table(pa.table({"amount": cells, "y": [value / 7 for value in AMOUNTS]}), tmp_path / "t.parquet")
    found = read_table(tmp_path / "t.parquet")
    assert propose_task(found, TaskOptions("y")).uses["amount"] == "numeric"
    again = read_parquet(tmp_path / "t.parquet", found.text)
    assert [float(cell) for cell in again.columns["amount"]] == [round(abs(value), 2) for value in AMOUNTS]


def test_a_unit_of_a_column_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "t.csv").write_text("price,y\n$5,1\n")
    text = CsvFormat.model_validate({"units": [{"column": "prise", "unit": "$"}]})
    with pytest.raises(UserError, match=r"source.units.*no column 'prise'.*price"):
        read_csv(tmp_path / "t.csv", text)
