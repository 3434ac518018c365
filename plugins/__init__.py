"""The built-in plugins; they use exactly the hooks that third parties use."""
