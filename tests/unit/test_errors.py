"""run: what a person can correct is one message, a closed pipe is none, and a bug keeps its traceback."""

import subprocess
import sys

import pytest

from percept.paths import ROOT

SCRIPT = """
import sys
sys.path.insert(0, "src")
from percept.errors import UserError, run
def main():
    {body}
run(main)
"""


def ran(body: str, lines_read: int | None = None) -> tuple[int, str]:
    """Exit status and stderr of a script whose main does `body`; lines_read: then its reader goes."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    command = [sys.executable, "-c", SCRIPT.format(body=body)]
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        if lines_read is None:
            said = process.communicate(timeout=60)[1]
        else:
            for _ in range(lines_read):
                process.stdout.readline()
            process.stdout.close()
            process.stdin.close()
            said = process.stderr.read()
    return process.returncode, said


def test_what_a_person_can_mend_is_one_message():
    status, said = ran("raise UserError('where', 'found', 'expected', 'advice')")
    assert (status, said) == (1, "-c: where: found\n  expected: expected\n  what to do: advice\n")


@pytest.mark.parametrize(("body", "lines"), [("[print(n) for n in range(10**6)]", 1), ("print(sys.stdin.read())", 0)])
def test_a_reader_that_has_seen_enough_ends_a_script_quietly(body, lines):
    status, said = ran(body, lines)
    assert (status, said) == (1, "")


def test_a_package_that_is_not_installed_is_named_with_what_to_do():
    status, said = ran("import surely_not_there.part")
    assert status == 1 and said.startswith(f"-c: surely_not_there is not installed for {sys.executable}")
    assert "make setup" in said and "Traceback" not in said


@pytest.mark.parametrize("body", ["1 / 0", "import percept.surely_not_there"])
def test_a_bug_keeps_its_traceback(body):
    assert "Traceback" in ran(body)[1]
