"""The class of each picture in a folder or archive that has one folder for each class."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from percept.errors import UserError, listed
from percept.files.container import Contents, is_hidden

Parts = tuple[str, ...]  # of a path

SETS = {"train", "test"}
OTHER_SETS = {"dev", "val", "valid", "validation"}
MAX_DEPTH = 100  # folders in each other
ADVICE = "correct the folders, or set source.folder to the one that holds one folder for each class"


@dataclass(frozen=True)
class ClassFolders:
    """The files in class folders, hidden ones left out."""

    files: dict[Parts, Callable[[], bytes]]  # what reads each one, by its path below source.folder, as stored
    classes: tuple[str, ...]  # sorted names of the class folders
    has_sets: bool  # the class folders lie in train/ and test/

    def class_of(self, path: Parts) -> str:
        return path[1 if self.has_sets else 0]

    def digest(self) -> str:
        """Compute one sha256 over the sorted paths and each file's sha256: equal for a folder and an archive of it."""
        # Read in the order they are stored: a compressed tar is slow in any other.
        found = {"/".join(path): hashlib.sha256(read()).hexdigest() for path, read in self.files.items()}
        lines = "".join(f"{path}\0{digest}\n" for path, digest in sorted(found.items()))
        return hashlib.sha256(lines.encode()).hexdigest()


def class_folders(path: Path, contents: Contents, folder: str) -> ClassFolders:
    """Find the class folders in `folder` of a folder or archive; `*` stands for any one name. Raises `UserError`."""
    files = {parts: contents.files[name] for parts, name in _visible(path, contents.files)}
    folders = {parts for parts, _ in _visible(path, contents.folders)}
    folders = {parts[:depth] for parts in folders for depth in range(1, len(parts) + 1)} | {
        parts[:depth] for parts in files for depth in range(1, len(parts))
    }
    root = _matching(path, folder, folders)
    files = {parts[len(root) :]: read for parts, read in files.items() if parts[: len(root)] == root}
    folders = {parts[len(root) :] for parts in folders if parts[: len(root)] == root}
    sets = {parts[0] for parts in folders if parts}
    has_sets = {name.lower() for name in sets} == SETS
    depth = 1 + has_sets
    found = ClassFolders(
        {parts: read for parts, read in files.items() if len(parts) > depth},
        tuple(sorted({parts[-1] for parts in folders if len(parts) == depth})),
        has_sets,
    )
    where = f"{path.name}, folder {'/'.join(root) or '.'}"
    _check_classes(where, found, sets, loose=["/".join(parts) for parts in files if len(parts) <= depth])
    _check_none_is_empty(where, found, {parts for parts in folders if len(parts) == depth})
    return found


def check_training_classes(where: str, found: ClassFolders, paths: Iterable[Parts]) -> None:
    """Refuse a class of which none of `paths` is for training. Raises `UserError`."""
    trained = {found.class_of(path) for path in paths if not (found.has_sets and path[0].lower() == "test")}
    missing = [name for name in found.classes if name not in trained]
    if missing:
        raise UserError(
            where,
            f"no picture {'in train/ ' if found.has_sets else ''}of {listed(map(repr, missing))}",
            "pictures of every class",
            ADVICE,
        )


def _visible(path: Path, names: Iterable[str]) -> list[tuple[Parts, str]]:
    """Return (parts, name) of what is not hidden.

    Names are normalised: the same letters have the same code points wherever an archive was made.
    """
    for name in names:
        if any("\ud800" <= letter <= "\udfff" for letter in name):  # bytes that Python could not decode
            raise UserError(path.name, f"the name {name!a}", "names in UTF-8", "rename it")
        if (depth := name.count("/")) > MAX_DEPTH:
            found = f"{name[:40]!r}... lies {depth} folders deep"
            raise UserError(path.name, found, f"at most {MAX_DEPTH}", "move it, or leave it out")
    return [(PurePosixPath(unicodedata.normalize("NFC", name)).parts, name) for name in names if not is_hidden(name)]


def _matching(path: Path, folder: str, folders: set[Parts]) -> Parts:
    """Find the one folder that `source.folder` names. Raises `UserError`."""
    wanted = PurePosixPath(unicodedata.normalize("NFC", folder)).parts
    near = sorted(parts for parts in folders | {()} if len(parts) == len(wanted))
    matches = [parts for parts in near if all(one in ("*", name) for one, name in zip(wanted, parts, strict=True))]
    if len(matches) == 1:
        return matches[0]
    shown = matches or near or sorted(folders)
    found = "several folders" if matches else "no folder; there are"
    raise UserError(
        f"source.folder = {folder!r}",
        f"{path.name} has {found}: {listed('/'.join(parts) for parts in shown) or 'none at all'}",
        "the one folder that holds one folder for each class",
        "set source.folder to it",
    )


def _check_classes(where: str, found: ClassFolders, sets: set[str], loose: list[str]) -> None:
    expected = "one folder for each class, with its pictures in it"
    lowered = {name.lower() for name in sets}
    if "train" in lowered and not found.has_sets and lowered <= SETS | OTHER_SETS and lowered != {"train"}:
        raise UserError(
            where,
            f"the folders {listed(sorted(sets))}",
            "class folders, or train and test with class folders in each",
            "move the pictures for validation to train (split.validation sets some apart), or set source.folder to "
            "train",
        )
    if not found.classes:
        beside = f", and {len(loose)} files without one: {listed(sorted(loose), 3)}" if loose else ""
        raise UserError(where, f"no class folders{beside}", expected, ADVICE)
    if len(found.classes) == 1:
        raise UserError(where, f"one class alone, {found.classes[0]!r}", "at least two", ADVICE)


def _check_none_is_empty(where: str, found: ClassFolders, folders: set[Parts]) -> None:
    depth = 1 + found.has_sets
    empty = folders - {path[:depth] for path in found.files}
    if empty:
        names = listed("/".join(parts) for parts in sorted(empty))
        raise UserError(where, f"no files in {names}", "pictures of every class", ADVICE)
    check_training_classes(where, found, found.files)
