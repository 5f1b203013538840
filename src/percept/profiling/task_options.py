"""What a person says about the task of a table, checked against its columns."""

from dataclasses import dataclass, replace

from percept.errors import UserError, nearest
from percept.profiling.phrases import quoted_names
from percept.profiling.reading import Reading
from percept.yaml_file import OPEN


@dataclass(frozen=True)
class TaskOptions:
    """What a person says about the task; lists of columns may have several names in one text, parted by commas."""

    target: str | None = None
    kind: str | None = None
    model: str = "tabm"  # one of NETWORKS
    time: str | None = None  # column: the latest rows are the test rows
    group: str | None = None  # column: rows that share a value stay in one subset
    ids: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    category: tuple[str, ...] = ()  # columns whose numbers name something
    fold: tuple[str, ...] = ()  # columns whose texts that differ by capitals and blanks alone are one
    exact: tuple[str, ...] = ()  # columns whose texts are what they are
    this_year: int | None = None  # None: by the clock; years of two digits are not beyond the next

    def columns_with_a_role(self) -> list[str]:
        """Return the columns that are no features, because the target or the split needs them."""
        return [name for name in (self.target, self.time, self.group) if name]


def with_single_names(options: TaskOptions, known: list[str]) -> TaskOptions:
    """Split lists of columns at commas, except where a comma is part of a name."""

    def split(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for word in words for name in ([word] if word in known else word.split(",")))

    return replace(
        options,
        ids=split(options.ids),
        drop=split(options.drop),
        keep=split(options.keep),
        category=split(options.category),
        fold=split(options.fold),
        exact=split(options.exact),
    )


def check_columns(reading: Reading, known: list[str], options: TaskOptions) -> None:
    """Check that options name columns that are there, and the target none of another use. Raises `UserError`."""
    file, advice = reading.table.file, "check the name"
    if "columns" in reading.remarks:
        advice += f"; line 1 was read as data: {reading.remarks['columns']}"
    for option in ("target", "time", "group", "ids", "drop", "keep", "category", "fold", "exact"):
        names = getattr(options, option)
        for name in (names,) if isinstance(names, str) else names or ():
            if name not in known:
                where = f"--{option.removesuffix('s')}"
                found = f"{file} has no column {name!r}{nearest(name, known)}"
                raise UserError(where, found, f"one of {quoted_names(known)}", advice)
    if OPEN in known:
        raise UserError(file, f"a column is named {OPEN}", "another name: Hydra keeps this one", "rename it")
    others = [options.time, options.group, *options.ids, *options.drop]
    if options.target in others:
        raise UserError(
            "--target", f"{options.target!r} stands in another option too", "one use", "name another column"
        )
    if options.time and options.group:
        raise UserError("--time and --group", "both", "one of them", "choose how the test rows are set apart")
