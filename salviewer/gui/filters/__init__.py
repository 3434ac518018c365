"""The Filters panel: the filters that fired in a picture, and those that were learned for each class."""
