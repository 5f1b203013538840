"""The shipped file, model.onnx: making it, what it says of itself, and running it."""
