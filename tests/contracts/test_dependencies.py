"""What is imported is declared in pyproject.toml, and what is declared is used."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDERS = ("src", "tests", "benchmarks")
OWN = {"percept", "competitors", "fuzz", *(file.stem for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))}
MODULES = {"xgboost": "xgboost-cpu"}  # module -> distribution, where their names differ and it need not be installed
COMMANDS = {  # declared, but run and not imported
    "cmaes": "a sampler of Optuna",
    "dvc": "runs the stages",
    "tensorboard": "shows the logs",
    "tf2onnx": "Keras exports ONNX with it",
    "mypy": "make lint",
    "pytest-cov": "make coverage",
    "pytest-xdist": "make test",
    "ruff": "make lint",
    "uv": "make lock",
}


def plain(name: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> set[str]:
    """Distributions of `dependencies` and of some extras, those that they refer to included."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    found = [Requirement(line) for line in lines]
    names = {plain(one.name) for one in found if one.name != "percept"}
    return names.union(*(declared(*one.extras) for one in found if one.name == "percept"))


def imported(folder: str) -> Iterator[tuple[str, str]]:
    """(distribution, place) of each import of a package that is neither Python's nor the project's own."""
    known = packages_distributions()
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for top in (name.split(".")[0] for name in names if name):
                if top not in sys.stdlib_module_names and top not in OWN:
                    yield (
                        plain(MODULES.get(top) or known.get(top, [top])[0]),
                        f"{file.relative_to(ROOT)}, line {node.lineno}: {top}",
                    )


@pytest.mark.parametrize(
    ("folder", "extras"), [("src", ["parquet", "search"]), ("tests", ["dev"]), ("benchmarks", ["dev", "bench"])]
)
def test_what_is_imported_is_declared(folder, extras):
    wanted = declared(*extras)
    assert [place for name, place in imported(folder) if name not in wanted] == []


def test_what_is_declared_is_used():
    used = {name for folder in FOLDERS for name, _ in imported(folder)} | set(COMMANDS)
    assert declared("dev", "bench") - used == set()
