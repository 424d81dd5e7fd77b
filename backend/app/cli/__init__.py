"""Programs for a shell; each is run by a script in ``scripts/``."""
