"""From a request to the finished small canvas."""

from PIL import Image

from pixel_artist.canvas import canvas_size
from pixel_artist.items.still_life import paint_item
from pixel_artist.palette import limit
from pixel_artist.portraits.sitter import paint_character
from pixel_artist.request import PaintRequest
from pixel_artist.scene import paint_scene


def paint(request: PaintRequest) -> Image.Image:
    """Paint the small canvas of a request.

    The same words give the same pixels in every process; upper and lower case and white space
    do not matter.

    Returns:
        Mode P with at most 64 colours; 336 x 189 for 16:9, see ``canvas``.
    """
    size = canvas_size(request.aspect_ratio)
    if request.subject_type == "item":
        picture = paint_item(request, size)
    elif request.subject_type == "character":
        picture = paint_character(request, size)
    else:
        picture = paint_scene(request, size)
    return limit(picture)
