"""Where an image came from: the marks in its file, and what is known about it."""
