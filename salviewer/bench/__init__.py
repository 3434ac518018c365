"""The bench: methods by metrics over a collection, resumable, with tables that carry their own controls."""
