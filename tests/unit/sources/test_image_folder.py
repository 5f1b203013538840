"""image_folder: pictures by class, the same from a folder, a tar or a zip, or what is wrong with them."""

import io
import os
import shutil
import stat
import tarfile
import unicodedata
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from percept.errors import UserError
from percept.features.image import ImageFeatures
from percept.features.prepare import prepare
from percept.features.split import Split
from percept.objective import Multiclass
from percept.sources.image_folder import ImageFolder
from percept.sources.picture import UnreadableError, read_picture

pytestmark = pytest.mark.usefixtures("alone")

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
    options = ("task", images, ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"))
    rows = prepare(*options, seed=0, folder=tmp_path).rows
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


# --- fetch


def fetched(place: Path, have: Path | None = None, **options) -> Path:
    """The files brought below `raw`."""
    (place / "raw").mkdir(exist_ok=True)
    source(**options).fetch(place / "raw", have)
    return place / "raw" / options.get("path", "set")


@pytest.fixture
def digest(tmp_path) -> str:
    """Of TWO."""
    return source().digest(packed(tmp_path / "same", TWO))


@pytest.mark.parametrize("kind", [".tgz", ".zip"])
def test_an_archive_comes_from_a_server_however_it_packs_it(tmp_path, server, digest, kind):
    files = {f"set-4b09/{name}": content for name, content in TWO.items()}
    url = server.publish("/set", {"body": packed(tmp_path / f"a{kind}", files).read_bytes()})
    fetched(tmp_path, path="in/set.tar", urls=[url], sha256=digest, folder="*")
    assert source(path="in/set.tar", folder="*").read(tmp_path / "raw").classes == ("cat", "dog")


def test_a_folder_on_this_machine_is_copied_without_links_and_hidden_files(tmp_path, digest):
    (tmp_path / "secret.png").write_bytes(png())
    mine = packed(tmp_path / "mine", TWO | {".git/config": b"x", "cat/Thumbs.db": b"x"})
    (mine / "cat/3.png").symlink_to(tmp_path / "secret.png")
    (mine / "owl").symlink_to(mine / "cat")
    found = fetched(tmp_path, urls=[str(mine)], sha256=digest)
    assert {path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()} == set(TWO)
    assert not any(path.is_symlink() for path in found.rglob("*"))


@pytest.mark.parametrize("kind", ["", ".tar"])
def test_a_mirror_comes_before_the_addresses_and_an_earlier_fetch_before_both(
    tmp_path, server, digest, monkeypatch, kind, capsys
):
    packed(tmp_path / f"mirror{kind}", TWO)
    monkeypatch.setenv("DATA_MIRROR", str(tmp_path))
    options = {"path": f"mirror{kind}", "urls": [server.base + "/a"], "sha256": digest}
    fetched(tmp_path, **options)
    assert capsys.readouterr().out == f"fetch: mirror{kind} from {tmp_path / f'mirror{kind}'}\n"
    (tmp_path / "raw").rename(tmp_path / "earlier")
    fetched(tmp_path, have=tmp_path / "earlier", **options)
    assert capsys.readouterr().out == "" and server.asked == []
    assert source(path=f"mirror{kind}").read(tmp_path / "raw").num_rows == 3


def test_a_wrong_digest_says_the_right_one_and_leaves_nothing(tmp_path, server, digest):
    packed(tmp_path / "mine", TWO)
    page = server.publish("/page", {"body": b"<html>Please log in</html>"})
    with pytest.raises(UserError) as raised:
        fetched(tmp_path, urls=[str(tmp_path / "absent"), page, str(tmp_path / "mine")], sha256="0" * 64)
    lines = str(raised.value).splitlines()
    assert f"{tmp_path / 'absent'}: no such file" in lines[1]
    assert f"{page}: set: neither a tar nor a zip file" in lines[2]
    assert lines[3] == f"    {tmp_path / 'mine'}: sha256 is {digest}"
    assert "put its sha256 into conf/task/" in lines[-1]
    assert list((tmp_path / "raw").iterdir()) == []
    assert fetched(tmp_path, urls=[str(tmp_path / "mine")], sha256=digest).is_dir()


def test_an_unknown_digest_is_told_with_the_line_to_write(tmp_path, digest):
    packed(tmp_path / "mine.zip", TWO)
    with pytest.raises(UserError, match=rf'mine.zip .* has {digest}(.|\n)*line into conf/task/:\n +sha256: "{digest}"'):
        fetched(tmp_path, urls=[str(tmp_path / "mine.zip")], sha256="unknown")


@pytest.mark.parametrize("options", [{"sha256": "0"}, {"size": (0, 4)}, {"size": (4,)}, {"folder": "../up"}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        source(**options)


# --- layouts that are refused


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"1.png": b"", "2.png": b""}, r"set, folder \.: no class folders, and 2 files without one: 1\.png, 2\.png\n"),
        ({}, "no class folders\n"),
        ({"cat/1.png": b"", "LICENSE": b""}, "one class alone, 'cat'"),
        ({"train/cat/1": b"", "train/dog/1": b"", "test/owl/1": b""}, "no picture in train/ of 'owl'"),
        ({"train/1.png": b"", "test/2.png": b""}, "no class folders, and 2 files without one"),
        ({"train/a/1": b"", "test/a/1": b"", "valid/a/1": b""}, r"the folders test, train, valid\n.*\n.*to train$"),
        ({"a/b/1": b"", "a/c/1": b"", ".hidden/x/1": b""}, "one class alone, 'a'"),
    ],
)
def test_folders_that_are_no_classes_are_refused(tmp_path, files, match):
    refused(tmp_path, files, match)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_class_is_named(tmp_path, kind):
    path = packed(tmp_path / f"set{kind}", TWO, ("owl", "yak"))
    with pytest.raises(UserError, match="no files in owl, yak\n"):
        source().digest(path)


