"""The lessons in the order in which people learn."""

from collections.abc import Callable
from dataclasses import dataclass

from percept.lessons import (
    activations,
    batches,
    convolutions,
    encoding,
    fashion,
    kinds,
    mnist,
    optimizers,
    overfitting,
    perceptron,
    search,
    wide_deep,
)
from percept.lessons.made import Made
from percept.training.options import Fit
from percept.training.startup import load_tensorflow


@dataclass(frozen=True)
class Lesson:
    """A page in two languages, and what makes its tables and pictures."""

    page: str  # name of its file, without language and ending
    work: Callable[[], Made]

    def make(self) -> Made:
        """Fit, and return what came out. Raises `UserError` where its data cannot be had."""
        load_tensorflow(Fit().threads)
        return self.work()


LESSONS = (
    Lesson("01_perceptron", perceptron.make),
    Lesson("02_activations", activations.make),
    Lesson("03_losses", kinds.make),
    Lesson("04_optimizers", optimizers.make),
    Lesson("05_overfitting", overfitting.make),
    Lesson("06_encoding", encoding.make),
    Lesson("07_mnist", mnist.make),
    Lesson("08_fashion_mnist", fashion.make),
    Lesson("09_wide_deep", wide_deep.make),
    Lesson("10_convolutions", convolutions.make),
    Lesson("11_batch_size", batches.make),
    Lesson("12_search", search.make),
)
