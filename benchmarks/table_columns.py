"""The columns of a table as every peer takes them; needs nothing of percept, so that other environments import it."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

Kind = Literal["binary", "multiclass", "regression"]


def is_number(column: pd.Series) -> bool:
    """Say whether a column holds amounts; yes and no are categories."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def as_typed(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return numbers as float64, all others as categories of the training rows, under names that every peer takes."""
    train, test = train.copy(), test.copy()
    for name in (name for name in train if not is_number(train[name])):
        cells = [rows[name].astype(object).map(str, na_action="ignore") for rows in (train, test)]
        levels = np.unique(cells[0].dropna().to_numpy(str))
        train[name], test[name] = (pd.Categorical(part.where(part.isin(levels)), levels) for part in cells)
    for rows in (train, test):
        numbers = [name for name in rows if is_number(rows[name])]
        rows[numbers] = rows[numbers].astype(np.float64)
        rows.columns = [f"c{number}" for number in range(rows.shape[1])]
    return train, test


def save(columns: pd.DataFrame, file: Path) -> None:
    """Write columns that are as `as_typed` returns them, in a form that every version of pandas reads."""
    arrays = {f"numbers {name}": columns[name].to_numpy() for name in columns if is_number(columns[name])}
    for name in (name for name in columns if not is_number(columns[name])):
        arrays[f"codes {name}"] = columns[name].cat.codes.to_numpy()
        arrays[f"levels {name}"] = columns[name].cat.categories.to_numpy(str)
    np.savez(file, names=np.array(list(columns), str), **arrays)


def load(file: Path) -> pd.DataFrame:
    """Read what `save` wrote."""
    with np.load(file) as found:
        return pd.DataFrame(
            {
                name: found[f"numbers {name}"]
                if f"numbers {name}" in found
                else pd.Categorical.from_codes(found[f"codes {name}"], found[f"levels {name}"])
                for name in found["names"].tolist()
            }
        )
