"""The window: state remembers, actions decide, views show."""
