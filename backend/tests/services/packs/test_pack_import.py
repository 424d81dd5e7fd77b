"""A pack comes back as it went, and a damaged one changes nothing."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.database.engine import Database
from app.errors import ConflictError, LibraryFullError
from app.services.packs.export import PackExport
from app.services.packs.imports import PackImport, PackReport
from app.services.packs.manifest import PackError
from app.services.packs.selection import Selection
from app.services.players.growth import Growth
from app.services.storage import StorageService
from tests.conftest import ServerFactory
from tests.support.library import ask_scene, execute, make_image

ROOMY = Growth(0, 2**40)


@dataclass
class Library:
    database: Database
    storage: StorageService

    def pack(self, selection: Selection = Selection()) -> bytes:  # noqa: B008 - it is frozen
        return b"".join(PackExport(self.database, self.storage, selection, "plain").zip())

    def bring(self, path: Path, growth: Growth = ROOMY, *, dry_run: bool = False) -> PackReport:
        return PackImport(self.database, self.storage, growth).run(path, dry_run=dry_run)

    @property
    def rows(self) -> int:
        with self.database.reading() as session:
            return int(session.connection().exec_driver_sql(COUNT).scalar_one())

    @property
    def files(self) -> list[Path]:
        folder = self.storage.folder
        return [path for path in folder.glob("*/*") if path.suffix == ".webp"]


COUNT = "SELECT count(*) FROM image_assets"


@contextmanager
def opened(url: str, images: Path) -> Iterator[Library]:
    database = Database(url)
    with ThreadPoolExecutor(1) as pool:
        storage = StorageService(images, pool, quality=80, thumbnail_side=200, max_bytes=2**24)
        yield Library(database, storage)
        storage.close()
    database.close()


@pytest.fixture
def empty(tmp_path: Path, empty_database: Path) -> Iterator[Library]:
    shutil.copy(empty_database, tmp_path / "empty.db")
    with opened(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "empty") as library:
        yield library


@pytest.fixture(scope="module")
def exported(share_server: ServerFactory) -> bytes:
    """A pack of scenes and galleries, with papers as models and signed originals leave them."""
    server = share_server()
    ask_scene(server.client, "Old Mill", time_of_day="dusk")
    for style in ("in copper", "in ink"):
        lamp = make_image(server.client, custom_prompt=style)
    server.client.put(f"/api/v1/images/{lamp['id']}/feature")
    make_image(server.client, subject_name="Größe „ä“")
    papers = "UPDATE image_origins SET provider = 'gemini', request_path = ?, request_body = ?"
    execute(server.settings, f"{papers}, manifest = ? WHERE image_id = 2", "/v1", "{}", b"jumb")
    # As of an earlier version.
    execute(server.settings, "DELETE FROM image_origins WHERE image_id = 3")
    with opened(server.settings.database_url, server.settings.image_storage_dir) as library:
        return library.pack()


@pytest.fixture
def pack(exported: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "pack.zip"
    path.write_bytes(exported)
    return path


def unpacked(pack: Path) -> Path:
    folder = pack.with_suffix("")
    with zipfile.ZipFile(pack) as opened_pack:
        opened_pack.extractall(folder)
    return folder


def test_there_and_back_is_the_same_bytes(pack: Path, empty: Library) -> None:
    assert PackImport.accepts(pack)
    assert empty.bring(pack, dry_run=True) == PackReport(stored=4)
    assert (empty.rows, empty.files) == (0, [])
    assert empty.bring(pack) == PackReport(stored=4)
    assert empty.pack() == pack.read_bytes()
    assert empty.bring(unpacked(pack)) == PackReport(already_there=4)
    assert empty.pack() == pack.read_bytes()
    assert empty.rows == 4


def test_packed_again_by_hand(pack: Path, empty: Library, tmp_path: Path) -> None:
    folder = unpacked(pack)
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(folder.rglob("*")):
            zipped.write(path, Path("my pack") / path.relative_to(folder))
    assert empty.bring(again).stored == 4
    assert empty.pack() == pack.read_bytes()


def test_what_was_deleted_or_lost_comes_back(pack: Path, empty: Library) -> None:
    empty.bring(pack)
    before = empty.pack()
    with empty.database.unit_of_work() as session:
        session.connection().exec_driver_sql(
            "UPDATE image_assets SET deleted_at = created_at WHERE id = 1"
        )
    lost = sorted(empty.files)[2]
    lost.unlink()
    assert empty.bring(pack) == PackReport(restored=2, already_there=2)
    assert empty.pack() == before


def damage(folder: Path, how: str) -> str:
    """Damage a pack; gives what the refusal must name."""
    manifest = folder / "manifest.json"
    text = manifest.read_text("utf-8")
    entry = json.loads(text)["images"][-1]
    full, thumbnail = folder / entry["file"], folder / entry["thumbnail"]
    if how == "cut off":
        full.write_bytes(full.read_bytes()[:-1])
        return str(entry["file"])
    if how == "thumbnail is missing":
        thumbnail.unlink()
        return str(entry["thumbnail"])
    if how == "no image":
        full.write_bytes(b"GIF89a")
        new = hashlib.sha256(b"GIF89a").hexdigest()
        text = text.replace(
            f'{entry["size_bytes"]},"sha256":"{entry["sha256"]}', f'6,"sha256":"{new}'
        )
        manifest.write_text(text, "utf-8")
        return str(entry["file"])
    if how == "other size":
        manifest.write_text(text.replace(f'"width":{entry["width"]}', '"width":7'), "utf-8")
        return "images/full/"
    changes = {
        "no manifest": None,
        "indented": json.dumps(json.loads(text), indent=1),
        "newer": text.replace('"version": 1', '"version": 2'),
        "cut manifest": text[: len(text) // 2],
        "leads out": text.replace('"file":"images/full/', '"file":"images/full/../../'),
        "twice": text.replace('"images": [\n', '"images": [\n' + text.split("\n")[1] + "\n"),
    }
    manifest.unlink()
    if (changed := changes[how]) is not None:
        manifest.write_text(changed, "utf-8")
    return "manifest.json"


@pytest.mark.parametrize(
    "how",
    [
        *("cut off", "thumbnail is missing", "no image", "other size", "no manifest", "indented"),
        *("newer", "cut manifest", "leads out", "twice"),
    ],
)
def test_damaged_pack_changes_nothing(how: str, pack: Path, empty: Library) -> None:
    folder = unpacked(pack)
    named = damage(folder, how)
    with pytest.raises(PackError) as refused:
        empty.bring(folder)
    assert named in refused.value.message
    assert (empty.rows, empty.files) == (0, [])


def test_damaged_zip(pack: Path, empty: Library, tmp_path: Path) -> None:
    data = bytearray(pack.read_bytes())
    data[200] ^= 1  # in the first image
    (tmp_path / "flipped.zip").write_bytes(data)
    (tmp_path / "half.zip").write_bytes(data[: len(data) // 2])
    damaged = {
        "flipped.zip": "images/full/",
        "half.zip": "half.zip",
        "no.zip": "There is no no.zip",
    }
    for name, named in damaged.items():
        with pytest.raises(PackError, match=named):
            empty.bring(tmp_path / name)
    assert not PackImport.accepts(tmp_path / "half.zip")
    assert not PackImport.accepts(tmp_path)
    assert (empty.rows, empty.files) == (0, [])


def test_into_a_library_that_holds_something_else(pack: Path, empty: Library) -> None:
    with pytest.raises(LibraryFullError):
        empty.bring(pack, Growth(0, 100))
    empty.bring(pack)
    with empty.database.unit_of_work() as session:
        session.connection().exec_driver_sql(
            f"UPDATE image_assets SET content_hash = '{'0' * 64}' WHERE id = 1"
        )
    with pytest.raises(ConflictError, match="another image named images/full/"):
        empty.bring(pack)


def test_image_that_is_deleted_during_an_export(pack: Path, empty: Library) -> None:
    empty.bring(pack)
    export = PackExport(empty.database, empty.storage, Selection(), "plain")
    files = export.files()
    taken = next(files).name
    with empty.database.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE image_assets SET deleted_at = created_at")
    for path in empty.files:
        path.unlink()
    assert {file.name for file in files} >= {"manifest.json"}
    assert (export.taken, {one.reason for one in export.left_out}) == (1, {"changed"})
    assert taken not in {one.file for one in export.left_out}


def test_rows_that_cannot_be_stored_leave_no_files(pack: Path, empty: Library) -> None:
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON image_assets WHEN NEW.subject_name = 'Old Mill' "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    with empty.database.unit_of_work() as session:
        session.connection().exec_driver_sql(refuse)
    with pytest.raises(IntegrityError):
        empty.bring(pack)
    assert (empty.rows, empty.files) == (0, [])
    with empty.database.unit_of_work() as session:
        session.connection().exec_driver_sql("DROP TRIGGER refuse")
    empty.bring(pack)
    assert empty.pack() == pack.read_bytes()


def test_two_imports_at_once(pack: Path, empty: Library) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(empty.bring, [pack, pack]))
    assert empty.pack() == pack.read_bytes()
