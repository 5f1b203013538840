"""What is seen in folders of pictures decides size, colour and split."""

import tarfile

import numpy as np
import pytest
from PIL import Image

from percept.errors import UserError
from percept.profiling.pictures import profile_pictures, render

RANDOM = np.random.default_rng(0)


def save(file, height: int = 40, width: int = 30, grey: bool = True) -> None:
    shape = (height, width) if grey else (height, width, 3)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RANDOM.integers(0, 256, shape, dtype=np.uint8)).save(file)


def text(folder) -> str:
    return render(profile_pictures(folder), "leaves", {"path": "leaves", "urls": ["leaves"]}, "new_task").text


@pytest.mark.parametrize(("height", "width", "side"), [(40, 30, 32), (127, 200, 32), (128, 200, 64), (500, 400, 64)])
def test_large_pictures_are_brought_to_64_pixels_and_others_to_32(tmp_path, height, width, side):
    for number in range(4):
        save(tmp_path / "ab"[number % 2] / f"{number}.png", height, width)
    found = profile_pictures(tmp_path)
    assert (found.size, found.side) == ((height, width), side)
    assert f"size: [{side}, {side}]" in text(tmp_path)


def test_one_coloured_picture_makes_the_task_coloured(tmp_path):
    for number in range(6):
        save(tmp_path / "ab"[number % 2] / f"{number}.png")
    assert profile_pictures(tmp_path).is_grey and "color: grey" in text(tmp_path)
    save(tmp_path / "a/7.png", grey=False)
    assert not profile_pictures(tmp_path).is_grey and "color: rgb" in text(tmp_path)


def test_a_grey_picture_may_be_stored_in_colour(tmp_path):
    for name in "ab":
        save(tmp_path / name / "1.png")
        Image.open(tmp_path / name / "1.png").convert("RGB").save(tmp_path / name / "2.jpg")
    assert profile_pictures(tmp_path).is_grey


def test_folders_train_and_test_stay_apart(tmp_path):
    for part in ("train", "test"):
        for number in range(4):
            save(tmp_path / part / "ab"[number % 2] / f"{number}.png")
    found = profile_pictures(tmp_path)
    assert (found.has_sets, found.folder, found.classes) == (True, ".", (("a", 4), ("b", 4)))
    assert "  test: {kind: given} " in text(tmp_path)


def test_the_folder_with_the_classes_is_found_inside_an_archive(tmp_path):
    for number in range(4):
        save(tmp_path / "leaves-main/data" / "ab"[number % 2] / f"{number}.png")
    save(tmp_path / "leaves-main/logo/logo.png")
    (tmp_path / "leaves-main/README.md").write_text("leaves")
    with tarfile.open(tmp_path / "leaves.tar", "w") as archive:
        archive.add(tmp_path / "leaves-main", "leaves-main")
    found = profile_pictures(tmp_path / "leaves.tar")
    assert (found.folder, found.num_pictures) == ("leaves-main/data", 4)
    assert found.sha256 == profile_pictures(tmp_path / "leaves-main/data").sha256


def test_a_rare_class_is_judged_like_the_others(tmp_path):
    for number in range(50):
        save(tmp_path / ("oak" if number % 16 else "yew") / f"{number}.png")
    assert "primary: macro_f1  # yew is rare" in text(tmp_path)
    assert "macro_f1 above 0.479" in text(tmp_path)  # 0.92 / 1.92


def test_files_that_are_no_pictures_are_named_and_left_out(tmp_path):
    for number in range(6):
        save(tmp_path / "ab"[number % 2] / f"{number}.png")
    (tmp_path / "a/broken.png").write_bytes(b"no picture")
    found = profile_pictures(tmp_path)
    assert (found.broken, found.classes) == (("a/broken.png",), (("a", 3), ("b", 3)))
    assert found.notes[0] == "Cannot be read, and left out: a/broken.png."
    assert "broken: drop" in text(tmp_path)


def test_a_class_without_any_readable_picture_is_refused(tmp_path):
    save(tmp_path / "a/1.png")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/1.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match="no picture of 'b'"):
        profile_pictures(tmp_path)
