"""Training from the window: what is learned from which pictures, how it goes, and what becomes of it."""
