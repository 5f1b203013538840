"""Formulas such as `rooms / households`: column names, numbers and + - * /, and nothing else.

The grammar is our own and this small, so that a formula can run no code and predict needs no library for it.
"""

import ast
import operator
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import LARGEST

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def arithmetic(formula: str) -> str:
    """Return `formula` if it is column names, numbers and + - * / alone; else raise `ValueError`."""
    allowed = (ast.Expression, ast.BinOp, *OPERATIONS, ast.UnaryOp, ast.USub, ast.Name, ast.Load, ast.Constant)
    problem = "should be column names, numbers and + - * / alone"
    try:
        parts = list(ast.walk(ast.parse(formula, mode="eval")))
    except SyntaxError:
        raise ValueError(problem) from None
    numbers = [part.value for part in parts if isinstance(part, ast.Constant)]
    if not all(isinstance(part, allowed) for part in parts) or not all(type(n) in (int, float) for n in numbers):
        raise ValueError(problem)
    if not any(isinstance(part, ast.Name) for part in parts):
        raise ValueError("should be a formula that names a column at least")
    return formula


def column_names(formula: str) -> set[str]:
    """Return the columns that a formula names."""
    return {node.id for node in ast.walk(ast.parse(formula)) if isinstance(node, ast.Name)}


def compute(formula: str, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the values of a formula, (rows,), from columns of that shape."""
    return np.asarray(_compute(ast.parse(formula, mode="eval").body, columns))


def _compute(node: ast.expr, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | np.float64:
    match node:
        case ast.Name():
            return columns[node.id]
        case ast.UnaryOp():
            return -_compute(node.operand, columns)
        case ast.BinOp():
            return OPERATIONS[type(node.op)](_compute(node.left, columns), _compute(node.right, columns))
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)
    raise ValueError(f"{ast.unparse(node)} is no arithmetic")


def derived(formula: str, numbers: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the (rows,) values of a formula, NaN where an operand is missing or the divisor is 0."""
    with np.errstate(all="ignore"):
        values = compute(formula, numbers)
        return np.where(np.abs(values) <= LARGEST, values, np.nan)
