"""Charts as SVG, by Vega; text stays text, and colours stay CSS variables."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import vl_convert

from percept.reporting.specification import Spec
from percept.reporting.style import CONFIG

PROGRAM = """
import json, sys, vl_convert
vl_convert.vegalite_to_svg({"mark": "point"})
for line in sys.stdin:
    print(json.dumps(vl_convert.vegalite_to_svg(**json.loads(line))), flush=True)
"""

_beside: subprocess.Popen[str] | None = None


@contextmanager
def beside() -> Iterator[None]:
    """Draw in a process of its own, in which Vega starts meanwhile: that takes a third of a second."""
    global _beside
    command = [sys.executable, "-P", "-c", PROGRAM]
    pipe = subprocess.PIPE
    # In a session of its own it hears no Ctrl-C; it ends with its input, whatever becomes of this process.
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", start_new_session=True
    ) as _beside:
        try:
            yield
        finally:
            _beside = None


def svg(spec: Spec) -> str:
    """Draw a chart."""
    global _beside
    request: Spec = {"vl_spec": spec, "config": CONFIG}
    answer = _asked(_beside, request) if _beside else ""
    whole = answer.endswith("\n")
    if not whole:  # it died, for want of memory perhaps: this process draws what is left
        _beside = None
    drawn = json.loads(answer) if whole else vl_convert.vegalite_to_svg(**request)
    return re.sub(r' font-family="[^"]*"', "", drawn)


def _asked(process: subprocess.Popen[str], request: Spec) -> str:
    """Return the answer, as JSON; nothing where the process is no more."""
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        with suppress(BrokenPipeError):
            process.stdin.close()  # with what it holds
    return process.stdout.readline()
