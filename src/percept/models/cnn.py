"""cnn: convolutions over pictures, then dense layers."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt

from percept.errors import UserError
from percept.models.hidden import Hidden
from percept.objective import Objective
from percept.params import Section
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


AUGMENTATION = "augmentation"  # name of the layer, which the shipped network does without


class Augmentation(Section):
    """Random changes to each picture each time it is trained on, and never in validation, test or prediction."""

    flip: Literal["none", "horizontal", "vertical", "horizontal_and_vertical"] = "none"
    shift: float = Field(0.0, ge=0, le=0.5)  # at most, as a share of height and width
    rotation: float = Field(0.0, ge=0, le=180)  # at most, degrees


class Cnn(Hidden):
    """Blocks of convolutions and pooling, first to last, then dense layers."""

    takes: ClassVar[frozenset[str]] = frozenset({"image"})
    kind: Literal["cnn"]
    filters: tuple[PositiveInt, ...] = Field(min_length=1)  # of each block
    convolutions: PositiveInt = 1  # in each block
    kernel: PositiveInt = 3  # height and width of a filter, pixels
    stride: PositiveInt = 1  # of the last convolution of each block, pixels
    padding: Literal["valid", "same"] = "valid"
    pool: PositiveInt = 2  # height and width that a block's maximum is taken over, pixels; 1: no pooling
    pooling: Literal["max", "average"] = "max"
    block_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0  # after each block
    top: Literal["flatten", "average", "max"] = "flatten"  # dense layers see all places, or one value a filter
    augmentation: Augmentation = Augmentation()

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, height, width, channels) to (batch, outputs). Raises `UserError` where pictures are too small."""
        import keras

        from percept.models.layers import dense_layers, hidden, network_input, output_layer

        layers = keras.layers
        pooling = layers.MaxPooling2D if self.pooling == "max" else layers.AveragePooling2D
        tops = {"flatten": layers.Flatten, "average": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}
        inputs, x = network_input(spec)
        x = augmented(x, self.augmentation)
        for number, filters in enumerate(self.filters, 1):
            for position in range(1, self.convolutions + 1):
                stride = self.stride if position == self.convolutions else 1
                _check_size(x, self.kernel if self.padding == "valid" else 1, f"the convolutions of block {number}")
                place = {"kernel_size": self.kernel, "strides": stride, "padding": self.padding}
                x = hidden(x, self, layers.Conv2D, filters, 0.0, **place)
            if self.pool > 1:
                _check_size(x, self.pool, f"the pooling of block {number}")
                x = pooling(self.pool)(x)
            if self.block_dropout:
                x = layers.Dropout(self.block_dropout)(x)
        x = tops[self.top]()(x)
        x = dense_layers(x, self.units, self)
        return keras.Model(inputs, output_layer(spec, objective)(x), name="cnn")


def augmented(x: "keras.KerasTensor", options: Augmentation) -> "keras.KerasTensor":
    """Add layers that change the pictures at random in training alone; what a change uncovers is filled with 0."""
    import keras

    changes = []
    if options.flip != "none":
        changes.append(keras.layers.RandomFlip(options.flip))
    if options.rotation:
        changes.append(keras.layers.RandomRotation(options.rotation / 360, fill_mode="constant"))
    if options.shift:
        changes.append(keras.layers.RandomTranslation(options.shift, options.shift, fill_mode="constant"))
    return keras.Sequential(changes, name=AUGMENTATION)(x) if changes else x


def _check_size(x: "keras.KerasTensor", size: int, where: str) -> None:
    """Refuse a layer that takes more pixels than are left of the pictures. Raises `UserError`."""
    height, width = x.shape[1:3]
    if min(height, width) < size:
        raise UserError(
            "model",
            f"{where} take {size} x {size} pixels, and only {height} x {width} are left of the pictures",
            "blocks that fit the pictures",
            "use fewer blocks (model.filters), padding: same, or a smaller kernel, stride or pool",
        )
