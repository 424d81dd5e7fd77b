"""Players: identity, saves and rate limits."""
