"""Names, labels and cells are data, whatever they hold: the task file composes to what was meant, value by value."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from percept import yaml_file
from percept.composition import composed
from percept.errors import UserError
from percept.params import plain_values
from percept.profiling.reading import ReadOptions, read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.profiling.writing import check_composes
from percept.profiling.yaml_text import Block, Draft, draft

LOOKS_LIKE_YAML = [
    "a: b",
    "#",
    "- a",
    "null",
    "yes",
    "1e3",
    "0x1F",
    ".inf",
    "2020-01-01",
    "!!python/x",
    "&a",
    "*a",
    "{",
]
LOOKS_LIKE_YAML += ["@package _global_", "`", "? a", "a\nseed: 7", "% a", "|", ">", "'", '"', "[a", "<<", "=", "~"]
LOOKS_LIKE_YAML += [
    "${a}",
    "\\${oc.env:HOME}",
    "$${a\\\\",
    "${",
    "\\",
    "a\x85b",
    "a\u2028# b",
    "\ufeffa",
    "a\u202eb",
    "a\tb",
]
LOOKS_LIKE_YAML += ["a\x1b[31mb", "a\x7fb", "\U000e0001a", "rest", "???x", "seed", "a.b", "defaults"]
TEXT = st.sampled_from(LOOKS_LIKE_YAML) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
CHOICES = [("digits", ""), ("_self_", "")]


@st.composite
def tables(draw) -> tuple[list[str], list[list[str]]]:
    """Names of a number, a category and the target, and rows of them; the target has two classes or three."""
    names = draw(st.lists(TEXT, min_size=3, max_size=3, unique_by=str.strip))
    cells = draw(st.lists(TEXT, min_size=2, max_size=4))
    labels = draw(st.lists(TEXT, min_size=2, max_size=3, unique_by=str.lower))
    rows = [[str(row * 7 % 11), cells[row % len(cells)], labels[row % len(labels)]] for row in range(30)]
    return names, rows


@settings(max_examples=25)
@given(tables())
@example((["${price}", "a: b", "${oc.env:HOME}"], [[str(row % 7), "x\n- y", "{ }"[row % 2 * 2]] for row in range(30)]))
def test_any_table_gives_a_file_that_composes_to_what_was_meant(tmp_path_factory, table):
    names, rows = table
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    file = tmp_path_factory.mktemp("any") / "table.csv"
    file.write_bytes(stream.getvalue().encode())
    try:
        reading = read_table(file, ReadOptions(header=True, separator=","))
        task = propose_task(reading, TaskOptions(list(reading.table.columns)[-1]))
    except UserError:
        return  # of the table itself: one class alone, an empty name
    command = f"new_task.py --target {names[-1]}"
    written = render(task, "any", {"path": "table.csv", "urls": [str(file)], "sha256": "0" * 64}, command)
    assert all(line.isprintable() for line in written.text.split("\n"))
    assert written.meant["objective"]["target"] == list(reading.table.columns)[-1]
    check_composes(written, "any")


def test_what_is_composed_otherwise_than_meant_is_refused_with_its_key():
    written = draft(["Mine."], CHOICES, {"task": ("mine", ""), "fit": Block({"epochs": (7, "")})})
    with pytest.raises(UserError, match=r"(?s)mine\.yaml: fit\.epochs: Hydra reads 7\n.*'7'"):
        check_composes(Draft(written.text, {"task": "mine", "fit": {"epochs": "7"}}), "mine")


@pytest.mark.parametrize("text", LOOKS_LIKE_YAML)
def test_a_comment_is_one_printable_line_and_never_a_header_of_hydra(text):
    written = draft([f"Task: {text}"], CHOICES, {"task": ("mine", text), "seed": (1, "")})
    assert all(line.isprintable() for line in written.text.split("\n"))
    lines = [line for line in written.text.splitlines() if line and not line.startswith("#")]
    assert [line.partition(":")[0] for line in lines] == ["defaults", "  - digits", "  - _self_", "task", "seed"]


def test_params_yaml_gives_the_texts_back():
    config = composed(["task=iris", r"objective.target='a\\\${b}'"])
    assert plain_values(config)["objective"]["target"] == "a\\${b}"
    assert yaml_file.dump(plain_values(config)).count(r"a\\\${b}") == 1
