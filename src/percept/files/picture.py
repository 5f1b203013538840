"""Decode picture files to pixels of a fixed size, one or many at once, in a bounded part of the memory."""

import io
import os
import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from percept.files.limits import LIMITS, MIB, Limits

if TYPE_CHECKING:
    from PIL import Image

Content = TypeVar("Content", bound=Sized)
Result = TypeVar("Result")

# No vector formats: some of them run programs.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF")
DAMAGED = (  # what Pillow raises on damaged bytes, depending on the format
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
CHANNELS = {"rgb": 3, "grey": 1}
READ_AHEAD = 4  # files in memory for each thread
READ_AHEAD_BYTES = 256 * MIB  # of such files, and one more
STRIP = 2**20  # pixels that are made opaque at once


class UnreadableError(Exception):
    """Raised for bytes that are not a picture; the message says why."""


def endings() -> frozenset[str]:
    """Give the endings of the names of picture files, such as .png."""
    from PIL import Image

    return frozenset(ending for ending, form in Image.registered_extensions().items() if form in FORMATS)


class _Share:
    """What several threads have of something between them; who asks for more than is left waits until it is alone."""

    def __init__(self) -> None:
        self._used, self._freed = 0, threading.Condition()

    @contextmanager
    def taken(self, amount: int, most: int) -> Iterator[None]:
        """Take an amount out of `most`."""
        with self._freed:
            self._freed.wait_for(lambda: not self._used or self._used + amount <= most)
            self._used += amount
        try:
            yield
        finally:
            with self._freed:
                self._used -= amount
                self._freed.notify_all()


PIXELS = _Share()  # of the pictures that are being decoded


def decoded(contents: Iterable[Content], decode: Callable[[Content], Result]) -> Iterator[Result]:
    """Decode in threads, and give the results in order; `contents` is read by the thread that asks for them."""
    from PIL import Image

    Image.init()  # the threads would do it all at once
    num_threads = os.cpu_count() or 1
    waiting: deque[tuple[int, Future[Result]]] = deque()
    with ThreadPoolExecutor(num_threads) as pool:
        for content in contents:
            waiting.append((len(content), pool.submit(decode, content)))
            while len(waiting) > READ_AHEAD * num_threads or sum(size for size, _ in waiting) > READ_AHEAD_BYTES:
                yield waiting.popleft()[1].result()
        yield from (future.result() for _, future in waiting)


def read_picture(
    content: bytes, size: tuple[int, int], color: str, resize: str, limits: Limits = LIMITS
) -> NDArray[np.uint8]:
    """Decode the first frame to (height, width, channels): upright, transparent parts on white.

    size: (height, width); color: rgb or grey; resize: stretch, crop (the middle) or pad (with black).
    Raises `UnreadableError`.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = limits.pixels // 2  # Pillow only warns up to twice as many; it also looks inside of icons
    try:
        with (
            Image.open(io.BytesIO(content), formats=FORMATS) as image,
            PIXELS.taken(image.width * image.height, limits.pixels),
        ):
            fitted = _fitted(image, size, color, resize)
    except Image.UnidentifiedImageError:
        raise UnreadableError("not a picture, or in a format that cannot be read") from None
    except Image.DecompressionBombError as error:
        found = str(error).partition(" exceeds")[0]
        raised = limits.option.format("pixels", "...")
        raise UnreadableError(f"{found} has more than {limits.pixels:,} pixels ({raised} allows more)") from None
    except DAMAGED as error:
        raise UnreadableError(" ".join(str(error).split()) or type(error).__name__) from None
    height, width = size
    return np.asarray(fitted).reshape(height, width, CHANNELS[color])


def _fitted(image: "Image.Image", size: tuple[int, int], color: str, resize: str) -> "Image.Image":
    """Decode a picture and bring it to the size; the arguments are those of `read_picture`."""
    from PIL import Image, ImageOps

    height, width = size
    image.draft(None, (2 * max(size), 2 * max(size)))  # a large JPEG is decoded at a fraction of its size
    ImageOps.exif_transpose(image, in_place=True)
    upright = _opaque(image, "RGB" if color == "rgb" else "L")
    match resize:
        case "crop":
            return ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)
        case "pad":
            return ImageOps.pad(upright, (width, height), Image.Resampling.BILINEAR)
    return upright.resize((width, height), Image.Resampling.BILINEAR)


def _opaque(image: "Image.Image", mode: str) -> "Image.Image":
    """Return the picture in a mode with 8 bits per channel, and its transparent parts on white."""
    image.load()
    if image.mode.startswith(("I", "F")):
        return _in_strips(image, mode, _eight_bits)
    if not image.has_transparency_data:
        return image.convert(mode)
    return _in_strips(image, mode, _on_white)


def _in_strips(image: "Image.Image", mode: str, change: Callable[["Image.Image"], "Image.Image"]) -> "Image.Image":
    """Change a picture some rows at a time: what lies between takes several times its memory."""
    from PIL import Image

    changed = Image.new(mode, image.size)
    step = max(1, STRIP // image.width)
    for top in range(0, image.height, step):
        strip = image.crop((0, top, image.width, min(top + step, image.height)))
        changed.paste(change(strip).convert(mode), (0, top))
    return changed


def _on_white(image: "Image.Image") -> "Image.Image":
    from PIL import Image

    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """Scale 16 bits of grey to 8: Pillow's own conversion cuts off what is above 255."""
    from PIL import Image

    levels = np.asarray(image)
    if levels.dtype.kind == "f" or levels.min() < 0 or levels.max() > 65535:
        raise UnreadableError(f"mode {image.mode}, whose white is not known")
    return Image.fromarray(((levels.astype(np.uint32) + 128) // 257).astype(np.uint8))
