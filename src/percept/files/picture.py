"""Decode one picture file to pixels of a fixed size."""

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

# No vector formats: some of them run programs.
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF")
DAMAGED = (  # what Pillow raises on damaged bytes, depending on the format
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
CHANNELS = {"rgb": 3, "grey": 1}


class UnreadableError(Exception):
    """Raised for bytes that are not a picture; the message says why."""


def endings() -> frozenset[str]:
    """Give the endings of the names of picture files, such as .png."""
    from PIL import Image

    return frozenset(ending for ending, form in Image.registered_extensions().items() if form in FORMATS)


def read_picture(content: bytes, size: tuple[int, int], color: str, resize: str) -> NDArray[np.uint8]:
    """Decode the first frame to (height, width, channels): upright, transparent parts on white.

    size: (height, width); color: rgb or grey; resize: stretch, crop (the middle) or pad (with black).
    Raises `UnreadableError`.
    """
    from PIL import Image, ImageOps

    height, width = size
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            image.draft(None, (2 * max(size), 2 * max(size)))  # a large JPEG is decoded at a fraction of its size
            upright = _opaque(ImageOps.exif_transpose(image)).convert("RGB" if color == "rgb" else "L")
        match resize:
            case "stretch":
                fitted = upright.resize((width, height), Image.Resampling.BILINEAR)
            case "crop":
                fitted = ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)
            case "pad":
                fitted = ImageOps.pad(upright, (width, height), Image.Resampling.BILINEAR)
    except Image.UnidentifiedImageError:
        raise UnreadableError("not a picture, or in a format that cannot be read") from None
    except (*DAMAGED, Image.DecompressionBombError) as error:
        raise UnreadableError(" ".join(str(error).split()) or type(error).__name__) from None
    return np.asarray(fitted).reshape(height, width, CHANNELS[color])


def _opaque(image: "Image.Image") -> "Image.Image":
    """Return the picture with 8 bits per channel, and its transparent parts on white."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _eight_bits(image: "Image.Image") -> "Image.Image":
    """Scale 16 bits of grey to 8: Pillow's own conversion cuts off what is above 255."""
    from PIL import Image

    levels = np.asarray(image)
    if levels.dtype.kind == "f" or levels.min() < 0 or levels.max() > 65535:
        raise UnreadableError(f"mode {image.mode}, whose white is not known")
    return Image.fromarray(((levels.astype(np.uint32) + 128) // 257).astype(np.uint8))
