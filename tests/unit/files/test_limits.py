"""What a file may ask for is bounded: a refusal names the bound, what was found, and the option that raises it."""

import gzip
import io
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from percept.dataset.formats import CsvFormat
from percept.errors import UserError
from percept.files import picture
from percept.files.class_folders import class_folders
from percept.files.container import opened
from percept.files.csv import CsvRows, read_csv
from percept.files.limits import MIB, SMALL, Limits, PredictionLimits, SourceLimits
from percept.files.parquet import read_parquet
from percept.files.picture import UnreadableError, decoded, read_picture
from percept.files.text import read_ends

TABLE = b"a,b\n" + b"1,2\n" * 1000


def refused(path: Path, content: bytes, name: str, limits: Limits, read=None) -> str:
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        (read or (lambda: read_csv(path, CsvFormat(), limits=limits)))()
    said = str(raised.value)
    assert f"expected: at most {getattr(limits, name):,} ({name}: " in said
    assert re.search(rf"raise the bound: --limit {name}=(\d+|\.\.\.)$", said)
    return said


def test_a_source_names_its_own_option(tmp_path):
    (tmp_path / "a.csv").write_bytes(TABLE)
    with pytest.raises(UserError, match=r"raise the bound: source\.limits\.columns=2$"):
        read_csv(tmp_path / "a.csv", CsvFormat(), limits=SourceLimits(columns=1))


def test_bounds_are_given_by_name():
    assert PredictionLimits.given(["answer_s=0.5", "cells=20_000"]).model_dump(exclude_defaults=True) == {
        "answer_s": 0.5,
        "cells": 20_000,
    }
    for text, match in (
        ("cell=1", "no bound 'cell'; did you mean 'cells'"),
        ("cells", "cells=\n.*above 0"),
        ("cells=-1", "cells=-1\n"),
        ("pixels=nan", "pixels=nan\n"),
    ):
        with pytest.raises(UserError, match=match):
            Limits.given([text])


def test_columns_cells_rows_and_files_of_text_have_bounds(tmp_path):
    path = tmp_path / "a.csv"
    assert "a.csv: 2 columns\n" in refused(path, TABLE, "columns", Limits(columns=1))
    assert "2,000 cells up to line 1,001 or more" in refused(path, TABLE, "cells", Limits(cells=1999))
    assert len(read_csv(path, CsvFormat(), limits=Limits(cells=2000)).columns["a"]) == 1000
    assert "2 MiB or more" in refused(path, TABLE * 300, "file_mib", Limits(file_mib=1))
    line = b"a,b\n1,2\n" + b"x" * 2 * MIB
    assert "a row or line of more than 1 MiB, from byte " in refused(path, line, "row_mib", Limits(row_mib=1))
    rows = b'a,b\n1,"' + b"line\n" * MIB
    assert "a row or line of more than" in refused(path, rows, "row_mib", Limits(row_mib=1, cell_chars=10**9))
    cell = b'a,b\n1,2\n3,"' + b"x" * 200 + b'"\n'
    assert "line 3: a cell of more than 100 characters" in refused(path, cell, "cell_chars", Limits(cell_chars=100))


