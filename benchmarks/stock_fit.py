"""One fit of the searches by others: a network of stock Keras, on percept's prepared rows."""

import keras
import numpy as np
from numpy.typing import NDArray

FOLDS, EPOCHS, PATIENCE = 3, 100, 10


def arrays(subset: str) -> tuple[NDArray, NDArray]:
    with np.load(f"data/prepared/{subset}.npz") as found:
        return found["x"], found["y"].ravel()


def fitted(layers: int, units: int, learning_rate: float, x: NDArray, y: NDArray) -> keras.Model:
    """Train hidden layers of one width by SGD until the loss of the validation rows has not fallen for some epochs."""
    hidden = [keras.layers.Dense(units, activation="relu") for _ in range(layers)]
    network = keras.Sequential([keras.Input(x.shape[1:]), *hidden, keras.layers.Dense(1)])
    network.compile(keras.optimizers.SGD(learning_rate), "mse")
    stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
    network.fit(x, y, epochs=EPOCHS, validation_data=arrays("validation"), callbacks=[stop], verbose=0)
    return network
