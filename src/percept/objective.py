"""What is learned: the kind of task decides output layer, loss and metrics."""

from typing import Annotated, Literal

from pydantic import Field

from percept.params import Label, Section

AUXILIARY = "auxiliary"  # name of a second output that learns the same target

BINARY_METRICS = ("accuracy", "roc_auc", "precision", "recall", "f1", "log_loss")
MULTICLASS_METRICS = ("accuracy", "macro_f1", "log_loss")
REGRESSION_METRICS = ("mse", "rmse", "mae", "r2")


# How much a row of each class counts in the training loss: balanced makes all classes together count the same.
ClassWeights = Literal["none", "balanced"] | dict[Label, Annotated[float, Field(gt=0)]]


class Binary(Section):
    """Yes or no: one logistic unit, binary cross-entropy."""

    kind: Literal["binary"]
    primary: Literal[BINARY_METRICS] = "accuracy"
    target: str  # column
    positive: Label  # label that counts as 1
    one_vs_rest: bool = False  # true: every other label counts as 0; false: there must be exactly one other
    class_weights: ClassWeights = "none"

    @property
    def loss(self) -> str:
        return "binary_crossentropy"


class Multiclass(Section):
    """One of several classes: softmax, categorical cross-entropy."""

    kind: Literal["multiclass"]
    primary: Literal[MULTICLASS_METRICS] = "accuracy"
    target: str = "class"  # column; pictures carry their class with them
    one_hot: bool = False  # targets as 0/1 rows instead of class numbers: the same loss, the recipe's spelling
    class_weights: ClassWeights = "none"

    @property
    def loss(self) -> str:
        return "categorical_crossentropy" if self.one_hot else "sparse_categorical_crossentropy"


class Regression(Section):
    """A number: linear unit, mean squared error."""

    kind: Literal["regression"]
    primary: Literal[REGRESSION_METRICS] = "mse"
    target: str  # column
    scale_target: bool = False  # learn the standardised value; metrics and the shipped file stay in its own unit
    log_target: bool = False  # learn log(1 + value): for positive values over several powers of ten

    @property
    def loss(self) -> str:
        return "mean_squared_error"


Objective = Annotated[Binary | Multiclass | Regression, Field(discriminator="kind")]
