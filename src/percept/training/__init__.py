"""Fit a network, watch it, decide by it; imports models, model_file and prepared."""