@pytest.mark.parametrize(
    ("folder", "match"),
    [
        ("photo", r"source\.folder = 'photo': set has no folder; there are: photos, sounds\n"),
        ("*", "set has several folders: photos, sounds\n"),
        ("photos/cats", "set has no folder; there are: photos/cat, photos/dog\n"),
        ("*/*/*", "set has no folder; there are: photos, photos/cat, photos/dog, sounds\n"),
    ],
)
def test_a_folder_that_is_not_there_or_not_the_only_one_is_refused(tmp_path, folder, match):
    refused(tmp_path, {"photos/cat/1": b"", "photos/dog/1": b"", "sounds/1": b""}, match, folder=folder)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    path = packed(tmp_path / "set.tar", {"c\udce9t/1": b"", "dog/1": b""})
    with pytest.raises(UserError, match=r"the name 'c\\udce9t/1'\n.*UTF-8"):
        source().digest(path)


def test_a_folder_that_cannot_be_read_is_refused(tmp_path):
    path = packed(tmp_path / "set", TWO)
    (path / "cat").chmod(0)
    try:
        if os.access(path / "cat", os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(UserError, match=r"broken \(.*Permission denied"):
            source().digest(path)
    finally:
        (path / "cat").chmod(stat.S_IRWXU)


def test_more_pixels_than_memory_are_refused(tmp_path):
    match = r"size = \[1000000, 1000000\]: 3 x 1000000 x 1000000 x 3 bytes(.|\n)*a smaller size, or color: grey"
    with pytest.raises(UserError, match=match):
        read(tmp_path, TWO, size=(10**6, 10**6))


# --- pictures


STEPS = np.tile(np.arange(0, 256, 51, dtype=np.uint8), (4, 1))  # 6 greys from black to white
GREY = Image.fromarray(STEPS)
CLEAR = Image.new("RGBA", (6, 4), (0, 0, 0, 0))
HALF = Image.new("RGBA", (6, 4), (0, 0, 0, 128))
STEPS_16 = STEPS.astype(np.uint16) * 257
PALETTE = GREY.convert("P")
CLEAR_PALETTE = Image.new("P", (6, 4), 0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded(GREY), STEPS),
        (encoded(GREY, "TIFF"), STEPS),
        (encoded(GREY, "WEBP", lossless=True), STEPS),
        (encoded(GREY, "BMP"), STEPS),
        (encoded(GREY, "PPM"), STEPS),
        (encoded(GREY, "JPEG2000"), STEPS),
        (encoded(PALETTE), STEPS // 51 * 51),
        (encoded(GREY, "GIF"), STEPS),
        (encoded(GREY.convert("CMYK"), "TIFF"), STEPS),
        (encoded(GREY.convert("1", dither=Image.Dither.NONE)), (STEPS > 127) * 255),
        (encoded(Image.fromarray(STEPS_16)), STEPS),
        (encoded(Image.fromarray(STEPS_16), "TIFF"), STEPS),
        (b"P5 6 4 65535\n" + STEPS_16.astype(">u2").tobytes(), STEPS),
        (encoded(CLEAR), np.full((4, 6), 255)),
        (encoded(HALF), np.full((4, 6), 127)),
        (encoded(CLEAR.convert("LA")), np.full((4, 6), 255)),
        (encoded(CLEAR_PALETTE, transparency=0), np.full((4, 6), 255)),
        (encoded(Image.new("RGB", (6, 4)), transparency=(0, 0, 0)), np.full((4, 6), 255)),
    ],
)
@pytest.mark.parametrize("color", ["rgb", "grey"])
def test_every_mode_gives_its_true_greys(tmp_path, content, expected, color):
    found = pixels_of(tmp_path, content, color=color)
    assert found.shape == (4, 6, 3 if color == "rgb" else 1)
    np.testing.assert_allclose(found, np.broadcast_to(np.asarray(expected)[..., np.newaxis], found.shape), atol=1)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "YCbCr"])
