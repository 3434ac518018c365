"""Pure torch and numpy; knows nothing of SalViewer."""
