"""Propose a task for pictures in class folders, by their sizes, colours and number."""

import io
import statistics
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from percept.errors import listed
from percept.files.class_folders import Parts, check_training_classes, class_folders
from percept.files.container import Contents, opened
from percept.files.limits import LIMITS, Limits
from percept.files.picture import FORMATS, UnreadableError, endings, read_picture
from percept.profiling.choices import (
    FEW_ROWS,
    TEST,
    VALIDATION,
    Classes,
    can_stratify,
    has_rare_class,
    macro_f1_of_largest,
)
from percept.profiling.fit_plan import choose_picture_fit
from percept.profiling.phrases import shorten
from percept.profiling.yaml_text import Block, Draft, Leaf, Quoted, draft

LARGE = 128  # pixels of the shorter side, from which on 64 show more than 32
GREY = 8  # levels by which the channels of a grey picture may differ: JPEG rounds


@dataclass(frozen=True)
class PictureProfile:
    """What class folders hold."""

    folder: str  # the one that holds a folder for each class
    has_sets: bool  # the class folders are in train/ and test/
    classes: Classes  # with their number of pictures, the most frequent first
    size: tuple[float, float]  # median height and width, pixels
    is_grey: bool
    broken: tuple[str, ...]  # names of files that cannot be read
    sha256: str

    @property
    def num_pictures(self) -> int:
        return sum(count for _, count in self.classes)

    @property
    def side(self) -> int:
        return 64 if min(self.size) >= LARGE else 32

    @property
    def described(self) -> str:
        height, width = self.size
        classes = listed((f"{shorten(label)} ({count})" for label, count in self.classes), 10)
        colour = "grey" if self.is_grey else "colour"
        return f"{self.num_pictures} pictures, {height:g} x {width:g} in the middle, {colour}; {classes}"

    @property
    def notes(self) -> list[str]:
        """Notes on what a person should look at."""
        notes = [f"Cannot be read, and left out: {listed(self.broken, 5)}."] if self.broken else []
        if self.num_pictures < FEW_ROWS:
            notes.append(f"Few pictures: the scores of {round(self.num_pictures * TEST)} test pictures say little.")
        return notes


def profile_pictures(path: Path, limits: Limits = LIMITS) -> PictureProfile:
    """Read every picture of a folder, tar or zip once, and profile them. Raises `UserError`."""
    with opened(path, limits) as contents:
        folder = _class_root(contents)
        found = class_folders(path, contents, folder)
        sizes, is_grey, broken = _sizes_and_colours(found.files, limits)
        readable = [name for name in found.files if "/".join(name) not in broken]
        check_training_classes(str(path), found, readable)
        counts = Counter(map(found.class_of, readable))
        return PictureProfile(
            folder=folder,
            has_sets=found.has_sets,
            classes=tuple(
                (label, counts[label]) for label in sorted(found.classes, key=lambda one: (-counts[one], one))
            ),
            size=tuple(map(statistics.median, zip(*sizes, strict=True))),
            is_grey=is_grey,
            broken=tuple(sorted(broken)),
            sha256=found.digest(),
        )


def _class_root(contents: Contents) -> str:
    """Find the folder that holds the class folders, or train/ and test/ with them; "." where it is not clear."""
    known = endings()
    files = [file for file in map(PurePosixPath, contents.files) if file.suffix.lower() in known]
    class_folders_in: dict[PurePosixPath, set[str]] = {}
    for file in files:
        class_folders_in.setdefault(file.parent.parent, set()).add(file.parent.name)
    roots = [root for root, names in class_folders_in.items() if len(names) > 1]
    if len(roots) == 1:
        return str(roots[0])
    if len(roots) > 1 and {root.name.lower() for root in roots} == {"train", "test"}:
        return str(roots[0].parent)
    return "."


def _sizes_and_colours(
    files: dict[Parts, Callable[[], bytes]], limits: Limits
) -> tuple[list[tuple[int, int]], bool, set[str]]:
    """Return (height, width) of each picture, whether all are grey, and the names of files that cannot be read."""
    sizes, is_grey, broken = [], True, set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd metadata and large pictures
        for path, read in files.items():
            content = read()
            try:
                pixels = read_picture(content, (32, 32), "rgb", "stretch", limits)
            except UnreadableError:
                broken.add("/".join(path))
                continue
            sizes.append(_size(content))
            is_grey = is_grey and bool(np.ptp(pixels.astype(int), axis=2).max() <= GREY)
    return sizes, is_grey, broken


def _size(content: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        return image.height, image.width


def render(found: PictureProfile, name: str, file: dict[str, Any], command: str) -> Draft:
    """Write the task file; file: options of the source; command: what was typed to get it."""
    largest, rarest = found.classes[0], found.classes[-1]
    is_rare = has_rare_class(found.classes)
    better = f"an accuracy above {largest[1] / found.num_pictures:.3f}, the share of {shorten(largest[0])}"
    if is_rare:
        better = f"a macro_f1 above {macro_f1_of_largest(found.classes):.3f}, that of naming {shorten(largest[0])}"
    head = [
        f"{name[:1].upper()}{name[1:]}: {found.described}.",
        f"Expected: {better}.",
        *found.notes,
        f"Written by `{shorten(command, 200)}`.",
    ]
    choices = [
        Block({"override /features": ("image", "")}),
        Block({"override /objective": ("multiclass", "")}),
        Block({"override /model": ("cnn_photo", "convolutions; each picture is a little different each time")}),
    ]
    sections: dict[str, Block | Leaf] = {"task": (name, ""), "source": _source(found, file), "split": _split(found)}
    if is_rare:
        why = f"{shorten(rarest[0])} is rare: each class counts the same"
        sections["objective"] = Block({"primary": ("macro_f1", why)})
    schedule = {"kind": "cosine", "warmup_epochs": 3}
    sections["optimizer"] = Block({"learning_rate": (0.003, ""), "schedule": (schedule, "")})
    return draft(head, choices, sections | {"fit": Block(choose_picture_fit(found.num_pictures))})


def _source(found: PictureProfile, file: dict[str, Any]) -> Block:
    options = {
        "kind": ("image_folder", ""),
        "path": (file["path"], ""),
        "urls": (file["urls"], "where they are on this machine"),
        "sha256": (Quoted(found.sha256), "of the pictures, however they are packed"),
        "folder": (found.folder, "what holds one folder for each class"),
        "size": ([found.side, found.side], "height and width, pixels; larger ones take longer"),
        "color": ("grey" if found.is_grey else "rgb", "or " + ("rgb" if found.is_grey else "grey")),
    }
    if "limits" in file:
        options["limits"] = (file["limits"], "as asked")
    if found.broken:
        options["broken"] = ("drop", f"{len(found.broken)} cannot be read; error: stop instead")
    return Block(options)


def _split(found: PictureProfile) -> Block:
    stratify = can_stratify(found.classes)
    part: dict[str, Any] = {"kind": "fraction", "fraction": TEST, "stratify": stratify, "random_state": 0}
    if found.has_sets:
        return Block({"test": ({"kind": "given"}, "the folder test"), "validation": (part, "of the rest")})
    validation = part | {"fraction": VALIDATION}
    return Block(
        {"test": (part, "keeps the share of each class" * stratify), "validation": (validation, "of the rest")}
    )
