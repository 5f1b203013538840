"""image_folder: pictures by class, the same from a folder, a tar or a zip."""

import tarfile
import unicodedata

import numpy as np
import pytest
from class_pictures import BLUE, GREEN, KINDS, RED, TWO, packed, png, read, source
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.features.image import ImageFeatures
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.objective import Multiclass


def test_pictures_come_in_sorted_order_with_the_class_of_their_folder(tmp_path):
    images = read(tmp_path, TWO)
    assert images.classes == ("cat", "dog")
    assert images.labels.tolist() == [0, 0, 1]
    assert images.pixels.shape == (3, 4, 6, 3) and images.pixels.dtype == np.uint8
    assert [tuple(picture[0, 0]) for picture in images.pixels] == [RED, GREEN, BLUE]
    assert images.is_test is None and images.dropped == {}


def test_pictures_in_folders_below_a_class_belong_to_it(tmp_path):
    images = read(tmp_path, {"cat/a/b/1.png": png(), "cat/2.png": png(GREEN), "dog/a/1.png": png(BLUE)})
    assert images.labels.tolist() == [0, 0, 1]


def test_class_names_stay_as_they_are_written(tmp_path):
    assert read(tmp_path, {"고양이/1.png": png(), "🐶 dog/1.png": png(BLUE)}).classes == ("고양이", "🐶 dog")


def test_train_and_test_folders_are_a_given_split(tmp_path):
    files = {"Train/cat/1.png": png(RED), "Train/dog/1.png": png(GREEN), "TEST/dog/1.png": png(BLUE)}
    images = read(tmp_path, files)
    assert images.classes == ("cat", "dog")
    assert [tuple(picture[0, 0]) for picture in images.pixels[images.is_test]] == [BLUE]
    assert images.labels[images.is_test].tolist() == [1]
    split = Split(test={"kind": "given"}, validation={"kind": "none"})
    options = Preparation("task", ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"), seed=0)
    rows = prepare(images, options).spec.rows
    assert (rows.train, rows.test) == (2, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", ["plain", "below", "sets"])
def test_digest_and_pixels_are_the_same_in_a_folder_and_any_archive(tmp_path, kind, layout):
    top = {"plain": "", "below": "photos-4b09/Data/", "sets": ""}[layout]
    sets = ("train/", "test/") if layout == "sets" else ("",)
    files = {f"{top}{part}{name}": content for part in sets for name, content in TWO.items()}
    beside = next(iter(files)).removesuffix("cat/1.png")
    noise = dict.fromkeys((".DS_Store", f"{beside}cat/Thumbs.db", f"__MACOSX/{beside}cat/._1.png"), b"x")
    folder = "*/Data" if layout == "below" else "."
    plain, other = packed(tmp_path / "plain", files), packed(tmp_path / f"other{kind}", files | noise)
    one, two = source(path=plain.name, folder=folder), source(path=other.name, folder=folder)
    assert one.digest(plain) == two.digest(other)
    np.testing.assert_array_equal(one.read(tmp_path).pixels, two.read(tmp_path).pixels)
    assert one.read(tmp_path).classes == two.read(tmp_path).classes == ("cat", "dog")


NAMES = st.text("ab한🐱 .-", min_size=1, max_size=3).filter(lambda name: not name.startswith("."))


FILES = st.dictionaries(st.tuples(st.sampled_from(["x", "y"]), NAMES.map("f{}".format)), st.binary(max_size=9))


@settings(max_examples=40)
@given(FILES, st.randoms(use_true_random=False), st.sampled_from(KINDS))
def test_the_digest_depends_on_paths_and_bytes_alone(tmp_path_factory, found, random, kind):
    files = {"x/0": b"", "y/0": b""} | {f"{name}/{file}": content for (name, file), content in found.items()}
    shuffled = list(files.items())
    random.shuffle(shuffled)
    folder = tmp_path_factory.mktemp("digest")
    digest = source().digest(packed(folder / "set", files))
    assert source().digest(packed(folder / f"other{kind}", dict(shuffled))) == digest
    changed = shuffled[0][0]
    for other in ({**files, changed: files[changed] + b"x"}, {**files, "x/more": b""}):
        assert source().digest(packed(folder / "changed.zip", other)) != digest


@pytest.mark.parametrize("kind", KINDS)
def test_letters_that_another_system_takes_apart_are_put_together(tmp_path, kind):
    files = {"고양이/é.png": png(), "개/1.png": png(BLUE)}
    apart = {unicodedata.normalize("NFD", name): content for name, content in files.items()}
    found = packed(tmp_path / f"other{kind}", apart)
    assert source().digest(found) == source().digest(packed(tmp_path / "set", files))
    assert source(path=found.name).read(tmp_path).classes == ("개", "고양이")


def test_a_zip_of_the_finder_keeps_its_names(tmp_path):
    whole = packed(tmp_path / "set.zip", {"고양이/1.png": png(), "개/1.png": png(BLUE)})
    content = bytearray(whole.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flag that says UTF-8, which the Finder does not set
        start = -1
        while (start := content.find(mark, start + 1)) >= 0:
            content[start + offset + 1] &= ~0x08
    whole.write_bytes(content)
    assert source(path="set.zip").read(tmp_path).classes == ("개", "고양이")


def test_a_file_that_a_tar_names_twice_is_there_twice(tmp_path):
    path = packed(tmp_path / "set.tar", TWO)
    with tarfile.open(path, "a") as archive:
        info = tarfile.TarInfo("dog/2.png")
        info.type, info.linkname = tarfile.LNKTYPE, "cat/1.png"
        archive.addfile(info)
    assert source().digest(path) == source().digest(packed(tmp_path / "set", TWO | {"dog/2.png": png(RED)}))


def test_copies_are_counted_and_contradicting_ones_named(tmp_path, capsys):
    read(tmp_path, TWO | {"dog/2.png": png(RED), "dog/3.png": png(BLUE)})
    output = capsys.readouterr().out
    assert "2 of 5 pictures are exact copies of others" in output
    assert "labels contradict: cat/1.png = dog/2.png\n" in output


def test_without_copies_nothing_is_said(tmp_path, capsys):
    read(tmp_path, TWO)
    assert capsys.readouterr().out == ""
