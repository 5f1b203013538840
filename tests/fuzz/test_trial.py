"""The judge of the doors sees each kind of fault, and says nothing of what is right."""

import subprocess
from pathlib import Path

import pytest
from fuzz.trial import LONGEST_MESSAGE, tried

from percept.errors import UserError


def refuses(found: str) -> None:
    raise UserError("table.csv", found, "rows", "correct it")


def fails(content: bytes) -> None:
    content.decode("ascii")


def writes_beside(content: bytes) -> None:
    Path("../beside").write_bytes(content)


def writes_and_hides_it(content: bytes) -> None:
    try:
        Path("/dev/shm/beside").mkdir()
    finally:
        Path("/dev/shm/beside").rmdir()
    refuses("no rows")


def runs_a_program(content: bytes) -> None:
    subprocess.run(["true"], check=True)


def lacks_parts(content: bytes) -> None:
    error = UserError("a", "b", "c", "d")
    error.args = ("no",)
    raise error


@pytest.mark.parametrize(
    ("door", "place"),
    [
        (fails, "UnicodeDecodeError in "),
        (writes_beside, "a step outside of the folder: open"),
        (writes_and_hides_it, "a step outside of the folder: os.mkdir"),
        (runs_a_program, "a step outside of the folder: subprocess.Popen"),
        (lambda content: refuses("x" * LONGEST_MESSAGE), "a message that is too long"),
        (lambda content: refuses("\ud800"), "a message that cannot be printed"),
        (lacks_parts, "a message that is too long, or lacks a part"),
    ],
)
def test_a_fault_is_found(door, place):
    find = tried(door, b"\xff")
    assert find is not None and find.place.startswith(place)
    (Path("/dev/shm") / "beside").unlink(missing_ok=True)


def test_an_answer_and_a_refusal_are_none():
    here = Path.cwd()
    assert tried(lambda content: Path("inside").write_bytes(content), b"x") is None
    assert tried(lambda content: refuses("no rows"), b"x") is None
    assert Path.cwd() == here and not Path("inside").exists()
