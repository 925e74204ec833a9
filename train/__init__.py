"""Training, evaluation and packing of checkpoints; needs the `train` extra."""
