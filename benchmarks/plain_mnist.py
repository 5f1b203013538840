"""plain_mnist <folder with the four .gz files>: the recipe of conf/task/mnist.yaml as one ordinary Keras script."""

import gzip
import json
import sys
from pathlib import Path

import keras
import numpy as np

folder = Path(sys.argv[1])


def read(name: str, header: int) -> np.ndarray:
    return np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8, offset=header)


keras.utils.set_random_seed(0)

x_train = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype("float32") / 255
x_test = read("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype("float32") / 255
y_train = keras.utils.to_categorical(read("train-labels-idx1-ubyte.gz", 8), 10)
y_test = keras.utils.to_categorical(read("t10k-labels-idx1-ubyte.gz", 8), 10)

model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(100, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=100, epochs=10, verbose=0)
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(json.dumps({"accuracy": accuracy, "epochs": len(history.epoch)}))
