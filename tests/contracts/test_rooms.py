"""Who may import whom in src/: rooms stand on those below them, and scripts stand alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
LIBRARY = SRC / "percept"
LAYERS = (  # from the top; a room may import itself and the layers below, and nothing beside it
    {"lessons"},
    {"profiling", "release", "reporting", "tuning", "upkeep"},
    {"composition"},
    {"evaluation", "prediction", "spaces", "training"},
    {"features", "model_file", "models", "sources"},
    {"files", "logs", "prepared"},
    {"dataset", "objective"},
    {"params"},
    {"workspace"},
    {"names", "programs", "yaml_file"},
    {"errors"},
    {"command", "paths"},
    {"percept"},  # its __init__
)
LOOSE = {"command", "errors", "names", "objective", "paths", "programs", "workspace", "yaml_file"}
TENSORFLOW = {"keras", "tensorflow", "tf2onnx"}
MAY_LOAD_TENSORFLOW = (  # everything else must start fast, or run without it
    "models",
    "training",
    "lessons/inside.py",
    "model_file/export.py",
    "model_file/layers.py",
    "model_file/operators.py",
    "release/saved_model.py",
)
MAY_PRINT = {"params", "prediction", "sources"}  # the others return values, or tell a callback


def imports(file: Path) -> Iterator[tuple[str, int, bool]]:
    """(module, line, whether types alone need it) of each import, at the top or inside a function."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno, node in for_types
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, node in for_types


def room_of(module: str) -> str | None:
    """The room of the library that a module lies in."""
    words = module.split(".")
    if words[0] != "percept":
        return None
    path = LIBRARY.joinpath(*words[1:2])
    return path.name if len(words) > 1 and (path.is_dir() or path.with_suffix(".py").is_file()) else "percept"


def layer_of(room: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if room in rooms)


FILES = sorted(file.relative_to(LIBRARY) for file in LIBRARY.rglob("*.py"))
SCRIPTS = {file.stem for file in SRC.glob("*.py")}


def home(file: Path) -> str:
    """The room of a file of the library."""
    return "percept" if file.name == "__init__.py" and len(file.parts) == 1 else file.with_suffix("").parts[0]


def test_these_files_alone_stand_outside_the_rooms_and_every_room_has_its_layer():
    assert {file.stem for file in LIBRARY.glob("*.py")} == LOOSE | {"__init__"}
    assert {home(file) for file in FILES} == set().union(*LAYERS)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_room_imports_only_what_lies_below_it(file):
    own = home(file)
    for module, line, _ in imports(LIBRARY / file):
        other = room_of(module)
        if other not in (None, own):
            below = [" ".join(sorted(rooms)) for rooms in LAYERS[layer_of(own) + 1 :]]
            assert layer_of(other) > layer_of(own), (
                f"src/percept/{file}, line {line} imports {module}: {own} may import {'; '.join(below)}"
            )


@pytest.mark.parametrize("file", FILES, ids=str)
def test_only_some_rooms_load_tensorflow_and_only_composition_hydra(file):
    for module, line, for_types in imports(LIBRARY / file):
        top, where = module.split(".")[0], f"src/percept/{file}, line {line} imports {module}"
        assert top != "hydra" or home(file) == "composition", f"{where}: stages read params.yaml, not conf/"
        allowed = file.as_posix().startswith(MAY_LOAD_TENSORFLOW) or for_types
        assert top not in TENSORFLOW or allowed, f"{where}: of the library only {', '.join(MAY_LOAD_TENSORFLOW)} may"


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_room_prints_only_where_it_may(file):
    for node in ast.walk(ast.parse((LIBRARY / file).read_text(encoding="utf-8"))):
        prints = isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        assert not prints or home(file) in MAY_PRINT, f"src/percept/{file}, line {node.lineno} prints"


@pytest.mark.parametrize("file", sorted(SRC.rglob("*.py")), ids=lambda file: str(file.relative_to(SRC)))
def test_nothing_imports_a_script(file):
    for module, line, _ in imports(file):
        top = module.split(".")[0]
        assert top not in SCRIPTS, f"{file.relative_to(ROOT)}, line {line} imports the script {top}: share it in a room"


@pytest.mark.parametrize("init", sorted(LIBRARY.glob("*/__init__.py")), ids=lambda file: file.parent.name)
def test_a_room_opens_with_what_is_in_it_and_what_it_may_import(init):
    first = init.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""') and "; imports " in first, f"{init.relative_to(ROOT)} opens with {first}"
