"""Run the project, and what it is compared with, as separate processes in a clone of HEAD."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """One finished process."""

    seconds: float
    cpu_s: float  # of all its threads and of children it waited for
    peak_mb: float  # of the largest process among it and its children
    status: int
    output: str
    errors: str


@contextmanager
def clone_of_head() -> Iterator[Path]:
    """Yield a clone of HEAD in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="percept-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(HERE.parent), str(clone)], check=True)
        yield clone


def execute(command: list[str], clone: Path, may_fail: bool = False, settings: Mapping[str, str] | None = None) -> Run:
    """Run in the clone and wait. Ends the benchmark where the command fails, unless it may."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        env = environment(clone) | dict(settings or {})
        process = subprocess.Popen(command, cwd=clone, env=env, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        peak_mb = usage.ru_maxrss * BYTES_PER_MAXRSS / 1e6
        cpu_s = usage.ru_utime + usage.ru_stime
        run = Run(seconds, cpu_s, peak_mb, process.returncode, output.read(), errors.read())
    if run.status and not may_fail:
        told = "\n".join((run.output + run.errors).splitlines()[-20:])
        sys.exit(f"bench: `{shlex.join(command)}` ended with status {run.status}:\n{told}")
    return run


def environment(clone: Path) -> dict[str, str]:
    """Return the environment: this Python for the stages, DVC's files in the clone's folder, an absolute mirror."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    settings = os.environ | {"PATH": path, "DVC_SITE_CACHE_DIR": str(clone.parent / "dvc")}
    mirror = settings.get("DATA_MIRROR", "").strip()
    if mirror and not mirror.lower().startswith(("http://", "https://")):
        settings["DATA_MIRROR"] = str(Path(mirror).expanduser().resolve())
    return settings


def fetch(override: str, clone: Path) -> str:
    """Compose params.yaml and fetch what it names. Returns the reason where that fails, or ""."""
    execute([sys.executable, "src/compose.py", override], clone)
    fetched = execute([sys.executable, "src/fetch.py"], clone, may_fail=True)
    if not fetched.status:
        return ""
    print(fetched.errors, file=sys.stderr)
    said = re.search(r"^fetch: (.+?)(; tried)?$", fetched.errors, re.MULTILINE)
    return said[1] if said else sys.exit("bench: fetch failed")
