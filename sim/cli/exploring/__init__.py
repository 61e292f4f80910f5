"""``surgecrew explore``: a page to turn the knobs of a run."""
