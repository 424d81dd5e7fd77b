"""From a request to the finished small canvas."""

from PIL import Image

from app.services.picture import PictureRequest, SubjectType
from app.services.pixel_artist.canvas import canvas_size
from app.services.pixel_artist.items.still_life import paint_item
from app.services.pixel_artist.palette import limit
from app.services.pixel_artist.portraits.sitter import paint_character
from app.services.pixel_artist.scene import paint_scene


def paint(request: PictureRequest) -> Image.Image:
    """Paint the small canvas of a request.

    The same words give the same pixels in every process; upper and lower case and white space
    do not matter.

    Returns:
        Mode P with at most 64 colours; 336 x 189 for 16:9, see ``canvas``.
    """
    size = canvas_size(request.aspect_ratio)
    if request.subject_type is SubjectType.ITEM:
        picture = paint_item(request, size)
    elif request.subject_type is SubjectType.CHARACTER:
        picture = paint_character(request, size)
    else:
        picture = paint_scene(request, size)
    return limit(picture)
