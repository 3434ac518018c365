"""Inputs whose answer is known."""
