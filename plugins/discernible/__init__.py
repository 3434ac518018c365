"""Discernible neurons: the units, layer by layer, that carried a decision."""
