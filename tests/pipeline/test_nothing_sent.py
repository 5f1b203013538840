"""No command opens a connection, or writes a file outside the project and the temporary folders."""

import re
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SYSTEM_CALLS = "connect,sendto,sendmsg,sendmmsg,open,openat,creat,mkdir,mkdirat"
CONNECTION = re.compile(r"(?:connect|send\w+)\(.*AF_INET.*")
WRITTEN = re.compile(r'(?m)(?:open(?:at)?\(.*?"(/[^"]*)".*O_CREAT|(?:creat|mkdir|mkdirat)\(.*?"(/[^"]*)").* = \d+$')
DVC_CACHE = "/var/tmp/dvc/"  # hashes of files; DVC_SITE_CACHE_DIR moves it
COMMANDS = (
    ("dvc", "exp", "run", "-S", "task=and_gate", "-S", "fit.epochs=2"),
    ("python", "src/show.py"),
    ("python", "src/new_task.py", "rows.csv", "--target", "y"),
    ("python", "src/predict.py", "rows.csv", "-o", "predictions.csv"),
    ("python", "src/find_learning_rate.py"),
    ("python", "src/ship.py", "--uncommitted"),
)


@pytest.fixture
def homeless(clone, tmp_path, monkeypatch) -> Path:
    """The clone's person has an empty home folder, and a temporary folder of their own."""
    for name, folder in (("HOME", "home"), ("TMPDIR", "scratch")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "KERAS_HOME", "MPLCONFIGDIR", "ORT_DISABLE_TELEMETRY"):
        monkeypatch.delenv(name, raising=False)
    rows = "".join(f"{a},{b},{'yes' if a and b else 'no'}\n" for a in (0, 1) for b in (0, 1))
    (clone.folder / "rows.csv").write_text("a,b,y\n" + 10 * rows)
    return tmp_path


def test_the_home_folder_stays_empty_and_nothing_is_sent(clone, homeless):
    trace = homeless / "trace"
    strace = ("strace", "-f", "--seccomp-bpf", "-qq", "-o", str(trace), "-e", f"trace={SYSTEM_CALLS}")
    own = (str(clone.folder), str(homeless / "scratch"), "/dev/", DVC_CACHE)
    calls = ""
    for command in COMMANDS:
        clone.run(*(strace if shutil.which("strace") else ()), *command)
        assert not list((homeless / "home").iterdir()), command
        calls += trace.read_text(errors="replace") if trace.exists() else ""
    if not calls:
        pytest.skip("strace is not installed: connections, and files elsewhere, were not looked for")
    assert not CONNECTION.findall(calls)
    written = [first or second for first, second in WRITTEN.findall(calls)]
    assert any(path.startswith(own[1]) for path in written)  # or the trace tells nothing
    assert not [path for path in written if not path.startswith(own)]
