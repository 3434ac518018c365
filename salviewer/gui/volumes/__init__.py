"""The window's part for 3D volumes: nothing of it is loaded before the first volume is opened."""
