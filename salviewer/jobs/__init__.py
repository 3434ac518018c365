"""From a job spec to an explanation, on a worker thread."""
