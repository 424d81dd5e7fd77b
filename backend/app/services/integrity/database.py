"""What the database can say about itself: integrity, links that lead nowhere, stars."""

from sqlalchemy import delete, func, literal_column, select, text, update
from sqlalchemy.orm import Session

from app.database.engine import Database
from app.domain import FindingKind, SceneSetting
from app.models import Base, ImageAsset, SceneCache
from app.services.integrity.findings import Finding, Report
from app.services.scenes.key import scene_key

_MOST_MESSAGES = 100
_LINKS = text("SELECT * FROM pragma_foreign_key_list(:table)")


def check_database(database: Database, report: Report, *, repair: bool) -> None:
    """Report what SQLite finds in the file, links that lead nowhere, and misfiled scenes."""
    with database.reading() as session:
        for (message,) in session.execute(text(f"PRAGMA integrity_check({_MOST_MESSAGES})")):
            if message != "ok":
                report.add(Finding(FindingKind.DATABASE, f"{message}; restore a backup."))
    _check_links(database, report, repair=repair)
    _check_keys(database, report, repair=repair)


def _check_links(database: Database, report: Report, *, repair: bool) -> None:
    with database.reading() as session:
        dangling = [
            (table, rowid, link)
            for table, rowid, _, number in session.execute(text("PRAGMA foreign_key_check")).all()
            for link in session.execute(_LINKS, {"table": table}).mappings()
            if table in Base.metadata.tables and link["id"] == number
        ]
    for name, rowid, link in dangling:
        if repair:  # what the deletion should have done
            table, is_it = Base.metadata.tables[name], literal_column("rowid") == rowid
            with database.unit_of_work() as session:
                if link["on_delete"] == "SET NULL":
                    session.execute(update(table).where(is_it).values({link["from"]: None}))
                else:
                    session.execute(delete(table).where(is_it))
        words = f"{name}.{link['from']} of row {rowid} points to nothing."
        report.add(Finding(FindingKind.BROKEN_LINK, words, repaired=repair))


def _check_keys(database: Database, report: Report, *, repair: bool) -> None:
    """Find scene entries that nobody can find, because their key is another scene's."""
    columns = (SceneCache.id, SceneCache.cache_key)
    words_of = (SceneCache.location, SceneCache.time_of_day, SceneCache.weather)
    with database.reading() as session:
        rows = session.execute(select(*columns, *words_of).execution_options(yield_per=1000))
        misfiled = [
            entry_id
            for entry_id, key, *words in rows
            if not all(isinstance(word, str) for word in words)
            or key != scene_key(SceneSetting(*words))
        ]
    for entry_id in misfiled:
        if repair:
            with database.unit_of_work() as session:
                session.execute(delete(SceneCache).where(SceneCache.id == entry_id))
        words = f"The scene entry {entry_id} is filed under another scene's key."
        report.add(Finding(FindingKind.BROKEN_LINK, words, repaired=repair))


def check_stars(database: Database, report: Report, *, repair: bool) -> None:
    """Find subjects of which several images are featured; a repair leaves the newest one."""
    stars = func.count()
    subject = (ImageAsset.subject_type, ImageAsset.subject_name)
    is_star = (ImageAsset.is_featured, ImageAsset.is_visible())
    with database.reading() as session:
        several = session.execute(
            select(*subject, stars).where(*is_star).group_by(*subject).having(stars > 1)
        ).all()
    for kind, name, count in several:
        if repair:
            with database.unit_of_work() as session:
                _keep_newest_star(session, kind, name)
        words = f"{count} images of the {kind} {name} are featured."
        report.add(Finding(FindingKind.SEVERAL_FEATURED, words, repaired=repair))


def _keep_newest_star(session: Session, kind: str, name: str) -> None:
    of_subject = (
        ImageAsset.subject_type == kind,
        ImageAsset.subject_name == name,
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
