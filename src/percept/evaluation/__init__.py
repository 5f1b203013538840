"""Predictions and targets to metrics, intervals, plots and the model card; imports model_file and prepared."""
