"""The shipped file, model.onnx: export, metadata, session, fresh process; imports prepared and dataset."""
