"""Pictures of an evaluation: confusion matrix, test pictures with what the model says, filters, encodings."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BLUE, ORANGE, GREY, BLACK = (0, 114, 178), (213, 94, 0), (150, 150, 150), (20, 20, 20)  # told apart by everyone
WIDTH = 350  # of what TensorBoard shows beside others, pixels: a wider picture loses some of them
SIDE = 54  # of a picture with bars
COLUMNS, TITLE, BAR = 2, 16, 18  # of pictures with bars; the heights of what is said of each
TOP = 3  # classes of which a probability is shown
GAP = 3  # between planes
BAND = 60  # height of one
MAX_CLASSES = 100  # of a confusion matrix
MARGIN, WIDEST_CELL, LEAST_WITH_COUNT, LEAST_WITH_NAME, LEAST = 85, 130, 20, 12, 6  # pixels
LETTERS = 11  # of a name

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Pixels = NDArray[np.uint8]  # (height, width, 1 or 3)


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def confusion(names: Sequence[str], y: NDArray[np.int64], decisions: NDArray[np.int64]) -> Image.Image:
    """Draw the confusion matrix: a row for each class as it is, a column for each as the model has it."""
    size = len(names)
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (y, decisions), 1)
    edge, cell = MARGIN, max(LEAST, min(WIDEST_CELL, (WIDTH - MARGIN) // size))
    picture = Image.new("RGB", (max(WIDTH, edge + size * cell), edge + size * cell), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    draw.text((4, 4), "predicted", BLACK, font)
    draw.text((4, edge - 18), "actual", BLACK, font)
    for row in range(size):
        for column in range(size):
            share = counts[row, column] / max(1, counts[row].sum())
            colour = _mixed(BLUE if row == column else ORANGE, share if row == column else min(1, 4 * share))
            place = (edge + column * cell, edge + row * cell)
            draw.rectangle((*place, place[0] + cell - 2, place[1] + cell - 2), colour)
            if cell >= LEAST_WITH_COUNT and counts[row, column]:
                middle = (place[0] + cell / 2 - 1, place[1] + cell / 2 - 1)
                draw.text(middle, str(counts[row, column]), "white" if share > 0.5 else BLACK, font, "mm")
        if cell >= LEAST_WITH_NAME:
            along = edge + row * cell + cell / 2
            draw.text((edge - 6, along), names[row][:LETTERS], BLACK, font, "rm")
            _draw_upright(picture, names[row][:LETTERS], (int(along), edge - 6), font)
    return picture


def examples(
    pictures: Sequence[Pixels],
    titles: Sequence[str],
    probabilities: NDArray[np.float64],
    names: Sequence[str],
    right: Sequence[str],
) -> Image.Image:
    """Draw pictures, each with a title and bars for its likeliest classes; that of `right` is blue."""
    rows = -(-len(pictures) // COLUMNS)
    height = TITLE + max(SIDE, TOP * BAR) + 6
    sheet = Image.new("RGB", (WIDTH, rows * height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, pixels in enumerate(pictures):
        left, top = number % COLUMNS * (WIDTH // COLUMNS) + 4, number // COLUMNS * height + 2
        draw.text((left, top), titles[number], BLACK, font)
        sheet.paste(_fitted(pixels, SIDE), (left, top + TITLE))
        for place, index in enumerate(np.argsort(-probabilities[number], kind="stable")[:TOP]):
            share, down = float(probabilities[number, index]), top + TITLE + place * BAR
            colour = BLUE if names[index] == right[number] else ORANGE
            beside = left + SIDE + 6
            draw.text((beside, down - 1), f"{names[index][:LETTERS]}  {share:.0%}", BLACK, font)
            draw.rectangle((beside, down + 13, beside + max(1, round(100 * share)), down + 15), colour)
    return sheet


def tiles(planes: NDArray[np.float32], side: int) -> Image.Image:
    """Draw planes (planes, height, width), each from its lowest value, black, to its highest, white."""
    columns = WIDTH // (side + GAP)
    rows = -(-len(planes) // columns)
    sheet = Image.new("L", (WIDTH, rows * (side + GAP)), 255)
    for number, plane in enumerate(planes):
        spread = np.ptp(plane) or 1.0
        levels = ((plane - plane.min()) / spread * 255).astype(np.uint8)
        place = (number % columns * (side + GAP), number // columns * (side + GAP))
        sheet.paste(_fitted(levels[..., np.newaxis], side), place)
    return sheet


def bands(planes: Mapping[str, NDArray[np.float64]]) -> Image.Image:
    """Draw planes (lines, columns) of shares, the first line at the bottom, one below the other, each with its name."""
    height = TITLE + BAND + 6
    sheet = Image.new("RGB", (WIDTH, len(planes) * height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, (name, shares) in enumerate(planes.items()):
        draw.text((2, number * height), name, BLACK, font)
        levels = (255 - shares[::-1, :, np.newaxis] * (255 - np.array(BLUE))).astype(np.uint8)
        plane = Image.fromarray(levels).resize((WIDTH, BAND), Image.Resampling.NEAREST)
        sheet.paste(plane, (0, number * height + TITLE))
        draw.rectangle((0, number * height + TITLE, WIDTH - 1, number * height + TITLE + BAND - 1), outline=GREY)
    return sheet


def sprite(pictures: Sequence[Pixels], side: int) -> Image.Image:
    """Put pictures into a square, as the projector takes them: row by row, each of the same size."""
    columns = int(np.ceil(np.sqrt(len(pictures))))
    sheet = Image.new("RGB", (columns * side, columns * side), "white")
    for number, pixels in enumerate(pictures):
        sheet.paste(_fitted(pixels, side), (number % columns * side, number // columns * side))
    return sheet


def _fitted(pixels: Pixels, side: int) -> Image.Image:
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    scale = side / max(picture.size)
    width, height = (max(1, round(length * scale)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BILINEAR)


def _draw_upright(picture: Image.Image, word: str, bottom: tuple[int, int], font: Font) -> None:
    length = int(font.getlength(word)) + 2
    label = Image.new("RGB", (length, 16), "white")
    ImageDraw.Draw(label).text((0, 1), word, BLACK, font)
    picture.paste(label.rotate(90, expand=True), (bottom[0] - 8, bottom[1] - length))


def _mixed(colour: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 + (part - 255) * share) for part in colour)
    return red, green, blue
