"""Parts of lowering: what becomes of single mechanisms in the tables."""
