"""Fit a network, watch it, and write it down. Everything here but `options` loads TensorFlow."""
