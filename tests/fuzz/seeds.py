"""Write the first inputs of each door to tests/fuzz/corpus: PYTHONPATH=src:tests python tests/fuzz/seeds.py."""

import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from fuzz.networks import NETWORKS, texts_of, with_texts
from PIL import Image
from pyarrow import parquet

from percept import paths

CORPUS = Path(__file__).parent / "corpus"
TABLE = "id,age,paid,joined,plan\n" + "".join(
    f'{row},{row * 7 % 60}.5,"${row},000",{row % 28 + 1:02}.03.2024,{("pro", "a b", "NaN")[row % 3]}\n'
    for row in range(40)
)
ARFF = "@relation r\n@attribute a numeric\n@attribute 'b c' {x, 'y z'} % {c\n@data\n1,x\n?,'y z'\n-3.5e2,?\n"
IDX = b"\0\0\x08\x03" + b"\0\0\0\2" + b"\0\0\0\4" + b"\0\0\0\3" + bytes(range(24))
TEXTS = {
    "overrides": ("task=iris\nseed=3", "model=cnn\n~fit.epochs", "model.units=[8,4]\n+experiment=null", "hydra.x=${a}"),
    "csv": (TABLE, 'a\n""\n', 'a;b\r\n1;"x\r\ny"\r\n', "\ufeffa,b\r1,2\r\r3,4"),
    "new_task": (TABLE, TABLE.replace(",", "\t"), TABLE.replace(".5", ",5").replace(",", ";"), "a b\n1 2\nTotal 3\n"),
    "arff": (ARFF, ARFF.replace("'", '"').replace("numeric", "REAL")),
    "formula": ("rooms / households", "-(a + 2.5) * b - 1e3 / a", "((a))", "a.b", "__import__('os')"),
    "dates": (
        *("%Y-%m-%d\n2024-02-29\n2024-13-01\n0001-01-01", "%d/%m/%y from 1930\n29/02/24\n01/01/30"),
        *("%Y-%m-%dT%H:%M:%S.%f%z\n2024-02-29T23:59:59.5+09:00", "%b %d, %Y\nFeb 3, 2021\n%G-%V-%u"),
    ),
    "numerals": (
        "kg\n,.\n1.234,5 kg\n(5)\n-3",
        "$\n.,\n$1,234.50\n5.1M\n\N{MINUS SIGN}2",
        "h:m\n\n13:45\n9h30\n1:45 PM",
    ),
}


def seeds() -> Iterator[tuple[str, bytes]]:
    """Give each door with an input."""
    for door, texts in TEXTS.items():
        yield from ((door, text.encode()) for text in texts)
    yield "parameters", (paths.ROOT / paths.PARAMS).read_bytes()
    yield from (("packed", gzip.compress(content, mtime=0)) for content in (TABLE.encode(), IDX))
    yield from (("idx", content) for content in (IDX, b"\0\0\x08\x01\0\0\0\3\1\2\3"))
    yield from (("parquet", _parquet(how)) for how in ("none", "snappy"))
    yield from (("picture", _picture(form)) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO"))
    yield from (
        ("archive", content) for content in (_zip(), _tar(), gzip.compress(_tar(), mtime=0), lzma.compress(_tar()))
    )
    for name, network in NETWORKS.items():
        file = network()
        yield "metadata", f"{name}\n{json.dumps(texts_of(file))}".encode()
        yield "model", with_texts(file, texts_of(file))


def _parquet(packed_by: str) -> bytes:
    days = pa.array([0, 19_782, None], pa.int32()).cast(pa.date32())
    columns = {
        "a": [1, 2, None],
        "b": ["x", "y z", None],
        "c": [0.5, None, 2.0],
        "day": days,
        "yes": [True, False, None],
    }
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns | {"day": days}), stream, compression=packed_by)
    return stream.getvalue()


def _picture(form: str, side: int = 16) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(stream, form, **({"sizes": [(side, side)]} if form == "ICO" else {}))
    return stream.getvalue()


def _files() -> dict[str, bytes]:
    return {f"{label}/{number}.png": _picture("PNG", 4 + number) for number in range(2) for label in "ab"}


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _files().items():
            packed.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, content in _files().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def main() -> None:
    counts: dict[str, int] = {}
    for door, content in seeds():
        counts[door] = counts.get(door, 0) + 1
        (CORPUS / door).mkdir(parents=True, exist_ok=True)
        (CORPUS / door / f"seed_{counts[door]}").write_bytes(content)


if __name__ == "__main__":
    main()
