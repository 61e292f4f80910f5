"""Last week against its plan: what came, what it would have brought, and why it differs."""
