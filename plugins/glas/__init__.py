"""Gaussian light and shadow."""
