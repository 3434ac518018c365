"""Reads numpy arrays."""
