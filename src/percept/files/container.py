"""A folder, tar or zip: the regular files inside, by name. No name inside an archive decides a path on this machine."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from percept.errors import UserError

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
LITTER = ("thumbs.db", "desktop.ini", "__macosx")  # what file managers leave behind, beside names with a dot in front


@dataclass(frozen=True)
class Contents:
    """The files and folders inside; links are left out, except a tar's second name of one file."""

    files: Mapping[str, Callable[[], bytes]]  # what reads each one, by its path inside, in the order they are stored
    folders: frozenset[str]  # an empty one is known by nothing else; archives need not name them


@contextmanager
def opened(path: Path) -> Iterator[Contents]:
    """Open a folder or an archive, without a folder's hidden files. Raises `UserError`, also when a file is read."""
    with ExitStack() as stack:
        with _blamed(path):
            contents = _contents(path, stack)
        yield Contents({name: _blamed(path)(read) for name, read in contents.files.items()}, contents.folders)


def is_archive(path: Path) -> bool:
    """Tell a tar or zip by its content, whatever its name says."""
    return path.is_file() and (tarfile.is_tarfile(path) or zipfile.is_zipfile(path))


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


def _contents(path: Path, stack: ExitStack) -> Contents:
    if path.is_dir():
        return _in_folder(path)
    if tarfile.is_tarfile(path):  # asked first: a tar that holds a zip can pass for a zip
        return _in_tar(stack.enter_context(tarfile.open(path)))
    if zipfile.is_zipfile(path):
        return _in_zip(stack.enter_context(zipfile.ZipFile(path)))
    raise _unusable(path, "neither a tar nor a zip file", "a tar or zip file")


def _in_folder(path: Path) -> Contents:
    files, folders, unvisited = {}, set(), [path]
    while unvisited:
        for entry in sorted(unvisited.pop().iterdir()):
            name = entry.relative_to(path).as_posix()
            if is_hidden(name) or entry.is_symlink():
                continue
            if entry.is_dir():
                folders.add(name)
                unvisited.append(entry)
            elif entry.is_file():
                files[name] = entry.read_bytes
    return Contents(files, frozenset(folders))


def _in_tar(tar: tarfile.TarFile) -> Contents:
    files, folders = {}, set()
    for info in tar:
        if info.isfile():
            files[info.name] = partial(_read_member, tar, info)
        elif info.islnk() and info.linkname in files:
            files[info.name] = files[info.linkname]
        elif info.isdir():
            folders.add(info.name)
    return Contents(files, frozenset(folders))


def _read_member(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    content = tar.extractfile(info)
    if content is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    return content.read()


def _in_zip(archive: zipfile.ZipFile) -> Contents:
    files, folders = {}, set()
    for info in archive.infolist():
        if info.is_dir():
            folders.add(_zip_name(info))
        elif not stat.S_ISLNK(info.external_attr >> 16):
            files[_zip_name(info)] = partial(archive.read, info)
    return Contents(files, frozenset(folders))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name; it may be UTF-8 without the flag that says so, as the Finder of macOS writes it."""
    try:
        return info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _unusable(path: Path, found: str, expected: str) -> UserError:
    return UserError(path.name, found, expected, "check the file or folder that source names in conf/task/")
