"""Callbacks that want to hear of batches, which whole epochs in one call cannot serve."""

from collections.abc import Sequence

import keras

# Where Keras' own callbacks say whether they act at batches or at epochs.
FREQUENCIES = ("save_freq", "update_freq")
BATCH_HOOKS = (
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)


def refuse_batch_hooks(callbacks: Sequence[keras.callbacks.Callback]) -> None:
    """Raise `ValueError` where a callback wants to be called within epochs."""
    for callback in callbacks:
        frequency = next((getattr(callback, name) for name in FREQUENCIES if hasattr(callback, name)), None)
        plain = keras.callbacks.Callback
        if frequency == "epoch" or all(getattr(type(callback), hook) is getattr(plain, hook) for hook in BATCH_HOOKS):
            continue
        raise ValueError(f"callback {type(callback).__name__} wants to hear of batches")
