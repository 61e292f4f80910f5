"""What a scenario says before anything is simulated: ``surgecrew check scenario=FILE``."""
