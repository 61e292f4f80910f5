"""``surgecrew init``: a first scenario of one's own from a few answers."""
