"""The row that keeps where a new image came from."""

from app.domain import GeneratedImage
from app.models import ImageOrigin
from app.services.provenance.found_marks import FoundMarks


def origin_of(found: FoundMarks, image: GeneratedImage | None = None) -> ImageOrigin:
    """Make the row that goes with a new image's.

    Args:
        found: The marks of the original file.
        image: The provider's answer; None for an image that was imported.
    """
    return ImageOrigin(
        provider=image.provider if image else None,
        request_path=image.request_path if image else None,
        request_body=image.request_body if image else None,
        found_source_type=found.digital_source_type,
        found_software=found.software,
        manifest=found.manifest,
    )
