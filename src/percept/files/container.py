"""A folder, tar or zip: the regular files inside, by name. No name inside an archive decides a path on this machine."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

from percept.errors import UserError
from percept.files.limits import LIMITS, MIB, Limits

BROKEN = (  # what the readers raise on damaged bytes
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    UnicodeDecodeError,  # a zip whose names are not the UTF-8 it claims
    RuntimeError,  # a zip with a password, or packed in a way Python cannot read
)
PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open), (b"\x5d\0\0", lzma.open))  # tars
LONGEST_HEADER = MIB  # of a tar: names and times of one member
LONG_ENTRY = 512  # bytes in the list of a zip: a name and times
LITTER = ("thumbs.db", "desktop.ini", "__macosx")  # what file managers leave behind, beside names with a dot in front


@dataclass(frozen=True)
class Contents:
    """The files and folders inside; links are left out, except a tar's second name of one file."""

    files: Mapping[str, Callable[[], bytes]]  # what reads each one, by its path inside, in the order they are stored
    folders: frozenset[str]  # an empty one is known by nothing else; archives need not name them


@contextmanager
def opened(path: Path, limits: Limits = LIMITS) -> Iterator[Contents]:
    """Open a folder or an archive, without a folder's hidden files. Raises `UserError`, also when a file is read."""
    with ExitStack() as stack:
        with _blamed(path):
            contents = _contents(path, stack, limits)
        yield Contents({name: _blamed(path)(read) for name, read in contents.files.items()}, contents.folders)


def is_archive(path: Path) -> bool:
    """Tell a tar or zip by its content, whatever its name says."""
    return path.is_file() and (_is_tar(path, LIMITS) or zipfile.is_zipfile(path))


def is_hidden(name: str) -> bool:
    """Tell a path with a part that file managers hide, or leave behind."""
    return any(part.startswith(".") or part.lower() in LITTER for part in PurePosixPath(name).parts)


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Turn errors in reading into a `UserError` about the folder or archive."""
    try:
        yield
    except BROKEN as error:
        expected = "a folder that can be read" if path.is_dir() else "a whole tar or zip file"
        raise _unusable(path, f"broken ({error or type(error).__name__})", expected) from None


def _contents(path: Path, stack: ExitStack, limits: Limits) -> Contents:
    if path.is_dir():
        return _in_folder(path, limits)
    if not path.exists():
        raise _unusable(path, "there is no such file or folder", "a folder, or a tar or zip file")
    if _is_tar(path, limits):  # asked first: a tar that holds a zip can pass for a zip
        return _in_tar(path, stack, limits)
    if zipfile.is_zipfile(path):
        return _in_zip(path, stack, limits)
    raise _unusable(path, "neither a tar nor a zip file", "a tar or zip file, or a folder")


def _in_folder(path: Path, limits: Limits) -> Contents:
    files: dict[str, Callable[[], bytes]] = {}
    folders, unvisited = set(), [path]
    while unvisited:
        for entry in sorted(unvisited.pop().iterdir()):
            name = entry.relative_to(path).as_posix()
            if is_hidden(name) or entry.is_symlink():
                continue
            if entry.is_dir():
                folders.add(name)
                unvisited.append(entry)
            elif entry.is_file():
                files[name] = partial(read_file, entry, limits)
        _check_number(path, len(files) + len(folders), limits)
    return Contents(files, frozenset(folders))


def read_file(path: Path, limits: Limits) -> bytes:
    """Read a file. Raises `UserError` where it is larger than the bound."""
    limits.check_size(str(path), path.stat().st_size)
    return path.read_bytes()


class _Tar(io.RawIOBase):
    """The bytes of a tar file, unpacked; reading beyond a bound raises `UserError`."""

    def __init__(self, path: Path, limits: Limits) -> None:
        with path.open("rb") as stream:
            start = stream.read(6)
        unpack = next((unpack for first, unpack in PACKED if start.startswith(first)), None)
        self._stream = unpack(path) if unpack else path.open("rb")
        self._path, self._size, self._limits, self._is_packed = path, path.stat().st_size, limits, bool(unpack)
        self.longest = LONGEST_HEADER  # bytes that are read at once

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        if self._is_packed:
            self._limits.check_unpacking(self._path.name, position, self._size)
        return self._stream.seek(position, whence)

    def read(self, num_bytes: int | None = -1) -> bytes:
        if num_bytes is None or not 0 <= num_bytes <= self.longest:  # asked for by a header, which can say anything
            raise tarfile.ReadError(f"a part of {num_bytes} bytes")
        if self._is_packed:
            self._limits.check_unpacking(self._path.name, self.tell() + num_bytes, self._size)
        return self._stream.read(num_bytes)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _is_tar(path: Path, limits: Limits) -> bool:
    try:
        with _Tar(path, limits) as stream, tarfile.open(fileobj=stream, mode="r:"):
            return True
    except BROKEN:
        return False


def _in_tar(path: Path, stack: ExitStack, limits: Limits) -> Contents:
    stream = stack.enter_context(_Tar(path, limits))
    tar = stack.enter_context(tarfile.TarFile(fileobj=stream))
    named: dict[str, tarfile.TarInfo] = {}
    folders = set()
    for number, info in enumerate(tar, 1):
        _check_number(path, number, limits)
        limits.check_size(f"{path.name}, {info.name}", info.size)
        if info.isfile():
            named[info.name] = info
        elif info.islnk() and info.linkname in named:
            named[info.name] = named[info.linkname]
        elif info.isdir():
            folders.add(info.name)
    limits.check_unpacking(path.name, sum(info.size for info in named.values()), path.stat().st_size)
    stream.longest = limits.file_mib * MIB
    read = lru_cache(1)(partial(_read_member, tar))  # a file with many names is read once: they follow each other
    in_order = sorted(named.items(), key=lambda item: item[1].offset)
    return Contents({name: partial(read, info) for name, info in in_order}, frozenset(folders))


def _read_member(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    content = tar.extractfile(info)
    if content is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    return content.read()


def _in_zip(path: Path, stack: ExitStack, limits: Limits) -> Contents:
    with path.open("rb") as stream:
        num_bytes = zipfile._EndRecData(stream)[5]  # type: ignore[attr-defined]  # of the list that ZipFile reads whole
    _check_number(path, num_bytes // LONG_ENTRY, limits)
    archive = stack.enter_context(zipfile.ZipFile(path))
    files, folders, size = {}, set(), 0
    _check_number(path, len(archive.infolist()), limits)
    for info in archive.infolist():
        if not info.filename:
            raise zipfile.BadZipFile("a file without a name")
        if info.is_dir():
            folders.add(_zip_name(info))
        elif not stat.S_ISLNK(info.external_attr >> 16):
            limits.check_size(f"{path.name}, {_zip_name(info)}", info.file_size)
            size += info.file_size
            files[_zip_name(info)] = partial(archive.read, info)
    limits.check_unpacking(path.name, size, path.stat().st_size)
    return Contents(files, frozenset(folders))


def _check_number(path: Path, found: int, limits: Limits) -> None:
    limits.check(path.name, found, "files", "files and folders", is_all=False)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name; it may be UTF-8 without the flag that says so, as the Finder of macOS writes it."""
    try:
        return info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _unusable(path: Path, found: str, expected: str) -> UserError:
    return UserError(path.name, found, expected, "check the name, or the file itself (source in conf/task/ names it)")
