"""What is seen. A view has setters and wish-signals; it never writes the state."""
