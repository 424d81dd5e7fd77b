"""The local painter: pixel art from the words of a request, with no key and no network.

A library of its own, which knows nothing of the server.
"""

from pixel_artist.canvas import enlarge, to_png
from pixel_artist.painting import paint

__all__ = ["enlarge", "paint", "to_png"]
