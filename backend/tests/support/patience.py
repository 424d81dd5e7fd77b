"""How long a test waits for something that must come, so that a busy machine fails none.

A test waits for events and never for time; only what really hangs takes as long as this.
"""

PATIENCE_SECONDS = 120.0
PATIENCE_MS = PATIENCE_SECONDS * 1000
