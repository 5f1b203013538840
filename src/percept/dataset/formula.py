"""Formulas such as `rooms / households`: column names, numbers and + - * /, and nothing else.

The grammar is our own and this small, so that a formula can run no code and predict needs no library for it.
"""

import ast
import operator
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

from percept.dataset.cells import LARGEST

OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


MAX_LENGTH, MAX_DEPTH = 5000, 100  # characters; operations in each other, such as the sum of so many columns


def arithmetic(formula: str) -> str:
    """Return `formula` if it is column names, numbers and + - * / alone, and not endless; else raise `ValueError`."""
    allowed = (ast.Expression, ast.BinOp, *OPERATIONS, ast.UnaryOp, ast.USub, ast.Name, ast.Load, ast.Constant)
    problem = "should be column names, numbers and + - * / alone"
    bounds = f"should have at most {MAX_LENGTH} characters and {MAX_DEPTH} operations in each other"
    if len(formula) > MAX_LENGTH:
        raise ValueError(bounds)
    try:
        tree = ast.parse(formula, mode="eval")
    except (SyntaxError, ValueError):  # a NUL, or half a character
        raise ValueError(problem) from None
    except (RecursionError, MemoryError):  # MemoryError: the parser's own stack
        raise ValueError(bounds) from None
    if _depth(tree) > MAX_DEPTH:
        raise ValueError(bounds)
    parts = list(ast.walk(tree))
    numbers = [part.value for part in parts if isinstance(part, ast.Constant)]
    if not all(isinstance(part, allowed) for part in parts) or not all(type(n) in (int, float) for n in numbers):
        raise ValueError(problem)
    if not all(isinstance(number, int | float) and abs(number) <= LARGEST for number in numbers):
        raise ValueError(f"should have numbers of at most {LARGEST:g}")
    if not any(isinstance(part, ast.Name) for part in parts):
        raise ValueError("should be a formula that names a column at least")
    return formula


Formula = Annotated[str, AfterValidator(arithmetic)]


def _depth(tree: ast.AST) -> int:
    """Count the levels of operations, without recursion."""
    level, depth = [tree], 0
    while level:
        level = [part for node in level for part in ast.iter_child_nodes(node) if not isinstance(part, ast.operator)]
        depth += 1
    return depth - 3  # the expression itself, a name, and its context


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