def test_colours_of_a_jpeg_are_kept(tmp_path, mode):
    content = encoded(Image.new("RGB", (6, 4), RED).convert(mode), "JPEG", quality=95)
    np.testing.assert_allclose(pixels_of(tmp_path, content), np.broadcast_to(RED, (4, 6, 3)), atol=6)


def halves(width: int, height: int) -> Image.Image:
    """Black on the left, white on the right."""
    image = Image.new("L", (width, height))
    image.paste(255, (width // 2, 0, width, height))
    return image


@pytest.mark.parametrize(
    ("orientation", "first", "last"),
    [(1, "left", "right"), (3, "right", "left"), (6, "top", "bottom"), (8, "bottom", "top")],
)
def test_a_turned_photo_is_set_upright(tmp_path, orientation, first, last):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = pixels_of(tmp_path, encoded(halves(600, 400), "JPEG", exif=exif), size=(8, 8), color="grey")[..., 0]
    sides = {"left": found[:, 0], "right": found[:, -1], "top": found[0], "bottom": found[-1]}
    assert sides[first].max() < 10 and sides[last].min() > 245


def test_the_first_frame_of_a_moving_picture_counts(tmp_path):
    frames = [Image.new("RGB", (6, 4), color) for color in (RED, GREEN)]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        shutil.rmtree(tmp_path / "set", ignore_errors=True)
        np.testing.assert_allclose(pixels_of(tmp_path, content), np.broadcast_to(RED, (4, 6, 3)), atol=3)


@pytest.mark.parametrize(
    ("resize", "expected"),
    [("stretch", [0, 0, 255, 255]), ("crop", [0, 0, 255, 255]), ("pad", [0, 0, 255, 255])],
)
def test_a_wide_picture_is_brought_to_size(tmp_path, resize, expected):
    found = pixels_of(tmp_path, encoded(halves(40, 20)), size=(4, 4), color="grey", resize=resize)[..., 0]
    np.testing.assert_allclose(found[2], expected, atol=50)
    assert found[0].max() == (0 if resize == "pad" else 255)  # black above and below


@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (7, 5)])
def test_pictures_of_any_shape_are_brought_to_size(tmp_path, resize, size):
    assert pixels_of(tmp_path, png(size=size), size=(5, 9), resize=resize).shape == (5, 9, 3)


