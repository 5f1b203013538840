"""How raw rows become arrays: split, encode, assess; imports prepared and dataset."""

from typing import Annotated

from pydantic import Field

from percept.features.image import ImageFeatures
from percept.features.table import TableFeatures

Features = Annotated[ImageFeatures | TableFeatures, Field(discriminator="kind")]
