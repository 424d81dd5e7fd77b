"""Growth without an end, for tests that are about something else."""

from app.services.players.growth import Growth

ROOMY = Growth(10**15, 10**15)
