"""The space that a network is searched in where `search.space` names none."""

from collections.abc import Mapping
from typing import Any

from percept.spaces.parameters import Parameter

LEARNING_RATES = (1 / 30, 10.0)  # times the one of the task
HIDDEN: dict[str, dict[str, Any]] = {
    "model.units": {"int": [16, 512], "log": True, "length": [1, 3]},
    "model.dropout": {"float": [0.0, 0.5]},
    "model.activation": {"choice": ["relu", "swish", "tanh"]},
    "model.l2": {"log": [1e-6, 1e-2]},
    "fit.batch_size": {"choice": [16, 32, 64, 128, 256]},
}
SPACES: dict[str, dict[str, dict[str, Any]]] = {  # by kind of network
    "mlp": HIDDEN,
    "wide_deep": HIDDEN,
    "cnn": {
        "model.filters": {"int": [16, 64], "log": True, "length": [1, 3]},
        "model.convolutions": {"choice": [1, 2]},
        "model.padding": {"choice": ["same"]},  # so that small pictures go through several blocks
        "model.dropout": {"float": [0.0, 0.5]},
        "model.batch_norm": {"choice": [False, True]},
        "fit.batch_size": {"choice": [32, 64, 128]},
    },
    "tabm": {
        "model.units": {"int": [32, 256], "log": True, "length": [1, 3]},
        "model.members": {"choice": [2, 4, 8]},
        "model.activation": {"choice": ["relu", "swish", "mish"]},
        "optimizer.weight_decay": {"log": [0.01, 1.0]},
        "features.bins": {"int": [4, 48], "log": True},
    },
    "perceptron": {"fit.batch_size": {"choice": [1, 8, 32]}},
    "custom": {"fit.batch_size": {"choice": [16, 32, 64, 128, 256]}},
}


def default_space(config: Mapping[str, Any]) -> dict[str, Parameter]:
    """Return the parameters of the network of a configuration, and its learning rate around the one it has.

    config: sections of params.yaml as plain values. What they do not have, such as the weight decay of an optimizer
    without one, is left out.
    """
    rate = config["optimizer"]["learning_rate"]
    space: dict[str, dict[str, Any]] = {"optimizer.learning_rate": {"log": [rate * times for times in LEARNING_RATES]}}
    for key, parameter in SPACES[config["model"]["kind"]].items():
        section, _, option = key.partition(".")
        if option in config[section]:
            space[key] = parameter
    return {key: Parameter.model_validate(parameter) for key, parameter in space.items()}
