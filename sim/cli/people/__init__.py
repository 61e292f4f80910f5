"""``surgecrew roster``: from shifts to names."""
