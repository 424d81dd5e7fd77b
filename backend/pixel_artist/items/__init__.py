"""Items: one thing, large, lit from the upper left."""
