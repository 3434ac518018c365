"""Files to frozen values and back."""
