"""What all reports share: tables in Markdown, medians with their range, the machine, the command."""

import datetime
import os
import platform
import re
import shlex
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from tabulate import tabulate


class Rounds(defaultdict[str, list[float]]):
    """Measured values by process, one for each round."""

    def __init__(self) -> None:
        super().__init__(list)


def spread(values: list[float]) -> str:
    """Write the median and, in brackets, the least and greatest value."""
    return f"**{statistics.median(values):.1f}** ({min(values):.1f} to {max(values):.1f})"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    return tabulate(list(rows), header, tablefmt="github", disable_numparse=True)


def machine(packages: Mapping[str, str]) -> str:
    """Describe this machine in a line; packages: name in the line -> distribution, left out where not installed."""
    cpu_info = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.+)", cpu_info.read_text(), re.MULTILINE) if cpu_info.is_file() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory().total / 2**30
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {number}" for name, key in packages.items() if (number := _version(key))]
    return (
        f"{(names or [platform.processor()])[0]}, {cores} cores, {memory:.0f} GiB memory; {platform.system()}; "
        f"{', '.join(versions)}."
    )


def command_line() -> str:
    """Return the date and the command of this process."""
    mirror = "DATA_MIRROR=<folder> " if os.environ.get("DATA_MIRROR") else ""
    command = f"{mirror}python benchmarks/{Path(sys.argv[0]).name} {shlex.join(sys.argv[1:])}".strip()
    return f"{datetime.date.today().isoformat()}: `{command}`"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
