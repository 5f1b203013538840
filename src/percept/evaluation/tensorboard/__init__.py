"""What TensorBoard shows of an evaluation, beside the curves of the fit; imports logs and model_file."""
