"""What views are built on: canvas, colour bar, colours. Qt, pyqtgraph, numpy and cmap only."""
