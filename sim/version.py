"""The version: pyproject.toml, the command and provenance.json take it from here."""

__version__ = "0.1.0"
