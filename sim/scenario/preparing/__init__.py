"""What is done before events: what it does to them, and whose hours it takes."""
