"""A task of each kind with every model of conf/: it is built, or refused with what to do."""

import pytest
from omegaconf import OmegaConf
from project_conf import choices

from percept.composition import composed
from percept.errors import UserError
from percept.models import build
from percept.models.deployed import as_kept
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts
from train import TrainParams

MODELS = choices("model")
PICTURES = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "fashion": (28, 28, 1)}


def shape_of(task: str, source: dict) -> tuple[int, int, int]:
    if source["kind"] == "image_folder":
        return (*source["size"], 1 if source.get("color") == "grey" else 3)
    return next(size for name, size in PICTURES.items() if task.startswith(name))


def spec_of(task: str, config: dict) -> DatasetSpec:
    """What preprocess would say, but for the numbers of rows and categories."""
    objective = config["objective"]
    num_classes = {"binary": 2, "multiclass": 3}.get(objective["kind"], 0)
    targets = [objective["target"]] if isinstance(objective["target"], str) else objective["target"]
    common = {"task": task, "classes": ("a", "b", "c")[:num_classes], "targets": targets}
    common["rows"] = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
    if config["features"]["kind"] == "image":
        shape = shape_of(task, config["source"])
        pixels = RawInput(name="pixels", kind="pixels")
        return DatasetSpec(raw_inputs=(pixels,), shape=shape, pixels=Pixels(scale=1 / 255, offset=0.0), **common)
    numeric = config["features"].get("numeric", [])
    names = ["column"] if isinstance(numeric, str) or not numeric else numeric
    columns = tuple(RawInput(name=name, kind="numeric") for name in names)
    return DatasetSpec(raw_inputs=columns, shape=(len(names),), feature_names=names, feature_sources=names, **common)


def tasks_of_each_kind() -> list[str]:
    """One task for each kind of target and shape of the inputs: to a network the others are the same."""
    found = {}
    for task in choices("task"):
        config = OmegaConf.to_container(composed([f"task={task}"]))
        spec = spec_of(task, config)
        of_pictures = spec.shape if spec.pixels else ()
        found.setdefault((config["objective"]["kind"], len(spec.targets) > 1, of_pictures), task)
    return list(found.values())


@pytest.mark.parametrize("task", tasks_of_each_kind())
def test_every_model_serves_the_task_or_says_which_can(task):
    served = []
    for model in MODELS:
        try:
            config = OmegaConf.to_container(composed([f"task={task}", f"model={model}"]))
            params = TrainParams.check({name: config[name] for name in TrainParams.model_fields}, "test")
            spec = spec_of(task, config)
            network = as_kept(build(params.model, spec, params.objective), spec)
        except UserError as error:
            assert any(kind in model for kind in ("cnn", "tabm", "wide_deep"))  # mlp and perceptron take everything
            assert any(word in str(error) for word in ("`-S model=", "correct the name", "use fewer blocks"))
            continue
        assert network.input_shape == (None, *spec.shape)
        served.append(params.model.kind)
    assert {"mlp", "perceptron", "cnn" if spec.pixels else "wide_deep"} <= set(served)
