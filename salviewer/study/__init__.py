"""Reader studies: people judge maps whose makers they do not know, and what they agree on is counted."""
