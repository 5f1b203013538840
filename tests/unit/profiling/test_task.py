"""From a table and a target to the task: its kind, its columns, its split, its objective."""

import random

import pytest

from percept.errors import UserError
from percept.profiling.reading import Reading
from percept.profiling.task import Task, propose_task
from percept.profiling.task_options import TaskOptions


def text(num_rows: int = 240, **columns) -> str:
    """A table of a good column `age`, and others: name -> function of (row, age)."""
    numbers = random.Random(0)
    lines = [",".join(["age", *columns])]
    for row in range(num_rows):
        age = numbers.randint(18, 70)
        lines.append(",".join([str(age), *(str(cell(row, age)) for cell in columns.values())]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def task(reading):
    def of(content: str | Reading, **options) -> Task:
        return propose_task(
            reading(content) if isinstance(content, str) else content, TaskOptions(**({"target": "y"} | options))
        )

    return of


def shares(**counts):
    """A target of so many rows of each label, in turn."""
    labels = [label for label, count in counts.items() for _ in range(count)]
    random.Random(0).shuffle(labels)
    return len(labels), lambda row, _: labels[row]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (lambda row, age: ("no", "yes")[row % 2], "binary"),
        (lambda row, age: row % 2, "binary"),
        (lambda row, age: (1.5, 2.5)[row % 2], "binary"),
        (lambda row, age: "abc"[row % 3], "multiclass"),
        (lambda row, age: row % 20, "multiclass"),
        (lambda row, age: row % 21, "regression"),
        (lambda row, age: row % 5 + 0.5, "regression"),
        (lambda row, age: age * 3 + row, "regression"),
    ],
)
def test_the_kind_of_task_follows_from_the_target(task, cell, kind):
    assert task(text(y=cell)).kind == kind


def test_a_target_whose_name_says_identifier_has_classes_where_its_texts_come_again(task):
    assert task(text(player_id=lambda row, age: f"name{row % 80}"), target="player_id").kind == "multiclass"


def test_a_person_decides_about_the_kind(task):
    content = text(y=lambda row, age: row % 5)
    assert task(content).kind == "multiclass"
    found = task(content, kind="regression")
    assert (found.kind, found.classes, found.objective["scale_target"][0]) == ("regression", (), True)


@pytest.mark.parametrize(
    ("cell", "options", "reason"),
    [
        (lambda row, age: "x", {}, "one value alone, 'x'"),
        (lambda row, age: "", {}, "no value at all"),
        (lambda row, age: f"name{row}", {}, "240 different texts in 240 rows"),
        (lambda row, age: f"he said {row} words to me", {}, "free text"),
        (lambda row, age: f"2024-01-{row % 28 + 1:02d}", {}, "dates"),
        (lambda row, age: row * 1.5 if row % 50 else "many", {}, r"numbers and texts \(line 2: 'many'\)"),
        (lambda row, age: "ab"[row % 2], {"kind": "regression"}, "texts such as 'a'"),
        (lambda row, age: "abc"[row % 3], {"kind": "binary"}, "3 different values"),
        (lambda row, age: row % 2, {"target": "z"}, "no column 'z'"),
        (lambda row, age: row % 2, {"target": "agee"}, "no column 'agee'; did you mean 'age'?"),
        (lambda row, age: row % 2, {"drop": ("b",)}, "--drop: .* has no column 'b'"),
        (lambda row, age: row % 2, {"ids": ("y",)}, "'y' stands in another option too"),
        (lambda row, age: row % 2, {"time": "age", "group": "age"}, "--time and --group: both"),
        (lambda row, age: row % 2, {"drop": ("age",)}, r"no column is left to learn from: 'age' \(as asked\)"),
    ],
)
def test_what_makes_no_task_is_refused(task, cell, options, reason):
    with pytest.raises(UserError, match=reason):
        task(text(y=cell), **options)


