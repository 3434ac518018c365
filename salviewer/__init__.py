"""SalViewer: explain what an image classifier looked at, and check the answer."""
