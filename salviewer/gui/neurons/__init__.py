"""The Neurons panel: which units carried a decision, layer by layer from the class down to the pixels."""
