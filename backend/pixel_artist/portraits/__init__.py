"""Portraits of people and busts of monsters."""
