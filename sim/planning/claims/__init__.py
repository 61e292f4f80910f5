"""What a plan may claim of itself when its search has ended, and what is bettered on the way."""
