"""The layers of a network are told as they are connected, whatever the network is made of."""

import json

import keras

from percept.model_file.layers import save_layers


def told(model: keras.Model, folder) -> list[dict]:
    save_layers(model, folder / "layers.json")
    return json.loads((folder / "layers.json").read_text(encoding="utf-8"))


def test_operations_between_layers_and_two_ways_from_one_input_are_told(tmp_path):
    x = keras.Input((4,), name="x")
    one = keras.ops.clip(keras.layers.Dense(2, activation="relu", name="one")(x), 0, 1)
    other = keras.layers.Dense(3, name="other")(x)
    both = keras.layers.Concatenate(name="both")([one, other])
    layers = {layer["name"]: layer for layer in told(keras.Model(x, both), tmp_path)}
    clip = next(name for name in layers if name.startswith("clip"))
    assert {name: layer["inputs"] for name, layer in layers.items()} == {
        "x": [],
        "one": ["x"],
        clip: ["one"],
        "other": ["x"],
        "both": [clip, "other"],
    }
    assert layers["one"]["options"] == {"units": 2, "activation": "relu"}
    assert (layers["one"]["shape"], layers["one"]["weights"], layers["both"]["weights"]) == ([2], 10, 0)


def test_layers_of_a_class_of_ones_own_are_told_by_name_and_weights(tmp_path):
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(3, name="dense")

        def call(self, x):
            return self.dense(x)

    model = Own()
    model(keras.ops.zeros((1, 2)))
    (layer,) = told(model, tmp_path)
    assert (layer["name"], layer["kind"], layer["weights"], layer["inputs"]) == ("dense", "Dense", 9, [])


def test_a_network_inside_of_another_is_told_as_it_is_joined_and_a_second_call_has_no_weights(tmp_path):
    inner_input = keras.Input((3,), name="inside")
    inner = keras.Model(inner_input, keras.layers.Dense(2, name="dense")(inner_input), name="inner")
    x, shared = keras.Input((3,), name="x"), keras.layers.Dense(3, name="shared")
    model = keras.Model(x, keras.layers.Dense(1, name="last")(inner(shared(shared(x)))))
    layers = {layer["name"]: layer for layer in told(model, tmp_path)}
    assert {name: (layer["inputs"], layer["weights"]) for name, layer in layers.items()} == {
        "x": ([], 0),
        "shared": (["x"], 12),
        "shared (2)": (["shared"], 0),
        "inner/dense": (["shared (2)"], 8),
        "last": (["inner/dense"], 3),
    }
    assert sum(layer["weights"] for layer in layers.values()) == model.count_params()
