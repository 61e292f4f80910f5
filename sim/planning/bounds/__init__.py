"""What a plan is proven against: bounds that no policy can exceed."""
