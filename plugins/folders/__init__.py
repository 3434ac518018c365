"""Labelled collections in folders of pictures, with boxes or masks."""
