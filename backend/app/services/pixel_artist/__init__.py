"""The local painter: pixel art from the words of a request, with no key and no network."""

from app.services.pixel_artist.artist import PixelArtist
from app.services.pixel_artist.canvas import enlarge
from app.services.pixel_artist.painting import paint

__all__ = ["PixelArtist", "enlarge", "paint"]
