"""Picture files through src/predict.py."""

from pathlib import Path

import numpy as np
import onnx
from PIL import Image
from sklearn.datasets import load_sample_images
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


def strange_pictures(folder: Path) -> list[str]:
    """Photos, noise and plain pictures; their names."""
    noise = np.random.default_rng(0).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    china, flower = load_sample_images().images
    levels = {"black": 0, "grey": 128, "white": 255}
    found = {"china": china, "flower": flower, "part": flower[100:200, 100:200], "noise": noise, "dots": noise[:8, :8]}
    found |= {name: np.full((9, 9), level, np.uint8) for name, level in levels.items()}
    for name, pixels in found.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return list(found)


def test_what_is_unlike_all_training_pictures_is_flagged_with_its_figures(pictures, tmp_path):
    names = strange_pictures(tmp_path)
    pixels = np.load(pictures.folder / "test.npy")
    picture(16 - pixels[0], tmp_path / "inverted.png")
    picture(pixels[0], tmp_path / "usual.png")
    rows = {Path(row["file"]).stem: row for row in read(pictures.predict(tmp_path).stdout)}
    assert rows.keys() == {*names, "inverted", "usual"}
    for name in (*names, "inverted"):
        assert rows[name]["flags"].startswith("unlike the training pictures: ") and rows[name]["decision"], name
    assert rows["usual"]["flags"] == ""
    low, high = (getattr(pictures.metadata.ranges["border"], end) for end in ("min", "max"))
    assert f"border 1 (theirs {low:g} to {high:g})" in rows["white"]["flags"]
    said = pictures.refused(tmp_path / "usual.png", tmp_path / "noise.png", "--strict")
    assert "1 of 2 pictures are unusual" in said and "unlike the training pictures: 1 (" in said


def test_pictures_such_as_the_training_ones_are_hardly_ever_flagged(pictures, tmp_path):
    pixels = np.load(pictures.folder / "test.npy")
    for number in range(len(pixels)):
        picture(pixels[number], tmp_path / f"{number}.{'jpg' if number % 2 else 'png'}")
    flags = [row["flags"] for row in read(pictures.predict(tmp_path).stdout)]
    assert sum(map(bool, flags)) <= len(pixels) / 200


def test_a_file_without_figures_flags_no_picture_and_predicts_the_same(pictures, tmp_path):
    strange_pictures(tmp_path)
    model = onnx.load(pictures.folder / "models/model.onnx")
    texts = {entry.key: entry.value for entry in model.metadata_props if entry.key != "ranges"}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, pictures.folder / "former.onnx")
    former = read(pictures.predict(tmp_path, "--model", "former.onnx").stdout)
    now = read(pictures.predict(tmp_path).stdout)
    assert not any(row["flags"] for row in former)
    assert [row | {"flags": ""} for row in now] == former
