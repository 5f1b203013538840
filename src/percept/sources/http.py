"""Save what a web server sends, within bounds of bytes and time."""

import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import requests

from percept.files.limits import MIB, SourceLimits

if TYPE_CHECKING:
    from tqdm import tqdm

CHUNK = 2**16  # bytes
AS_IT_IS = {"Accept-Encoding": "identity"}  # else a .gz file may arrive unpacked, with another sha256


class Failure(NamedTuple):
    """Why nothing was saved."""

    problem: str
    is_final: bool  # another attempt would end alike


class BeyondBoundError(Exception):
    """Raised where a server sends more than a bound, or for longer."""

    def __init__(self, found: str, limits: SourceLimits, name: str) -> None:
        super().__init__(f"{found}; where that is right, raise the bound: {limits.option.format(name, '...')}")


def save(address: str, name: str, part: Path, deadline: float, limits: SourceLimits) -> Failure | None:
    """Try once to save what lies at an address as `part`; name: of the file, for a progress bar."""
    try:
        _within(deadline, limits, lambda: _save(address, name, part, deadline, limits))
    except requests.HTTPError as error:
        status = 0 if error.response is None else error.response.status_code
        return Failure(f"HTTP {status}", 0 < status < 500 and status not in (408, 429))
    except BeyondBoundError as error:
        return Failure(str(error), True)
    except requests.RequestException as error:
        again = requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError
        return Failure(f"{type(error).__name__} ({str(error)[:300]})", not isinstance(error, again))
    except ValueError as error:  # from urllib3 and the idna codec
        return Failure(f"no host can have this name ({str(error)[:300]})", True)
    except OSError as error:
        return Failure(f"cannot be saved in {part.parent} ({error.strerror})", True)
    return None


def _within(deadline: float, limits: SourceLimits, work: Callable[[], None]) -> None:
    """Do work, and let go of it at the deadline: a server that drips lets no single read come to its end.

    The thread ends with the next bytes that it gets, or with the process. Raises what the work does, and
    `BeyondBoundError`.
    """
    outcome: queue.Queue[Exception | None] = queue.Queue()

    def run() -> None:
        try:
            work()
        except Exception as error:  # for the thread that waits
            outcome.put(error)
        else:
            outcome.put(None)

    threading.Thread(target=run, daemon=True).start()
    try:
        error = outcome.get(timeout=max(deadline - time.monotonic(), 0))
    except queue.Empty:
        raise _too_slow(limits) from None
    if error:
        raise error


def _save(address: str, name: str, part: Path, deadline: float, limits: SourceLimits) -> None:
    with (
        requests.get(address, headers=AS_IT_IS, timeout=limits.silence_s, stream=True) as response,
        part.open("wb") as stream,
    ):
        response.raise_for_status()
        length = response.headers.get("Content-Length", "")
        promised = int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0
        with _progress(name, promised) as bar:
            _check_size(promised, limits)
            for chunk in response.iter_content(CHUNK):
                _check_size(stream.tell() + len(chunk), limits)
                if time.monotonic() > deadline:
                    raise _too_slow(limits)
                stream.write(chunk)
                bar.update(len(chunk))


def _check_size(num_bytes: int, limits: SourceLimits) -> None:
    if num_bytes > limits.download_mib * MIB:
        raise BeyondBoundError(f"more than {limits.download_mib:,} MiB", limits, "download_mib")


def _too_slow(limits: SourceLimits) -> BeyondBoundError:
    return BeyondBoundError(f"not complete after {limits.download_s:g} seconds", limits, "download_s")


def _progress(name: str, num_bytes: int) -> "tqdm":
    from tqdm import tqdm

    how = {"unit": "B", "unit_scale": True, "unit_divisor": 1024, "leave": False}
    return tqdm(desc=name, total=num_bytes or None, disable=not sys.stderr.isatty(), **how)
