"""plain_digits: the recipe of conf/task/digits.yaml as one ordinary Keras script, without percept or DVC."""

import json

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)

digits = load_digits()
x, y = digits.data.astype("float32") / 16, digits.target
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_validation, y_train, y_validation = train_test_split(
    x_train, y_train, test_size=0.2, stratify=y_train, random_state=0
)

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(256, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
stopping = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
validation = (x_validation, y_validation)
history = model.fit(
    x_train, y_train, batch_size=32, epochs=100, validation_data=validation, callbacks=[stopping], verbose=0
)
_, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(json.dumps({"accuracy": accuracy, "epochs": len(history.epoch)}))
