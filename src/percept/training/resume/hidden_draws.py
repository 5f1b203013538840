"""Random numbers of a network whose state nobody can read, so that no backup of a fit could bring it back."""

import keras
import tensorflow as tf

HIDDEN = ("Random", "Multinomial", "TruncatedNormal", "ParameterizedTruncated", "Stateful", "Rng")  # begin their names


def hidden_draws(network: keras.Model) -> set[str]:
    """Return TensorFlow's operations that draw with a state of their own; those that Keras takes have none.

    network: of one input.
    """
    inputs = tf.TensorSpec(network.input.shape, network.input.dtype)
    forward = tf.function(lambda x: network(x, training=True), autograph=False)
    graph = forward.get_concrete_function(inputs).graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return {node.op for node in nodes if node.op.startswith(HIDDEN)}
