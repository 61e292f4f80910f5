"""The standard policies: a registry of names, each a rule from scenario to policy."""
