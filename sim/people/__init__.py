"""From counted shifts to people: who of a list, by name, works which shift of a plan."""
