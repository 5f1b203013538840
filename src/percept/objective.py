"""What is learned: the kind of task decides output layer, loss and metrics."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from percept.params import Label, Section

AUXILIARY = "auxiliary"  # name of a second output that learns the same target
EVEN = 0.5  # the threshold of a probability where nothing chose another

# How much a row of each class counts in the training loss: balanced makes all classes together count the same.
ClassWeights = Literal["none", "balanced"] | dict[Label, Annotated[float, Field(gt=0)]]
# Yes above this probability; or the metric that it makes greatest on the validation rows.
Threshold = Annotated[float, Field(gt=0, lt=1)] | Literal["accuracy", "balanced_accuracy", "f1"]
# Temperature: divide the logits by one number, chosen on the validation rows, so that probabilities mean frequencies.
Calibration = Literal["none", "temperature"]
# The share of each training label that goes to all classes alike (Szegedy et al. 2016), for accuracy: probabilities
# learn to hold back, which costs log loss. What is judged is the loss of the labels as they are.
LabelSmoothing = Annotated[float, Field(ge=0, lt=1)]


class Weighted(Section):
    """What the objectives of all kinds of task share."""

    target: str | tuple[str, ...]
    primary: str  # the metric that counts: one of `percept.evaluation.metrics` for this kind
    weight: str | None = None  # column: how much a row counts in the loss; null: all the same

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the columns to predict."""
        return (self.target,) if isinstance(self.target, str) else self.target

    def columns(self) -> tuple[str, ...]:
        """Return the columns that cannot be features."""
        return (*self.targets, *([self.weight] if self.weight else []))


class Binary(Weighted):
    """Yes or no: one logistic unit, binary cross-entropy."""

    kind: Literal["binary"]
    primary: str = "accuracy"
    target: str  # column; pictures carry their class with them
    positive: Label  # label that counts as 1
    one_vs_rest: bool = False  # true: every other label counts as 0; false: there must be exactly one other
    class_weights: ClassWeights = "none"
    label_smoothing: LabelSmoothing = 0.0
    threshold: Threshold = EVEN
    calibration: Calibration = "none"

    @property
    def loss(self) -> str:
        return "binary_crossentropy"


class Multiclass(Weighted):
    """One of several classes: softmax, categorical cross-entropy."""

    kind: Literal["multiclass"]
    primary: str = "accuracy"
    target: str = "class"  # column; pictures carry their class with them
    one_hot: bool = False  # targets as 0/1 rows instead of class numbers: the same loss, the recipe's spelling
    class_weights: ClassWeights = "none"
    label_smoothing: LabelSmoothing = 0.0
    calibration: Calibration = "none"

    @property
    def learns_shares(self) -> bool:
        """Tell whether the loss takes the share of each class, (rows, classes), and not class numbers."""
        return self.one_hot or self.label_smoothing > 0

    @property
    def loss(self) -> str:
        return "categorical_crossentropy" if self.learns_shares else "sparse_categorical_crossentropy"


class Multilabel(Weighted):
    """Any number of labels for each row: one logistic unit for each, binary cross-entropy."""

    kind: Literal["multilabel"]
    primary: str = "micro_f1"
    target: Annotated[tuple[str, ...], Field(min_length=1)]  # one column for each label
    positive: Label = "1"  # what stands in a column where its label applies; one other text where it does not
    threshold: Threshold = EVEN  # of each label; a metric chooses one for each
    calibration: Calibration = "none"

    @property
    def loss(self) -> str:
        return "binary_crossentropy"


class Regression(Weighted):
    """Numbers: one unit for each."""

    kind: Literal["regression"]
    primary: str = "mse"
    target: str | Annotated[tuple[str, ...], Field(min_length=1)]  # column, or several
    loss: Literal["mse", "mae", "huber"] = "mse"  # huber: squared up to 1, then linear, in the unit that is learned
    output: Literal["linear", "softplus", "relu", "sigmoid", "tanh"] = "linear"  # of what the network can give
    range: tuple[float, float] | None = None  # sigmoid, tanh: ends of the target; null: those of the training rows
    scale_target: bool = False  # learn the standardised value; metrics and the shipped file stay in its own unit
    log_target: bool = False  # learn log(1 + value): for positive values over several powers of ten
    clip: bool = False  # what is shipped answers within the range of the training targets alone

    @property
    def is_bounded(self) -> bool:
        """Tell whether the target is brought to the range of the output."""
        return self.output in ("sigmoid", "tanh")

    @model_validator(mode="after")
    def scales_the_target_once(self) -> Self:
        if self.is_bounded and self.scale_target:
            raise ValueError(f"output: {self.output} scales the target to its own range; set scale_target to false")
        if self.range and not self.is_bounded:
            raise ValueError(f"range goes with output: sigmoid or tanh, not {self.output}")
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError("range should be two numbers, the smaller one first")
        return self


Objective = Annotated[Binary | Multiclass | Multilabel | Regression, Field(discriminator="kind")]
