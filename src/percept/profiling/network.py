"""Which network a table gets, and how it is trained: sizes follow from rows and columns alone, never from a clock."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from percept.features.table import TableFeatures
from percept.profiling.choices import TEST, VALIDATION, Classes, Option, choose_model
from percept.profiling.clock import clock_columns
from percept.profiling.columns import MANY_VALUES, ColumnProfile
from percept.profiling.fit_plan import choose_table_fit
from percept.profiling.places import directions

Inputs = Mapping[str, Sequence[ColumnProfile]]  # columns by use: numeric, category, date, text

MOST_WORDS: int = TableFeatures.model_fields["words"].default  # of a column of text
DATE_INPUTS = 20  # a number, 12 months and 7 days of the week
WIDTHS = (128, 64, 32)  # of the hidden layers of tabm; 192 is a third slower, and no better
LARGEST_MB = 8  # of the first layers of all members together; the shipped file has not much more
MOST_BINS, FEWEST_BINS = 24, 4  # of each number
BINS_OF_CLASSES, BINS_OF_VALUES = 240, 480  # of all numbers together, to tell classes or values; more is noise and time
FOLDS, MORE_FOLDS = 5, 10
ROWS_OF_MORE_FOLDS, ROWS_OF_FOLDS = 5000, 60_000  # at most
MEMBERS, MEMBERS_WITHOUT_FOLDS = 4, 8
MANY_CLASSES = 100  # of more, what all members say of a batch takes too much memory
MOST_EPOCHS, FEWEST_EPOCHS, PATIENCE = 60, 20, 10
LEARNED = 400_000  # rows, each as often as it is learned: more rows are learned less often
FEWEST_OF_MANY, LEARNED_OF_MANY = 3, 10_000_000  # and where there are millions, less than FEWEST_EPOCHS times
MOST_LEVELS = 200  # of a category of tabm that have an input of their own
DERIVED = "how far places lie along slanting lines: with bins of these, too, the network sees the map"
FEW_VALUES, RARE = 10, 5  # of a category: with fewer values, none is too rare; rows of a rare value


@dataclass(frozen=True)
class Network:
    """Options that belong together: of the network, its inputs and its training."""

    model: Option  # file of conf/model
    optimizer: Option | None  # file of conf/optimizer
    options: dict[str, Option]  # of model
    features: dict[str, Option]
    missing: dict[str, Option]  # of features
    objective: dict[str, Option]
    validation: Option
    fit: dict[str, Option]
    averages: dict[str, Option] = field(default_factory=dict)  # of optimizer


def choose_mlp(num_rows: int, inputs: Inputs, classes: Classes, split: dict[str, Option]) -> Network:
    """Choose dense layers, for validation rows set apart."""
    return Network(
        model=choose_model(num_rows, num_inputs(inputs)),
        optimizer=None,
        options={},
        features={
            **_kept_categories(inputs, MANY_VALUES, "of each column; rarer ones count as unseen ones"),
            "scaling": ("asinh", "of numeric columns: outliers are pulled in; or standard, min_max, none"),
        },
        missing={},
        objective={},
        validation=split["validation"],
        fit=choose_table_fit(num_rows, classes),
    )


def num_inputs(inputs: Inputs, most_levels: int = MANY_VALUES) -> int:
    """Estimate how many inputs a network has for these columns, with at most so many for each category."""
    categories = sum(min(column.num_values, most_levels) for column in inputs["category"])
    words = sum(min(column.num_words, MOST_WORDS) for column in inputs["text"])
    return len(inputs["numeric"]) + categories + DATE_INPUTS * len(inputs["date"]) + words


def choose_tabm(num_rows: int, inputs: Inputs, classes: Classes, split: dict[str, Option]) -> Network:
    """Choose members that learn from folds of the training rows; where rows are many, from all but a few of them."""
    if len(classes) > MANY_CLASSES:
        return choose_mlp(num_rows, inputs, classes, split)
    num_train = round(num_rows * (1 - TEST))
    num_folds = _num_folds(num_rows, num_train)
    derived = directions(inputs["numeric"])
    width = num_inputs(inputs, MOST_LEVELS) + len(derived)
    numbers = len(inputs["numeric"]) + len(derived)
    wanted = max(FEWEST_BINS, min(MOST_BINS, (BINS_OF_CLASSES if classes else BINS_OF_VALUES) // max(1, numbers)))
    bins, units = _sizes(max(1, num_folds), width, numbers, wanted)
    members = MEMBERS if num_folds else MEMBERS_WITHOUT_FOLDS
    each = f"{members} for each of {num_folds} folds" if num_folds else f"{members} in all"
    fit = _fit(num_train, num_folds)
    return Network(
        model=("tabm", f"for {num_rows} rows and about {width} inputs: members, {each}, a line and a forest"),
        optimizer=("adamw_cosine", "its rate falls to 0 with the last epoch"),
        options={"members": (members, ""), "units": ([units, units], "width of the hidden layers")},
        features=({"derive": (derived, DERIVED)} if derived else {}) | _features(inputs, bins),
        missing={"indicator": (True, "whether a number is missing is an input too")},
        objective=_objective(classes),
        validation=_folds(split["validation"], num_folds, classes),
        fit=fit,
        averages=_averages(fit["epochs"][0]),
    )


def _num_folds(num_rows: int, num_train: int) -> int:
    """Return in how many folds the training rows are learned from: the fewer there are, the more each row counts."""
    if num_rows > ROWS_OF_FOLDS:
        return 0
    return FOLDS if num_rows > ROWS_OF_MORE_FOLDS else min(MORE_FOLDS, num_train // 2)


def _sizes(stacks: int, width: int, numbers: int, wanted: int) -> tuple[int | None, int]:
    """Return how many bins a number gets, at most, and how wide the hidden layers are: the shipped file stays small."""
    most = LARGEST_MB * 2**20 / 4 / stacks  # weights of the first layer of a stack
    for units in WIDTHS:
        bins = min(wanted, int((most / units - width) // max(1, numbers)))
        if bins >= FEWEST_BINS:
            return bins, units
    return None, next((units for units in WIDTHS if units * width <= most), WIDTHS[-1])


def _features(inputs: Inputs, bins: int | None) -> dict[str, Option]:
    """Choose how columns become inputs."""
    found: dict[str, Option] = {}
    if any(column.num_values > FEW_VALUES for column in inputs["category"]):
        found["min_frequency"] = (RARE, "categories of fewer training rows are one: so rare, none tells anything")
    found |= _kept_categories(inputs, MOST_LEVELS, "of each column; rarer ones are one")
    if any(column.num_values > MANY_VALUES for column in inputs["category"]):
        found["target_mean"] = (MANY_VALUES, "of more categories than these, the mean target of each is an input too")
    if cyclic := clock_columns(inputs["numeric"]):
        found["cyclic"] = (cyclic, "they begin again after so many: sine and cosine are inputs too")
    if inputs["date"]:
        found["cyclic_dates"] = (True, "sine and cosine of month, weekday and hour, too")
    found["scaling"] = ("robust", "of numeric columns, by median and quartiles; or asinh, standard, min_max, none")
    if bins:
        found["bins"] = (bins, "at most, of each number: the network sees how far it is through each")
    return found


def _kept_categories(inputs: Inputs, most: int, remark: str) -> dict[str, Option]:
    is_long = any(column.num_values > most for column in inputs["category"])
    return {"max_categories": (most, remark)} if is_long else {}


def _objective(classes: Classes) -> dict[str, Option]:
    if classes:
        return {"calibration": ("temperature", "probabilities mean frequencies")}
    return {"clip": (True, "never beyond the targets of the training rows")}


def _folds(validation: Option, num_folds: int, classes: Classes) -> Option:
    """Return folds that keep together what the split of validation rows would have kept together."""
    given, _ = validation
    if not num_folds:
        return given | {"fraction": VALIDATION / 2}, "of the rest: the other rows are learned from"
    folds: dict[str, Any] = {"kind": "folds", "num": num_folds}
    match given:
        case {"kind": "latest", "column": column, "form": form}:
            folds |= {"column": column, "form": form}
        case {"group": group}:
            folds["group"] = group
        case _ if classes and classes[-1][1] * (1 - TEST) >= num_folds:
            folds["stratify"] = True
    return folds, "of the other rows, each kept from some members, whose epoch it chooses: all rows are learned from"


def _fit(num_train: int, num_folds: int) -> dict[str, Option]:
    learned = num_train * (num_folds - 1) / num_folds if num_folds else num_train
    batch_size = 2 ** min(9, max(5, round(math.log2(max(1.0, learned / 40)))))
    fewest = min(FEWEST_EPOCHS, max(FEWEST_OF_MANY, LEARNED_OF_MANY // max(1, num_train)))
    epochs = min(MOST_EPOCHS, max(fewest, LEARNED // max(1, num_train)))
    return {
        "epochs": (epochs, "at most; the learning rate falls until the last"),
        "batch_size": (batch_size, "about a fortieth of the rows"),
        "patience": (PATIENCE, "epochs without a better one, then it stops"),
    }


def _averages(epochs: int) -> dict[str, Option]:
    """Choose over how many epochs weights are averaged: of few epochs, means over two would hold the first weights."""
    return {"ema_epochs": (epochs / 10, "means of the weights over a tenth")} if epochs < FEWEST_EPOCHS else {}


NETWORKS = {"tabm": choose_tabm, "mlp": choose_mlp}