def test_text_that_unpacks_to_a_multiple_of_its_size_is_refused_before_it_fills_the_memory(tmp_path):
    packed = gzip.compress(b"a,b\n" + (b"x" * 100_000 + b",1\n") * (SMALL // 99_000), 9)
    said = refused(tmp_path / "a.csv.gz", packed, "unpacking", Limits())
    assert re.search(r"[\d,]+ bytes that unpack to 6[\d,]+ or more", said)
    refused(tmp_path / "a.csv.gz", packed, "unpacking", Limits(), lambda: read_ends(tmp_path / "a.csv.gz"))


def test_a_chunk_of_long_rows_is_given_before_it_has_all_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes((b"x" * 100_000 + b",1\n") * 500)
    with path.open("rb") as stream:
        chunks = [len(rows) for rows, _ in CsvRows(stream, "a.csv", CsvFormat(), "", Limits()).chunks(10_000)]
    assert sum(chunks) == 500 and max(chunks) * 100_002 < 20 * MIB


def test_names_of_many_columns_are_compared_in_linear_time(tmp_path):
    names = ",".join(f"c{number}" for number in range(300_000))  # comparing each with each took minutes
    (tmp_path / "a.csv").write_text(f"{names}\n{names}\n", encoding="utf-8")
    assert len(read_csv(tmp_path / "a.csv", CsvFormat(), limits=Limits(columns=10**6)).columns) == 300_000


def archive(path: Path, files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                packed.writestr(name, content)
    else:
        with tarfile.open(path, mode) as packed:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                packed.addfile(info, io.BytesIO(content))
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_archives_have_bounds_of_their_files_and_of_unpacking(tmp_path, name):
    path = tmp_path / name
    many = archive(path, {f"{number}/a.png": b"" for number in range(20)})
    limits = Limits(files=10)
    assert "files and folders or more" in refused(path, many, "files", limits, opened(path, limits).__enter__)
    large = archive(path, {"a.png": b"x" * (MIB + 1)})
    limits = Limits(file_mib=1)
    assert f"{name}, a.png: 2 MiB\n" in refused(path, large, "file_mib", limits, opened(path, limits).__enter__)
    packed = archive(path, {f"{number}.png": bytes(MIB) for number in range(70)})
    refused(path, packed, "unpacking", Limits(), opened(path, Limits()).__enter__)


def test_many_names_of_one_file_count_as_many_files(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as packed:
        info = tarfile.TarInfo("a.png")
        info.size = MIB
        packed.addfile(info, io.BytesIO(bytes(MIB)))
        for number in range(500):
            link = tarfile.TarInfo(f"{number}.png")
            link.type, link.linkname = tarfile.LNKTYPE, "a.png"
            packed.addfile(link)
    refused(path, path.read_bytes(), "unpacking", Limits(), opened(path, Limits()).__enter__)


def test_a_header_of_a_tar_that_asks_for_the_whole_memory_is_broken(tmp_path):
    path = tmp_path / "a.tar"
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 400 * MIB
    path.write_bytes(info.tobuf(tarfile.USTAR_FORMAT) + b"\0" * 2048)
    with pytest.raises(UserError, match="neither a tar nor a zip file"), opened(path):
        pass


def test_a_name_of_many_folders_is_refused(tmp_path):
    archive(tmp_path / "a.zip", {"a/" * 5000 + "b.png": b""})
    with opened(tmp_path / "a.zip") as contents, pytest.raises(UserError, match="lies 5000 folders deep"):
        class_folders(tmp_path / "a.zip", contents, ".")


def saved(image: Image.Image, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, form)
    return stream.getvalue()


@pytest.mark.filterwarnings("error")
def test_a_picture_with_too_many_pixels_cannot_be_read_and_the_others_can():
    small, large, icon = saved(Image.new("L", (9, 9))), saved(Image.new("1", (3, 400))), saved(Image.new("L", (40, 40)))
    limits = Limits(pixels=1000)

    def read(content: bytes) -> np.ndarray | str:
        try:
            return read_picture(content, (4, 4), "grey", "stretch", limits)
        except UnreadableError as error:
            return str(error)

    found = list(decoded([small, large, icon, small], read))
    assert found[1] == "Image size (1200 pixels) has more than 1,000 pixels (--limit pixels=... allows more)"
    assert "1600 pixels" in found[2]
    assert found[0].shape == found[3].shape == (4, 4, 1)


def test_a_picture_that_needs_more_memory_than_there_is_cannot_be_read(monkeypatch):
    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(picture, "_fitted", exhausted)
    with pytest.raises(UnreadableError, match="MemoryError"):
        read_picture(saved(Image.new("L", (9, 9))), (4, 4), "grey", "stretch")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "I;16", "P"])
def test_a_picture_is_made_opaque_in_strips_as_it_is_whole(mode, monkeypatch):
    random = np.random.default_rng(0)
    if mode == "I;16":
        image = Image.fromarray(random.integers(0, 65536, (50, 30), np.uint16))
    else:
        image = Image.fromarray(random.integers(0, 256, (50, 30, 4), np.uint8)).convert(mode)
        if mode == "P":
            image.info["transparency"] = 3
    whole = read_picture(saved(image), (20, 20), "rgb", "stretch")
    monkeypatch.setattr(picture, "STRIP", 100)
    np.testing.assert_array_equal(read_picture(saved(image), (20, 20), "rgb", "stretch"), whole)


def test_a_parquet_file_has_the_bounds_of_a_table(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "a.parquet"

    def refuses(table, name: str, **given) -> str:
        parquet.write_table(table, path, compression="zstd", store_schema=False)
        limits = Limits(**given)
        return refused(path, path.read_bytes(), name, limits, lambda: read_parquet(path, limits=limits))

    table = pa.table({"a": [1, 2], "b": ["x", "y"]})
    assert "2 columns" in refuses(table, "columns", columns=1)
    assert "4 cells" in refuses(table, "cells", cells=3)
    many = pa.table({"a": np.random.default_rng(0).integers(0, 2**60, 300_000)})
    assert "3 MiB" in refuses(many, "file_mib", file_mib=1)
    same = pa.DictionaryArray.from_arrays(np.zeros(100_000, np.int32), ["x" * 200_000])
    long = pa.table({"a": same})  # some kB in the file, 20 GB as texts of their own
    assert f"{path}, row 1, column 'a': 200,000 characters" in refuses(long, "cell_chars")


def test_the_page_on_security_has_every_bound_with_its_default():
    page = (Path(__file__).parents[3] / "SECURITY.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1]: row.split("|")[2] for row in page.splitlines() if row.startswith("| `")}
    for name, field in {**SourceLimits.model_fields, **PredictionLimits.model_fields}.items():
        default = next(default for names, default in rows.items() if f"`{name}`" in names)
        number = "1 hour" if name == "download_s" else str(field.default)
        assert number in default.replace(",", "")
