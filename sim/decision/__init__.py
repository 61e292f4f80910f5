"""What a plan decides, as one type: planning writes it, the report reads it."""
