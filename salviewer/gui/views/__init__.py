"""What a person sees: setters and wish-signals, no decisions."""