def test_a_handful_of_rows_is_no_table_to_learn_from(task):
    with pytest.raises(UserError, match=r"9 rows with a value of 'y'(.|\n)*10 at least"):
        task(text(20, y=lambda row, age: "ab"[row % 2] if row < 9 else ""))


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        ({"yes": 60, "no": 40}, "yes"),
        ({"No": 30, "Yes": 70}, "Yes"),
        ({"아니오": 30, "예": 70}, "예"),
        ({"false": 30, "maybe": 70}, "maybe"),
        ({"stayed": 70, "left": 30}, "left"),
    ],
)
def test_the_class_that_counts_as_1_says_yes_or_is_the_rarer(task, labels, positive):
    num_rows, cell = shares(**labels)
    assert task(text(num_rows, y=cell)).objective["positive"][0] == positive


def test_a_rare_class_changes_the_score_and_the_threshold_and_leaves_the_weights(task):
    num_rows, cell = shares(fine=392, fraud=8)
    found = task(text(num_rows, y=cell)).objective
    assert {name: value for name, (value, _) in found.items()} == {
        "target": "y",
        "positive": "fraud",
        "primary": "roc_auc",
        "threshold": "f1",
        "calibration": "temperature",
    }
    assert "fraud is rare (2.0 %)" in found["primary"][1]
    num_rows, cell = shares(a=200, b=190, c=10)
    found = task(text(num_rows, y=cell)).objective
    assert found["primary"][0] == "macro_f1" and "threshold" not in found
    num_rows, cell = shares(**dict.fromkeys("abcdefghijklmno", 20))
    assert "primary" not in task(text(num_rows, y=cell)).objective


def test_a_target_over_powers_of_ten_is_learned_as_its_logarithm(task):
    assert task(text(y=lambda row, age: 1.07 ** (row % 80) + row / 1000)).objective["log_target"][0] is True
    assert "log_target" not in task(text(y=lambda row, age: 1000.5 + row)).objective
    assert "log_target" not in task(text(y=lambda row, age: row * 3.5 - 0.5)).objective


def test_a_class_with_too_few_rows_cannot_keep_its_share(task):
    num_rows, cell = shares(a=100, b=98, c=2)
    found = task(text(num_rows, y=cell))
    assert found.split["test"][0]["stratify"] is False and "c (2)" in found.split["test"][1]
    assert any("c (2)" in note for note in found.notes)
    num_rows, cell = shares(a=100, b=97, c=3)
    assert task(text(num_rows, y=cell)).split["test"][0]["stratify"] is True


def test_few_rows_and_rows_without_a_target_are_said(task):
    found = task(text(150, y=lambda row, age: "" if row % 10 == 0 else row % 2))
    assert found.notes[0] == "15 rows without a target are dropped."
    assert found.notes[1] == "Few rows: on 27 test rows an accuracy is known to about ±0.19."
    assert task(text(240, y=lambda row, age: row % 2)).notes == ()


def test_the_latest_rows_test_where_a_column_of_time_is_named(task):
    content = text(day=lambda row, age: f"{row % 28 + 1}.{row % 12 + 1}.2024", y=lambda row, age: row % 2)
    found = task(content, time="day")
    assert found.split["test"][0] == {"kind": "latest", "column": "day", "form": "%d.%m.%Y", "fraction": 0.2}
    folds = {"kind": "folds", "num": 10, "column": "day", "form": "%d.%m.%Y"}
    assert found.split["validation"][0] == folds and found.uses["day"] == "split"
    assert task(content, time="day", model="mlp").split["validation"][0]["fraction"] == 0.25
    content = text(step=lambda row, age: row, y=lambda row, age: row % 2)
    assert task(content, time="step").split["test"][0]["form"] is None


def test_groups_stay_together_where_a_column_of_groups_is_named(task):
    content = text(who=lambda row, age: f"p{row % 40}", y=lambda row, age: row % 2)
    found = task(content, group="who")
    assert found.split["test"][0]["group"] == found.split["validation"][0]["group"] == "who"
    assert found.split["test"][0]["stratify"] is False and found.uses["who"] == "split"


