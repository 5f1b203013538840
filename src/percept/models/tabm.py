"""tabm: a network for tables. Members that share most weights see piecewise-linear encodings of the numbers.

TabM-mini with piecewise-linear encoding (Gorishniy et al. 2025, arXiv 2410.24210); a stack of members for each fold.
"""

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
    units: tuple[PositiveInt, ...] = Field((192, 192), min_length=1)  # width of each hidden layer, first to last
    activation: Literal["relu", "leaky_relu", "elu", "selu", "gelu", "swish", "mish"] = "relu"
    line: bool = True  # a straight line is a member too, with the share that suits the rows that judge
    members: PositiveInt = 4  # that share weights: so many for each fold of the training rows, or in all

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, stacks, features) to logits or values of each member, (stacks, members, batch, outputs)."""
        import keras

        from percept.models.member_network import MemberNetwork
        from percept.models.members import MemberDense, MemberInputs, PiecewiseLinear, SharedDense

        stacks = max(1, spec.num_folds)
        inputs = keras.Input((stacks, *spec.shape), name="features")
        encoding = PiecewiseLinear(spec.bins or [()] * spec.shape[0], name="encoding")
        sources = list(dict.fromkeys(spec.feature_sources))
        columns = [sources.index(spec.feature_sources[feature]) for feature in encoding.columns]
        x = MemberInputs(stacks, self.members, columns, name="inputs_of_members")(encoding(inputs))
        for size in self.units:
            x = SharedDense(size, self.activation)(x)
        num_outputs = len(spec.classes) if objective.kind == "multiclass" else len(spec.targets)
        activation = objective.output if isinstance(objective, Regression) else "linear"
        x = MemberDense(num_outputs, activation, name="output")(x)
        return MemberNetwork(inputs, x, objective, self.line)