def test_a_large_jpeg_looks_like_a_small_one(tmp_path):
    slope = Image.fromarray(np.tile(np.linspace(0, 255, 3000).astype(np.uint8), (2000, 1)))
    found = pixels_of(tmp_path, encoded(slope, "JPEG"), color="grey")[..., 0]
    np.testing.assert_allclose(found, np.asarray(slope.resize((6, 4), Image.Resampling.BILINEAR)), atol=3)


# --- broken pictures


WHOLE = encoded(Image.effect_noise((40, 40), 80), "JPEG")
BROKEN = {
    "cat/bomb.pgm": b"P5 20000 20000 255\n",
    "cat/cut.jpg": WHOLE[: len(WHOLE) // 2],
    "cat/empty.png": b"",
    "cat/notes.txt": b"not a picture",
    "dog/float.tif": encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"),
}


def test_broken_pictures_are_named_with_their_reason(tmp_path):
    with pytest.raises(UserError) as raised:
        read(tmp_path, TWO | BROKEN)
    lines = str(raised.value).splitlines()
    assert lines[0].endswith("set: 5 of 8 files cannot be read as pictures")
    assert [line.split(":")[0].strip() for line in lines[1:6]] == sorted(BROKEN)
    assert "decompression bomb" in lines[1] and "truncated" in lines[2] and "white is not known" in lines[5]
    assert lines[3].endswith(lines[4].partition(": ")[2]) and "format that is not read" in lines[3]
    assert "set source.broken: drop" in lines[-1]


def test_of_many_broken_pictures_the_first_ten_are_named_and_all_are_counted(tmp_path):
    with pytest.raises(UserError, match=r"30 of 33 files") as raised:
        read(tmp_path, TWO | {f"cat/{number:02}.jpg": b"x" for number in range(30)})
    assert "cat/09.jpg" in str(raised.value) and "cat/10.jpg" not in str(raised.value)


def test_broken_pictures_may_be_dropped_and_are_accounted_for(tmp_path, capsys):
    images = read(tmp_path, TWO | BROKEN, broken="drop")
    assert "5 of 8 pictures cannot be read and are dropped: cat/bomb.pgm, cat/cut.jpg" in capsys.readouterr().out
    assert images.dropped == {"picture cannot be read": 5}
    assert images.labels.tolist() == [0, 0, 1]
    assert [tuple(picture[0, 0]) for picture in images.pixels] == [RED, GREEN, BLUE]
    split = Split(test={"kind": "last", "rows": 1}, validation={"kind": "none"})
    options = ("task", images, ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"))
    rows = prepare(*options, seed=0, folder=tmp_path).rows
    assert (rows.source, rows.train, rows.test, rows.dropped) == (8, 2, 1, images.dropped)


def test_a_class_of_which_nothing_is_left_is_refused(tmp_path):
    with pytest.raises(UserError, match="no picture of 'owl'"):
        read(tmp_path, TWO | {"owl/1.png": b"x"}, broken="drop")


GOOD = {
    kind: encoded(Image.effect_noise((20, 20), 80).convert("RGB"), kind)
    for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "ICO", "AVIF", "JPEG2000")
}


@settings(max_examples=200)
@given(
    st.sampled_from(list(GOOD)), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=9)
)
def test_damaged_bytes_give_a_picture_or_are_unreadable(kind, changes):
    content = bytearray(GOOD[kind])
    for place, value in changes:
        content[int(place * len(content))] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the source does
        try:
            assert read_picture(bytes(content), (2, 3), "rgb", "pad").shape == (2, 3, 3)
        except UnreadableError as error:
            assert changes and str(error)


# --- copies


def test_copies_are_counted_and_contradicting_ones_named(tmp_path, capsys):
    read(tmp_path, TWO | {"dog/2.png": png(RED), "dog/3.png": png(BLUE)})
    output = capsys.readouterr().out
    assert "2 of 5 pictures are exact copies of others" in output
    assert "labels contradict: cat/1.png = dog/2.png\n" in output


def test_without_copies_nothing_is_said(tmp_path, capsys):
    read(tmp_path, TWO)
    assert capsys.readouterr().out == ""
