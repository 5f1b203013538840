"""Bring one published file, or folder of files, to data/raw, check its digest, or say what was tried."""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pydantic import Field, field_validator

from percept import paths
from percept.errors import UserError
from percept.files.container import opened
from percept.files.limits import SOURCE_LIMITS, SourceLimits
from percept.params import Section

UNKNOWN = "unknown"
CONTROL = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # and half characters
MAX_PART_BYTES = 200  # file systems take 255, drafts have longer names
NUM_ATTEMPTS = 4  # for each address
BACKOFF_S = 0.5  # before the second attempt; doubles with each


class RemoteFile(Section):
    """One file and where its bytes are published."""

    path: str  # below data/raw, and below DATA_MIRROR
    urls: tuple[str, ...] = ()  # http(s) addresses or local paths, tried in order
    # Quote it: YAML reads an all-digit digest as a number. With `unknown` the run stops, and says what it is.
    sha256: str = Field(pattern=f"^([0-9a-f]{{64}}|{UNKNOWN})$")

    @field_validator("path")
    @classmethod
    def stays_below(cls, path: str) -> str:
        return inside(path)


def inside(path: str) -> str:
    """Return `path` if it is relative, stays inside its folder and can be one of a file. Raises `ValueError`."""
    parts = PurePosixPath(path).parts
    if CONTROL.search(path) or any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        raise ValueError(f"should have no control characters, and at most {MAX_PART_BYTES} bytes between two /")
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path or ":" in parts[0]:
        raise ValueError("should be a relative path without '..'")
    return path


def sha256(path: Path) -> str:
    """Return the hex digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bring(
    file: RemoteFile,
    folder: Path,
    have: Path | None = None,
    digest: Callable[[Path], str] = sha256,
    limits: SourceLimits = SOURCE_LIMITS,
) -> Path:
    """Put `file` below `folder`: from `have` (an earlier fetch), then DATA_MIRROR, then its urls.

    Nothing gets the file's name unless its `digest` is right. A folder is copied where `digest` takes folders.
    Raises `UserError` with everything that was tried.
    """
    target = folder / inside(file.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if have and file.sha256 != UNKNOWN and not _problem(have / file.path, file, digest):
        _copy(have / file.path, target, limits)
        return target
    tried = []
    for address in _addresses(file):
        if _is_http(address):
            problem = _download(address, file, target, digest, limits)
        else:
            problem = _take(address, file, target, digest, limits)
        if not problem:
            print(f"fetch: {file.path} from {address}")
            return target
        tried.append(f"{address}: {problem}")
    raise UserError(
        file.path,
        "\n    ".join(["not found, or not the right bytes; tried", *(tried or ["nothing: no urls"])]),
        f"a file with sha256 {file.sha256}",
        f"get the file by other means, save it as <folder>/{file.path}, and run again with "
        "DATA_MIRROR=<folder>; where a file above is the right one, put its sha256 into conf/task/; "
        "nothing was written to data/raw",
    )


def _problem(path: Path, file: RemoteFile, digest: Callable[[Path], str], address: str = "") -> str | None:
    """Say what is wrong with the bytes at `path`, if anything. Raises `UserError` where no sha256 is known yet."""
    if not path.exists():
        return "no such file"
    if not (path.is_file() or path.is_dir()):
        return "neither a file nor a folder"  # a device can be read for ever
    try:
        found = digest(path)
    except IsADirectoryError:
        return "a folder"
    except UserError as error:
        return "; ".join(line.strip() for line in str(error).splitlines())
    if found == file.sha256:
        return None
    size = "" if path.is_dir() else f" ({path.stat().st_size:,} bytes)"
    if file.sha256 == UNKNOWN:
        raise UserError(
            file.path,
            f"its sha256 is not known yet; what lies at {address}{size} has {found}",
            "one that each run can check",
            f'where that is the right one, put this line into conf/task/:\n      sha256: "{found}"',
        )
    return f"sha256 is {found}{size}"


def _addresses(file: RemoteFile) -> list[str]:
    mirror = os.environ.get("DATA_MIRROR", "").strip()
    if not mirror:
        return list(file.urls)
    first = f"{mirror.rstrip('/')}/{file.path}" if _is_http(mirror) else str(Path(mirror) / file.path)
    return [first, *file.urls]


def _is_http(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _take(
    address: str, file: RemoteFile, target: Path, digest: Callable[[Path], str], limits: SourceLimits
) -> str | None:
    """Copy from this machine. Returns the problem in words, or None when `target` is in place."""
    try:
        path = Path(address).expanduser()
    except RuntimeError:
        return "no such user"  # as in ~someone/data
    # A temporary workspace has conf/ and no data: there the code tells where the repository is.
    source = next((root / path for root in (paths.home(), paths.ROOT) if (root / path).exists()), path)
    problem = _problem(source, file, digest, address)
    if not problem:
        _copy(source, target, limits)
    return problem


def _copy(source: Path, target: Path, limits: SourceLimits) -> None:
    """Copy a file, or all of a folder except links and hidden files."""
    if not source.is_dir():
        shutil.copyfile(source, target)
        return
    with opened(source, limits) as contents:
        for name in contents.files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


def _download(
    address: str, file: RemoteFile, target: Path, digest: Callable[[Path], str], limits: SourceLimits
) -> str | None:
    """Fetch one address with retries. Returns the problem in words, or None when `target` is in place."""
    from percept.sources import http

    deadline = time.monotonic() + limits.download_s
    for attempt in range(1, NUM_ATTEMPTS + 1):
        with paths.scratch() as scratch:
            part = scratch / PurePosixPath(file.path).name
            failure = http.save(address, file.path, part, deadline, limits)
            if not failure:
                wrong = _problem(part, file, digest, address)
                if not wrong:
                    shutil.move(part, target)
                return wrong
        if failure.is_final:
            return failure.problem
        if attempt < NUM_ATTEMPTS:
            time.sleep(BACKOFF_S * 2 ** (attempt - 1))
        problem = f"{failure.problem}, {NUM_ATTEMPTS} attempts"
    return problem