@pytest.mark.parametrize(
    ("cell", "options", "reason"),
    [
        (lambda row, age: "" if row == 3 else row, {"time": "t"}, "--time t: 1 cell is missing"),
        (lambda row, age: f"x{row % 4}", {"time": "t"}, "--time t: it is of kind category"),
        (lambda row, age: "" if row < 3 else f"g{row % 9}", {"group": "t"}, "--group t: 3 cells are missing"),
        (lambda row, age: f"g{row % 4}", {"group": "t"}, "--group t: 4 different values"),
    ],
)
def test_a_split_that_the_column_cannot_give_is_refused(task, cell, options, reason):
    with pytest.raises(UserError, match=reason):
        task(text(t=cell, y=lambda row, age: row % 2), **options)


COLUMNS = {
    "customer_id": lambda row, age: f"C{row:04d}",
    "region": lambda row, age: "EU",
    "copy": lambda row, age: ("left", "stayed")[(age + row % 7) % 2],
    "prediction": lambda row, age: row % 9,
    "plan": lambda row, age: ("basic", "pro")[row % 2],
    "y": lambda row, age: ("yes", "no")[(age + row % 7) % 2],
}


def test_columns_that_teach_nothing_are_left_out_with_the_reason(task):
    found = task(text(**COLUMNS))
    assert found.uses == {
        "age": "numeric",
        "customer_id": "drop",
        "region": "drop",
        "copy": "drop",
        "prediction": "drop",
        "plan": "category",
        "y": "target",
    }
    assert found.reasons["copy"] == "gives the target away: y by another name"
    assert found.reasons["region"] == "the same value in every row"
    assert found.reasons["customer_id"].startswith("identifier: ")
    assert found.reasons["prediction"].startswith("no input can have this name")


def test_a_person_brings_columns_back_or_leaves_others_out(task):
    found = task(text(**COLUMNS), keep=("copy", "customer_id", "prediction"), drop=("plan",), ids=("age",))
    assert found.uses["copy"] == found.uses["customer_id"] == "category"
    assert found.uses["prediction"] == found.uses["plan"] == found.uses["age"] == "drop"
    assert (found.reasons["plan"], found.reasons["age"]) == ("as asked", "identifier, as asked")


@pytest.mark.parametrize("num_rows", [100, 900])
def test_many_columns_for_so_few_rows_take_much_dropout(task, num_rows):
    columns = {f"x{number}": lambda row, age: row % 7 + age / 10 for number in range(100)}
    assert task(text(num_rows, y=lambda row, age: row % 2, **columns), model="mlp").network.model[0] == "mlp_dropout"


def test_the_best_epoch_is_that_of_accuracy_where_each_class_has_a_handful_of_rows(task):
    many, some = (task(text(y=lambda row, age, n=n: f"kind {row % n}"), model="mlp").network for n in (60, 5))
    assert many.fit["monitor"][0] == "accuracy" and "monitor" not in some.fit


def test_numbers_are_categories_where_a_person_says_so(task):
    content = text(y=lambda row, age: row * age, shop=lambda row, age: 100 + row % 40, zone=lambda row, age: row % 25)
    assert task(content).uses["shop"] == "numeric"
    found = task(content, category=("shop",))
    assert (found.uses["shop"], found.kind) == ("category", "regression")
    assert task(content, target="zone", category=("zone",)).kind == "multiclass"


@pytest.mark.parametrize(
    ("num_rows", "model", "epochs"),
    [(100, "mlp_small", 1000), (900, "mlp", 300), (2000, "mlp", 200), (60_000, "mlp_large", 100)],
)
def test_dense_layers_and_their_fit_suit_the_number_of_rows(task, num_rows, model, epochs):
    found = task(text(num_rows, y=lambda row, age: row % 2), model="mlp").network
    assert (found.model[0], found.fit["epochs"][0]) == (model, epochs)


def test_a_comma_parts_names_of_columns_unless_it_is_part_of_one(reading):
    rows = [f"{row % 7},{row % 5},{row % 3},{'yes' if row % 2 else 'no'}" for row in range(40)]
    table = reading("\n".join(['"height, cm",width,depth,fits', *rows]))
    task = propose_task(table, TaskOptions("fits", drop=("height, cm", "width,depth"), keep=("width",)))
    assert [name for name, use in task.uses.items() if use == "drop"] == ["height, cm", "depth"]
