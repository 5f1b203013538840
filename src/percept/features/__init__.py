"""How raw rows become arrays: split, then encode with what the training rows say."""

from typing import Annotated

from pydantic import Field

from percept.features.image import ImageFeatures
from percept.features.table import TableFeatures

Features = Annotated[ImageFeatures | TableFeatures, Field(discriminator="kind")]
