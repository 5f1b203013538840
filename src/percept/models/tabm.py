"""tabm: a network for tables. Members that share most weights see piecewise-linear encodings of the numbers.

TabM-mini with piecewise-linear encoding (Gorishniy et al. 2025, arXiv 2410.24210); a stack of members for each fold.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, PositiveInt

from percept.models.network import Network
from percept.objective import Objective, Regression
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


class TabM(Network):
    """The size of the members, and how many there are."""

    takes: ClassVar[frozenset[str]] = frozenset({"table"})
    takes_folds: ClassVar[bool] = True
    kind: Literal["tabm"]
    units: tuple[PositiveInt, ...] = Field((128, 128), min_length=1)  # width of each hidden layer, first to last
    activation: Literal["relu", "leaky_relu", "elu", "selu", "gelu", "swish", "mish"] = "relu"
    line: bool = True  # a straight line is a member too, with the share that suits the rows that judge
    forest: bool = True  # so is a forest
    embedding: PositiveInt | None = None  # inputs of a category of more levels, learned; null: an input for each level
    members: PositiveInt = 4  # that share weights: so many for each fold of the training rows, or in all

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, stacks, features) to logits or values of each member, (stacks, members, batch, outputs)."""
        import keras

        from percept.models.member_network import MemberNetwork
        from percept.models.members import LevelEmbedding, MemberDense, MemberInputs, PiecewiseLinear, SharedDense

        stacks = max(1, spec.num_folds)
        inputs = keras.Input((stacks, *spec.shape), name="features")
        encoding = PiecewiseLinear(spec.bins or [()] * spec.shape[0], name="encoding")
        sources = list(dict.fromkeys(spec.feature_sources))
        columns = [sources.index(spec.feature_sources[feature]) for feature in encoding.columns]
        x = encoding(inputs)
        if self.embedding and (long := _long_categories(spec, self.embedding, encoding.columns)):
            embedding = LevelEmbedding(stacks, self.embedding, list(long.values()), name="embedding")
            x = embedding(x)
            kept = [columns[place] for place in embedding.kept(len(columns))]
            columns = kept + [sources.index(name) for name in long for _ in range(self.embedding)]
        x = MemberInputs(stacks, self.members, columns, name="inputs_of_members")(x)
        for size in self.units:
            x = SharedDense(size, self.activation)(x)
        num_outputs = len(spec.classes) if objective.kind == "multiclass" else len(spec.targets)
        activation = objective.output if isinstance(objective, Regression) else "linear"
        x = MemberDense(num_outputs, activation, name="output")(x)
        return MemberNetwork(inputs, x, objective, self.line, self.forest)


def _long_categories(spec: DatasetSpec, most: int, features: Iterable[int]) -> dict[str, list[int]]:
    """Return the categories of more than `most` levels: of each, where its levels stand behind the encoding of numbers.

    features: of each output of that encoding, the feature that it comes from.
    """
    place = {feature: position for position, feature in enumerate(features)}  # a level has no bins
    long = {name: levels for name, levels in spec.levels().items() if len(levels) > most}
    return {name: [place[feature] for feature in levels] for name, levels in long.items()}
