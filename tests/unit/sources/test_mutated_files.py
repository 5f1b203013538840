"""Files with bytes that are changed, lost or doubled: every reader gives an answer or says what is wrong."""

import gzip
import io
import random
import tarfile
import warnings
import zipfile

import numpy as np
import pytest
from PIL import Image

from percept.dataset.formats import CsvFormat
from percept.errors import UserError
from percept.files.class_folders import class_folders
from percept.files.container import opened
from percept.files.csv import read_csv
from percept.files.parquet import read_parquet
from percept.files.picture import UnreadableError, read_picture
from percept.sources.arff import read_arff
from percept.sources.idx import read_idx

NUM_MUTATIONS = 40  # of each kind of file
TABLE = b"a,b,day\n" + b"".join(b'%d,"x, %d",2024-01-%02d\n' % (row, row * 7, row % 28 + 1) for row in range(40))
ARFF = b"@relation r\n@attribute a numeric\n@attribute 'b c' {x, 'y z'} % {c\n@data\n" + b"1,x\n?,'y z'\n3,?\n" * 9
IDX = b"\0\0\x08\x03" + b"\0\0\0\5" + b"\0\0\0\4" + b"\0\0\0\3" + bytes(range(60))


def picture(form: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (24, 20, 3), np.uint8)).save(stream, form)
    return stream.getvalue()


def archive(kind: str) -> bytes:
    stream = io.BytesIO()
    names = [f"set/{label}/{'ü' * 60}{number}.png" for number in range(2) for label in "ab"]
    if kind == "zip":
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in names:
                packed.writestr(name, picture("PNG"))
    else:
        with tarfile.open(fileobj=stream, mode=f"w:{kind}", format=tarfile.PAX_FORMAT) as packed:
            for name in names:
                info = tarfile.TarInfo(name)
                info.size = len(picture("PNG"))
                packed.addfile(info, io.BytesIO(picture("PNG")))
    return stream.getvalue()


def parquet() -> bytes:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    days = pa.array(range(30), pa.int32()).cast(pa.date32())
    columns = {"a": [1, 2, None] * 10, "b": ["x", "y z", None] * 10, "c": [0.5, None, 2.0] * 10, "day": days}
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def read_folders(path) -> None:
    with opened(path) as contents:
        class_folders(path, contents, "*").digest()


def read_one(path) -> None:
    read_picture(path.read_bytes(), (8, 8), "rgb", "stretch")


FILES = {
    "csv": (lambda: TABLE, lambda path: read_csv(path, CsvFormat())),
    "csv.gz": (lambda: gzip.compress(TABLE), lambda path: read_csv(path, CsvFormat())),
    "arff": (lambda: ARFF, read_arff),
    "idx.gz": (lambda: gzip.compress(IDX), lambda path: read_idx(path, 3)),
    "parquet": (parquet, read_parquet),
    **{kind: (lambda kind=kind: archive(kind), read_folders) for kind in ("zip", "", "gz", "xz", "bz2")},
    **{form: (lambda form=form: picture(form), read_one) for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")},
}


def mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at, other = (chance.randrange(min(len(changed), chance.choice((64, 10**6)))) for _ in range(2))
        match chance.randrange(5):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                changed[at] ^= 1 << chance.randrange(8)
            case 2:
                del changed[at + 1 : at + chance.choice((2, 9, 65))]
            case 3:
                changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\n\"',"))
            case _:
                changed[at : at + 16] = changed[other : other + 16]
    return bytes(changed)


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_is_read_or_refused(tmp_path, kind):
    make, read = FILES[kind]
    content, chance, path = make(), random.Random(kind), tmp_path / "file"
    path.write_bytes(content)
    read(path)
    num_refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata
        for _ in range(NUM_MUTATIONS):
            path.write_bytes(mutated(content, chance))
            try:
                read(path)
            except (UserError, UnreadableError):
                num_refused += 1
    assert num_refused
