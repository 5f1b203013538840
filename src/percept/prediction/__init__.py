"""Predictions for new rows and pictures with model.onnx alone; imports model_file, files, prepared and dataset."""
