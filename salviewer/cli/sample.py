"""The built-in sample: a small network, and pictures whose true answer is known."""

COLLECTION = "an8flower-single-6c"
MODEL = "an8flower-cnn"
