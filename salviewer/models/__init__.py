"""Open a model safely, and run it as it was meant to run."""
