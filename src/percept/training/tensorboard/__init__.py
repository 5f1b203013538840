"""What TensorBoard shows of a fit: curves, layers, the network; imports logs."""
