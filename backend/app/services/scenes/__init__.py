"""Scenes: their images, cache and previews."""
