"""wide_deep: some columns reach the output directly, some through hidden layers (Cheng et al. 2016)."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt

from percept.errors import UserError, listed, nearest
from percept.models.hidden import Hidden
from percept.objective import AUXILIARY, Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

Columns = Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)]


class WideDeep(Hidden):
    """Two paths; a column may take both."""

    takes: ClassVar[frozenset[str]] = frozenset({"table"})
    kind: Literal["wide_deep"]
    wide: Columns  # columns by name
    deep: Columns
    units: tuple[PositiveInt, ...] = Field(min_length=1)  # width of each hidden layer of the deep path
    auxiliary_weight: float = Field(0.0, ge=0, lt=1)  # share of the loss that an output of the deep path alone has

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, features) to (batch, outputs), or with an auxiliary output to a dict of two such.

        The columns are picked in front of a network that has two inputs of its own, `wide` and `deep`.
        Raises `UserError` for unknown columns.
        """
        import keras

        from percept.models.layers import dense_layers, output_layer

        picked = {path: picked_features(getattr(self, path), spec, f"model.{path}") for path in ("wide", "deep")}
        wide, deep = (keras.Input((len(indices),), name=path) for path, indices in picked.items())
        hidden = dense_layers(deep, self.units, self)
        main = output_layer(spec, objective)
        outputs = main(keras.layers.Concatenate()([wide, hidden]))
        if self.auxiliary_weight:
            head = output_layer(spec, objective, AUXILIARY)
            outputs = {main.name: outputs, head.name: head(hidden)}
        network = keras.Model({"wide": wide, "deep": deep}, outputs, name="paths")
        features = keras.Input(spec.shape, name="features")
        columns = {path: keras.ops.take(features, indices, axis=1) for path, indices in picked.items()}
        return keras.Model(features, network(columns), name="wide_deep")


def picked_features(columns: Columns, spec: DatasetSpec, where: str) -> list[int]:
    """Return the positions of the features that come from `columns`; a category has several. Raises `UserError`."""
    if columns == "all":
        return list(range(len(spec.feature_names)))
    sources = spec.feature_sources
    for name in columns:
        if name not in sources:
            known = [column.name for column in spec.raw_inputs]
            raise UserError(
                where,
                f"column {name!r}{nearest(name, known)}",
                f"names of columns that are features: {listed(known)}",
                "correct the name, or write `all`",
            )
    return [index for index, source in enumerate(sources) if source in columns]
