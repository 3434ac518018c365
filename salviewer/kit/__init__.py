"""What views are built on: canvas, colour bar. Qt only."""
