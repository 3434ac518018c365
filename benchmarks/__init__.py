"""Speed and accuracy figures, each against a peer in the same run."""
