"""Which images go into a pack, in an order that does not depend on the database."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.database.engine import Database, folded
from app.domain import SubjectType
from app.errors import NotFoundError
from app.models import ImageAsset, ImageOrigin, SceneCache

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """What to take; nothing named is everything. Case does not matter in names.

    Attributes:
        places: Scenes of these places, at all hours.
        items: Galleries of these items.
        characters: Galleries of these characters.
        featured: Of these, only featured images and those that a scene shows.
    """

    places: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    featured: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as SQL conditions."""
        named = {
            SubjectType.SCENE: self.places,
            SubjectType.ITEM: self.items,
            SubjectType.CHARACTER: self.characters,
        }
        wanted = [ImageAsset.is_visible()]
        subjects = [_subjects(kind, names) for kind, names in named.items() if names]
        if subjects:
            wanted.append(or_(*subjects))
        if self.featured:
            shown = select(SceneCache.image_id).where(SceneCache.image_id == ImageAsset.id)
            wanted.append(or_(ImageAsset.is_featured, shown.exists()))
        return wanted


@dataclass(frozen=True, slots=True)
class SelectedImage:
    """The rows of one image."""

    image: ImageAsset
    origin: ImageOrigin
    scenes: list[SceneCache] = field(default_factory=list)


def require_images(database: Database, selection: Selection) -> None:
    """Make sure that there is something to take.

    Raises:
        NotFoundError: When no image is selected.
    """
    with database.reading() as session:
        found = session.scalar(select(ImageAsset.id).where(*selection.conditions()).limit(1))
    if found is None and selection != Selection():
        raise NotFoundError("There is no such image in the library.")


def selected_images(database: Database, selection: Selection) -> Iterator[SelectedImage]:
    """Read the rows in the order of their files' names, a page at a time.

    No transaction is open while the caller works with a page.
    """
    after = ""
    while True:
        with database.reading() as session:
            page = _page(session, selection, after)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].image.storage_path_full


def is_unchanged(database: Database, image: ImageAsset) -> bool:
    """Whether a row still says the same of its file, and nobody removed the image meanwhile."""
    same = (
        ImageAsset.id == image.id,
        ImageAsset.storage_path_full == image.storage_path_full,
        ImageAsset.content_hash == image.content_hash,
        ImageAsset.is_visible(),
    )
    with database.reading() as session:
        return session.scalar(select(ImageAsset.id).where(*same)) is not None


def _page(session: Session, selection: Selection, after: str) -> list[SelectedImage]:
    images = session.scalars(
        select(ImageAsset)
        .where(*selection.conditions(), ImageAsset.storage_path_full > after)
        .order_by(ImageAsset.storage_path_full)
        .limit(_PAGE)
    ).all()
    ids = [image.id for image in images]
    origins = session.scalars(select(ImageOrigin).where(ImageOrigin.image_id.in_(ids)))
    known = {origin.image_id: origin for origin in origins}
    # Images of earlier versions have no row of origin.
    found = {one.id: SelectedImage(one, known.get(one.id) or ImageOrigin()) for one in images}
    scenes = select(SceneCache).where(SceneCache.image_id.in_(ids)).order_by(SceneCache.cache_key)
    for scene in session.scalars(scenes):
        found[scene.image_id].scenes.append(scene)
    return list(found.values())


def _subjects(kind: SubjectType, names: tuple[str, ...]) -> ColumnElement[bool]:
    wanted = [folded(name.strip()) for name in names]
    return and_(ImageAsset.subject_type == kind, func.folded(ImageAsset.subject_name).in_(wanted))
