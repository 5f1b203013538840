"""Small pictures by class, packed in a folder, tar or zip, and the source that reads them."""

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from percept.errors import UserError
from percept.sources.image_folder import ImageFolder

RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


TARS = {".tar": "w", ".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}


KINDS = ["", *TARS, ".zip"]


def png(color=RED, size=(6, 4)) -> bytes:
    return encoded(Image.new("RGB", size, color))


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


TWO = {"cat/1.png": png(RED), "cat/2.png": png(GREEN), "dog/1.png": png(BLUE), "LICENSE": b"free"}


def packed(path: Path, files: dict[str, bytes], folders: tuple[str, ...] = ()) -> Path:
    """Write a folder, tar or zip, as the end of the name says."""
    if path.suffix == "":
        path.mkdir()
        for name in folders:
            (path / name).mkdir(parents=True)
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in folders:
                archive.writestr(f"{name}/", b"")
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, TARS[path.suffix]) as archive:
            for name in folders:
                info = tarfile.TarInfo(name)
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def source(**options) -> ImageFolder:
    return ImageFolder(**{"kind": "image_folder", "path": "set", "sha256": "unknown", "size": (4, 6)} | options)


def read(folder: Path, files: dict[str, bytes], name: str = "set", **options):
    """What the source reads of these files."""
    packed(folder / name, files)
    return source(path=name, **options).read(folder)


def pixels_of(folder: Path, content: bytes, **options) -> np.ndarray:
    """(height, width, channels) of one picture."""
    return read(folder, {"a/1": content, "b/1": png()}, **options).pixels[0].astype(int)


def refused(place: Path, files: dict[str, bytes], match: str, folders: tuple[str, ...] = (), **options) -> None:
    with pytest.raises(UserError, match=match):
        source(**options).digest(packed(place / "set", files, folders))
