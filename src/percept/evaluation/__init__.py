"""Predictions and targets to metrics, intervals, plots and the model card."""
