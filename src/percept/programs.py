"""Other programs, such as Git and DVC: what they print, or why they gave no answer."""

import subprocess

from percept.errors import UserError

ADVICE = "run it in the Git repository of the project"


def output_of(*command: str, check: bool = True, advice: str = ADVICE) -> str:
    """Run a program and return its standard output. Raises `UserError` where it is missing.

    check: also where it fails.
    """
    try:
        return subprocess.run(command, check=check, capture_output=True, encoding="utf-8").stdout
    except (OSError, subprocess.CalledProcessError) as error:
        found = (getattr(error, "stderr", None) or str(error)).strip()
        raise UserError(" ".join(command), found, "an answer", advice) from None
