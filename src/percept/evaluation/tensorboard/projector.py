"""The last hidden layer of test rows, for the projector: files that it reads beside the events."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.tensorboard.pictures import Pixels, sprite

MAX_ROWS = 1000
SIDE = 32  # of a picture, pixels
CONFIG = """embeddings {{
  tensor_name: "{name}"
  tensor_path: "vectors.tsv"
  metadata_path: "metadata.tsv"
{sprite}}}
"""
SPRITE = """  sprite {{
    image_path: "sprite.png"
    single_image_dim: {side}
    single_image_dim: {side}
  }}
"""


def write_projector(
    folder: Path,
    name: str,
    vectors: NDArray[np.float32],
    columns: Mapping[str, Sequence[object]],
    pictures: Sequence[Pixels] = (),
) -> None:
    """Write vectors, (rows, units), what is known of each row, and where there are some, their pictures."""
    lines = ("\t".join(f"{value:.4g}" for value in row) for row in vectors.tolist())
    (folder / "vectors.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cells = ["\t".join(columns), *("\t".join(map(_cell, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "metadata.tsv").write_text("\n".join(cells) + "\n", encoding="utf-8")
    if len(pictures):
        sprite(pictures, SIDE).save(folder / "sprite.png")
    text = CONFIG.format(name=name, sprite=SPRITE.format(side=SIDE) if len(pictures) else "")
    (folder / "projector_config.pbtxt").write_text(text, encoding="utf-8")


def _cell(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()) or " "
