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
    assert status == 1 and said.startswith(f"-c: surely_not_there is not installed for {sys.executable}: `make setup`")
    assert said.count("\n") == 1


@pytest.mark.parametrize("body", ["1 / 0", "import percept.surely_not_there"])
def test_a_bug_keeps_its_traceback(body):
    assert "Traceback" in ran(body)[1]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("open('no/such/file')", "no/such/file: No such file or directory"),
        ("open('/dev/full', 'w', buffering=1).write('line\\n' * 9)", "No space left on device"),
        ("raise PermissionError(13, 'Permission denied', 'models')", "models: Permission denied"),
    ],
)
def test_what_the_system_refuses_is_one_message_with_its_place(body, message):
    status, said = ran(body)
    assert status == 1 and message in said and "what to do: " in said and "Traceback" not in said


@pytest.mark.parametrize("output", ["> /dev/full", ">&-"])
def test_a_standard_output_that_takes_nothing_leaves_no_traceback(output):
    command = ["/bin/sh", "-c", f'"$0" -c "$1" {output}', sys.executable, SCRIPT.format(body="print('text')")]
    assert "Traceback" not in subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize(("done", "words"), [("[]", "nothing was replaced"), ("['models']", "replaced before: models")])
def test_whoever_is_stopped_says_what_was_replaced(name, status, done, words):
    body = f"import os, signal; from percept import paths; paths.done += {done}; os.kill(os.getpid(), signal.{name})"
    assert ran(body) == (status, f"-c: stopped by {name}; {words}\n")


@pytest.mark.parametrize("other", ["ImportError('other')", "UserError('conf', 'a', 'b', 'c')"])
def test_another_error_that_is_made_of_being_stopped_changes_nothing(other):
    body = f"import os\n    try: os.kill(os.getpid(), 2)\n    except KeyboardInterrupt: raise {other}"
    assert ran(body) == (130, "-c: stopped by SIGINT; nothing was replaced\n")


def test_a_script_that_is_still_loading_is_stopped_in_one_line():
    script = "import os, sys; sys.argv = ['src/train.py']; sys.path.insert(0, 'src')\n"
    script += "import percept; os.kill(os.getpid(), 2)"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (130, "train: stopped by SIGINT; nothing was replaced\n")
