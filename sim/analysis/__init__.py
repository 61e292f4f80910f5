"""What a finished sweep says: differences, effects, sensitivities, and where a plan breaks."""
