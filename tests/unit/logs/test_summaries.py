"""What TensorBoard reads of what is written."""

import numpy as np
import pytest

from percept.logs import summaries
from percept.logs.curves import points
from percept.logs.events import write_events


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def floats(value) -> np.ndarray:
    shape = [dim.size for dim in value.tensor.tensor_shape.dim]
    return np.frombuffer(value.tensor.tensor_content, "<f4").reshape(shape)


@pytest.mark.parametrize("values", [np.random.default_rng(0).normal(size=(40, 30)), np.zeros(7), np.array([3.0])])
def test_a_histogram_counts_every_value_between_its_ends(values):
    buckets = floats(summaries.histogram("weights", values))
    assert buckets[:, 2].sum() == values.size
    assert buckets[0, 0] == pytest.approx(values.min()) and buckets[-1, 1] == pytest.approx(values.max())
    if np.ptp(values):
        assert abs(buckets[:, 2] - np.histogram(values, summaries.BUCKETS)[0]).max() <= 1  # a value upon an edge


def test_a_curve_counts_right_and_wrong_calls_at_each_threshold():
    truth, probability = np.array([True, True, False, False]), np.array([0.9, 0.4, 0.6, 0.1])
    curve = floats(summaries.pr_curve("yes", truth, probability, "2 of 4"))
    assert curve[:, 50].tolist() == pytest.approx([1, 1, 1, 1, 0.5, 0.5])
    assert curve[:, 0].tolist() == [2, 2, 0, 0, 0.5, 1]


def test_a_file_is_read_back_without_tensorflow_having_written_it(tmp_path):
    values = [(1, [summaries.scalar("toy/loss", 0.5)]), (2, [summaries.text("toy/card", "# Card")])]
    write_events(tmp_path / "events.out.tfevents.0.test", values)
    events = read(tmp_path)
    assert [(event.step, event.value) for event in events.Scalars("toy/loss")] == [(1, 0.5)]
    assert events.Tensors("toy/card")[0].tensor_proto.string_val == [b"# Card"]
    assert [path.name for path in tmp_path.iterdir()] == ["events.out.tfevents.0.test"]


def test_both_parts_share_a_chart_and_the_learning_rate_is_always_there():
    epoch = {"epoch": 1, "loss": 0.5, "val_loss": 0.75, "accuracy": 0.8, "val_accuracy": 0.7}
    parts = points("toy", epoch, 0.01)
    assert parts["train"] == {"toy/learning rate": 0.01, "toy/loss": 0.5, "toy/accuracy": 0.8}
    ratio = {"toy/validation loss : training loss": 1.5}
    assert parts["validation"] == {"toy/loss": 0.75, "toy/accuracy": 0.7} | ratio
    assert points("toy", {"loss": 0.0, "learning_rate": 0.1}, 0.01) == {
        "train": {"toy/learning rate": 0.1, "toy/loss": 0.0}
    }
