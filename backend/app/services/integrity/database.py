"""What the database can say about itself: integrity, links that lead nowhere, stars."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, literal_column, select, text, update
from sqlalchemy.orm import Session

from app.domain import SceneSetting
from app.models import Base, ImageAsset, SceneCache
from app.services.scenes.key import scene_key

_MOST_MESSAGES = 100
_LINKS = text("SELECT * FROM pragma_foreign_key_list(:table)")


@dataclass(frozen=True, slots=True)
class Dangling:
    """A row that points to nothing."""

    table: str
    rowid: int
    column: str
    on_delete: str

    def repair(self, session: Session) -> None:
        """Do what the deletion should have done: clear the link, or remove the row."""
        table = Base.metadata.tables[self.table]
        is_it = literal_column("rowid") == self.rowid
        if self.on_delete == "SET NULL":
            session.execute(update(table).where(is_it).values({self.column: None}))
        else:
            session.execute(delete(table).where(is_it))


def integrity_messages(session: Session) -> list[str]:
    """What SQLite says about the file and its indexes; nothing if all is well."""
    rows = session.execute(text(f"PRAGMA integrity_check({_MOST_MESSAGES})"))
    return [message for (message,) in rows if message != "ok"]


def dangling(session: Session) -> Iterator[Dangling]:
    """Rows whose foreign key leads nowhere."""
    for table, rowid, _, number in session.execute(text("PRAGMA foreign_key_check")).all():
        if table not in Base.metadata.tables:
            continue
        for link in session.execute(_LINKS, {"table": table}).mappings():
            if link["id"] == number:
                yield Dangling(table, rowid, link["from"], link["on_delete"])


def misfiled_scenes(session: Session) -> list[int]:
    """Ids of scene entries that can never be found, because their key is another scene's."""
    rows = session.execute(
        select(
            SceneCache.id,
            SceneCache.cache_key,
            SceneCache.location,
            SceneCache.time_of_day,
            SceneCache.weather,
        ).execution_options(yield_per=1000)
    )
    return [
        entry_id
        for entry_id, key, *words in rows
        if not all(isinstance(word, str) for word in words)
        or key != scene_key(SceneSetting(*words))
    ]


def subjects_with_several_stars(session: Session) -> Sequence[tuple[str, str, int]]:
    """Subjects of which more than one image is featured, and how many are."""
    stars = func.count()
    rows = session.execute(
        select(ImageAsset.subject_type, ImageAsset.subject_name, stars)
        .where(ImageAsset.is_featured, ImageAsset.is_visible())
        .group_by(ImageAsset.subject_type, ImageAsset.subject_name)
        .having(stars > 1)
    )
    return [(kind, name, count) for kind, name, count in rows]


def keep_newest_star(session: Session, subject_type: str, subject_name: str) -> None:
    """Of several featured images of a subject leave the newest one featured."""
    of_subject = (
        ImageAsset.subject_type == subject_type,
        ImageAsset.subject_name == subject_name,
        ImageAsset.is_featured,
        ImageAsset.is_visible(),
    )
    newest = session.scalar(
        select(ImageAsset.id)
        .where(*of_subject)
        .order_by(ImageAsset.created_at.desc(), ImageAsset.id.desc())
        .limit(1)
    )
    session.execute(
        update(ImageAsset).where(*of_subject, ImageAsset.id != newest).values(is_featured=False)
    )
