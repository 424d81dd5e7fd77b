"""Imports images from folders and zips of other tools, with what these wrote into the files."""
