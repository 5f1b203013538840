"""Picture files through src/predict.py."""

from pathlib import Path

import numpy as np
from PIL import Image
from trained_models import numbers, read


def picture(pixels: np.ndarray, path: Path) -> None:
    """Write (height, width, 1) of 0 to 16 in levels of 0 to 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((pixels[..., 0] / 16 * 255).round().astype(np.uint8)).save(path)


def test_pictures_and_folders_of_them_are_predicted_as_they_were_learned(pictures):
    pixels = np.load(pictures.folder / "test.npy")
    for number in range(12):
        picture(pixels[number], pictures.folder / f"many/{number % 3}/{number:02}.png")
    (pictures.folder / "many/notes.txt").write_text("no picture", encoding="utf-8")
    (pictures.folder / "broken.jpg").write_bytes(b"no picture either")
    done = pictures.predict("broken.jpg", "many", "-o", "out.csv")
    rows = read((pictures.folder / "out.csv").read_text(encoding="utf-8"))
    order = sorted(range(12), key=lambda number: (number % 3, number))
    assert [row["file"] for row in rows] == ["broken.jpg", *(f"many/{n % 3}/{n:02}.png" for n in order)]
    assert rows[0]["flags"].startswith("cannot be read: ") and rows[0]["decision"] == rows[0]["probability of 3"] == ""
    assert [row["decision"] for row in rows[1:]] == pictures.found["decision"][order].tolist()
    for digit in range(10):
        found = numbers(rows[1:], f"probability of {digit}")
        np.testing.assert_array_equal(found, pictures.found["prediction"][order, digit])
    assert "13 pictures, 1 flagged: cannot be read (1) -> out.csv" in done.stdout
    assert "cannot be read: 1 (broken.jpg)" in pictures.refused("broken.jpg", "many", "--strict")


def test_a_picture_of_another_size_and_colour_is_brought_to_that_of_the_model(pictures):
    pixels = np.load(pictures.folder / "test.npy")
    large = np.kron(pixels[0, ..., 0], np.ones((5, 5))) / 16 * 255
    Image.fromarray(large.astype(np.uint8)).convert("RGB").save(pictures.folder / "large.png")
    (row,) = read(pictures.predict("large.png").stdout)
    assert row["decision"] == pictures.found["decision"][0]
