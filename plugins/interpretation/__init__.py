"""Visual explanation by interpretation: the few filters that matter for a class, and what they look like."""
