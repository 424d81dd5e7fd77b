"""Packs: images with all that is known of them, to take along and to bring back."""
