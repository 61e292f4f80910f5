"""What is wrong in what the user wrote, and where it was written, as lines for the user."""
