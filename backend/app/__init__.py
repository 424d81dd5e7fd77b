"""Emberpeak: generated art for a retro adventure game, made once and kept for ever."""

__version__ = "0.2.0"
