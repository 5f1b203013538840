"""What is shipped undoes the scaling of the targets, and stays within the training targets where it is asked to."""

import keras
import numpy as np
import pytest

from percept.model_file import export, session
from percept.model_file.metadata import Decision
from percept.models.deployed import in_target_unit
from percept.objective import Regression
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts, TargetScale

X = np.array([[-1e30], [-2], [0], [0.5], [2], [1e30]], np.float32)


def spec_of(*scales: TargetScale) -> DatasetSpec:
    return DatasetSpec(
        task="t",
        raw_inputs=(RawInput(name="a", kind="numeric"),),
        shape=(1,),
        targets=tuple("xy"[: len(scales)]),
        target_scales=scales,
        rows=RowCounts(source=2, dropped={}, train=1, validation=0, test=1),
    )


def shipped(spec: DatasetSpec) -> keras.Model:
    """A network that gives its input for each target, before its scale is undone."""
    features = keras.Input((1,), name="features")
    ones = keras.initializers.Ones()
    return in_target_unit(
        keras.Model(features, keras.layers.Dense(len(spec.targets), kernel_initializer=ones)(features)), spec
    )


def test_no_answer_lies_outside_of_the_ends_and_those_inside_stay_the_same_bits():
    free = TargetScale(offset=10, scale=3)
    plain, clipped = (shipped(spec_of(scale))(X).numpy() for scale in (free, free.model_copy(update={"ends": (8, 12)})))
    inside = (plain >= 8) & (plain <= 12)
    assert inside.sum() == 2 and (clipped[inside] == plain[inside]).all()
    assert clipped[:, 0].tolist() == np.clip(plain[:, 0], 8, 12).tolist()


def test_each_target_has_ends_of_its_own():
    scales = (TargetScale(ends=(-1, 1)), TargetScale(offset=5, scale=2, ends=(4, 6)))
    found = shipped(spec_of(*scales))(X).numpy()
    assert found.min(axis=0).tolist() == [-1, 4] and found.max(axis=0).tolist() == [1, 6]


def test_a_logarithm_that_overflows_ends_at_the_largest_target():
    found = shipped(spec_of(TargetScale(log=True, ends=(0, 900))))(X).numpy()[:, 0]
    assert (found[0], found[-1]) == (0, 900) and np.isfinite(found).all()


def test_one_value_alone_is_always_the_answer():
    assert set(shipped(spec_of(TargetScale(ends=(7, 7))))(X).numpy()[:, 0].tolist()) == {7}


@pytest.mark.parametrize("log", [False, True])
def test_keras_and_onnx_files_have_the_ends(tmp_path, log):
    spec = spec_of(TargetScale(log=log, offset=0.5, scale=2, ends=(0.25, 3)), TargetScale(log=log, ends=(0, 1)))
    network = shipped(spec)
    export.save_keras(network, tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), network(X))
    file = export.to_onnx(network, None, spec, Regression(kind="regression", target=("x", "y")), Decision())
    found = session.predict(file, {"features": X})["prediction"]
    np.testing.assert_allclose(found, network(X), rtol=1e-6)
    assert found.min(axis=0).tolist() == [0.25, 0] and found.max(axis=0).tolist() == [3, 1]
