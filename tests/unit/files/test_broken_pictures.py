"""Pictures that cannot be read are named, or dropped and accounted for."""

import warnings

import numpy as np
import pytest
from class_pictures import BLUE, GREEN, RED, TWO, encoded, read
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from percept.errors import UserError
from percept.features.image import ImageFeatures
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.files.picture import UnreadableError, read_picture
from percept.objective import Multiclass

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
    assert (
        "(400000000 pixels) has more than 64,000,000" in lines[1]
        and "truncated" in lines[2]
        and "white is not known" in lines[5]
    )
    assert lines[3].endswith(lines[4].partition(": ")[2]) and "format that cannot be read" in lines[3]
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
    options = Preparation("task", ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"), seed=0)
    rows = prepare(images, options).spec.rows
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
