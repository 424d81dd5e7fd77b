"""Images as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.domain import AspectRatio, SubjectType
from app.schemas.text import StyleText, TidyText

SubjectName = Annotated[TidyText, Field(min_length=1, max_length=200)]

IMAGE_EXAMPLE: JsonDict = {
    "id": 17,
    "subject_name": "Healing Potion",
    "subject_type": "item",
    "component": "item-window",
    "storage_path_full": "images/full/Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp",
    "storage_path_thumbnail": (
        "images/thumbnails/Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp"
    ),
    "url": "/images/full/Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp",
    "thumbnail_url": "/images/thumbnails/Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp",
    "file_size_bytes": 18234,
    "width": 1024,
    "height": 1024,
    "aspect_ratio": "1:1",
    "generation_time_ms": 96,
    "created_at": "2026-11-23T08:15:00Z",
    "is_featured": False,
    "use_count": 3,
    "last_used": "2026-11-23T09:30:00Z",
    "prompt_used": "A round flask of red glass on a stone shelf. Style: etched in copper",
    "custom_prompt": "etched in copper",
    "model_used": "pixel-artist",
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "preview": "data:image/webp;base64,UklGRhIAAABXRUJQVlA4TAYAAAAvQWxvAGs=",
    "alt_text": "Healing Potion, an item",
}


class GenerateImage(BaseModel):
    """Order for one new image of a subject."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject_type": "item",
                "subject_name": "Healing Potion",
                "prompt": "A round flask of red glass on a stone shelf",
                "custom_prompt": "etched in copper",
                "aspect_ratio": "1:1",
                "component": "item-window",
            }
        }
    )

    subject_type: SubjectType = Field(description="What the image shows.")
    subject_name: SubjectName = Field(description="Name of the subject; its gallery's name too.")
    prompt: Annotated[TidyText, Field(min_length=10, max_length=1000)] = Field(
        description="What to paint."
    )
    custom_prompt: Annotated[StyleText, Field(max_length=200)] | None = Field(
        None, description="Style added to the prompt; HTML tags and script URLs are refused."
    )
    aspect_ratio: AspectRatio = Field(AspectRatio.WIDE, description="Width to height.")
    component: Annotated[TidyText, Field(min_length=1, max_length=50)] = Field(
        "scene-viewer", description="Part of the game that asked."
    )


class ImageFacts(BaseModel):
    """What is known of an image, stored or not."""

    model_config = ConfigDict(from_attributes=True)

    subject_name: str = Field(description="Name of the subject.")
    subject_type: SubjectType = Field(description="What the image shows.")
    component: str = Field(description="Part of the game that asked for it.")
    url: str = Field(description="Root-relative address of the full image.")
    thumbnail_url: str = Field(description="Root-relative address of the thumbnail.")
    aspect_ratio: str = Field(description="Width to height, as it was asked for.")
    is_featured: bool = Field(description="Whether the player marked it as the best one.")
    use_count: int = Field(description="How often it was looked up by its id.")
    last_used: datetime | None = Field(description="When it was last looked up (UTC).")
    prompt_used: str = Field(description="The whole prompt, style included.")
    custom_prompt: str | None = Field(description="The style alone.")
    model_used: str = Field(description="Model that made it, or `pixel-artist`.")
    alt_text: str = Field(description="What the image shows, for those who cannot see it.")


class Image(ImageFacts):
    """One stored image."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": IMAGE_EXAMPLE})

    id: int = Field(description="Identity of the stored image.")
    storage_path_full: str = Field(
        description="Path of the full image under the server's root address."
    )
    storage_path_thumbnail: str = Field(
        description="Path of the thumbnail under the server's root address."
    )
    file_size_bytes: int = Field(description="Size of the full file in bytes.")
    width: int = Field(description="Width of the full image in pixels.")
    height: int = Field(description="Height of the full image in pixels.")
    generation_time_ms: int = Field(description="Time that making it took, in ms.")
    created_at: datetime = Field(description="When it was made (UTC).")
    content_hash: str = Field(description="SHA-256 of the full file, in hexadecimal.")
    preview: str = Field(description="Tiny image as a data URI, to show while loading.")
    deleted_at: datetime | None = Field(
        None,
        description="When it was put into the trash (UTC); only while it is there.",
        exclude_if=lambda value: value is None,
    )
    purge_at: datetime | None = Field(
        None,
        description="From when on a clean-up removes it for good (UTC); only in the trash.",
        exclude_if=lambda value: value is None,
    )


class ImageWithData(Image):
    """An image together with its bytes."""

    base64_data: str | None = Field(
        None,
        description="The full WebP file in base64; only with `include_data=true`.",
        exclude_if=lambda value: value is None,
    )


class ImagePage(BaseModel):
    """One page of a search: featured images first, then the newest.

    In the trash what was deleted last comes first.
    """

    items: list[Image] = Field(description="The images of this page.")
    total: int = Field(description="Images that fit, over all pages.")
    page: int = Field(description="Number of this page, from 1.")
    page_size: int = Field(description="Most images on a page.")
    total_pages: int = Field(description="Number of pages; 0 where nothing fits.")


class FeaturedImage(BaseModel):
    """What the toggle left."""

    id: int = Field(description="Identity of the image.")
    is_featured: bool = Field(description="Whether it is featured now.")
    subject_name: str = Field(description="Name of the subject.")


class DeletedImage(BaseModel):
    """An image that is now in the trash."""

    id: int = Field(description="Identity of the image.")
    status: Literal["deleted"] = Field("deleted", description="Always `deleted`.")
    message: str = Field(description="What happened, and how to undo it.")


class RestoreImages(BaseModel):
    """Images to be taken out of the trash."""

    model_config = ConfigDict(json_schema_extra={"example": {"ids": [17, 18, 424242]}})

    ids: list[int] = Field(
        min_length=1, max_length=100, description="Identities of the images; each counts once."
    )


class RestoredImage(BaseModel):
    """What came of one of them."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description="Identity of the image.")
    status: Literal["restored", "not_found", "forbidden"] = Field(
        description="`restored`: it is in the library, whether or not it was in the trash; "
        "`not_found`: unknown, or gone for good; `forbidden`: another player's, without the "
        "admin token."
    )
    message: str = Field(description="The same for a person.")
    image: Image | None = Field(None, description="The image, where it is in the library now.")


class RestoredImages(BaseModel):
    """What came of all of them, in the order they were asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "restored": 1,
                "items": [
                    {
                        "id": 17,
                        "status": "restored",
                        "message": "Healing Potion is in the library.",
                        "image": IMAGE_EXAMPLE,
                    },
                    {
                        "id": 424242,
                        "status": "not_found",
                        "message": "There is no image 424242.",
                        "image": None,
                    },
                ],
            }
        }
    )

    restored: int = Field(description="How many are in the library now.")
    items: list[RestoredImage] = Field(description="Each image that was asked for, once.")
