"""The Masks panel: what a mask per pixel and colour keeps of a picture, and whether the model agrees."""
