"""The Two paths panel: two explanations of one picture, and the layer after which their paths part company."""
