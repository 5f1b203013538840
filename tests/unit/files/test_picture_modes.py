"""Pictures of any mode, shape and size become pixels with their true colours."""

import shutil

import numpy as np
import pytest
from class_pictures import GREEN, RED, encoded, pixels_of, png
from PIL import Image

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
