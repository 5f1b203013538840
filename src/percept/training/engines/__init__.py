"""Who runs the epochs: whole epochs in one call, or Keras' own fit; imports prepared."""
