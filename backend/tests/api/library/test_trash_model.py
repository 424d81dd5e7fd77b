"""Rows, files, cache links and stars agree after every step, whatever is done in whatever order.

Hypothesis deletes, restores, stars, purges and imports again, beside a model of what should be.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support.legacy_dumps import assert_no_strays, empty, image, library, move, scene
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    MAINTENANCE,
    SCENES,
    ask_scene,
    deleted_days_ago,
    execute,
    row_count,
)
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

# Few of each: what goes wrong does so between pictures of one subject and entries of one scene.
ITEM, PLACE = "Rope", "Mill"
SEEDS = st.integers(0, 2)


@dataclass
class Picture:
    """One picture that was not purged; ``is_old`` is long enough in the trash to go."""

    id: int
    subject: str
    in_trash: bool = False
    is_old: bool = False
    has_star: bool = False


@dataclass
class Model:
    """What should be stored."""

    pictures: dict[tuple[str, int], Picture] = field(default_factory=dict)
    links: dict[str, Picture] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    purged: set[int] = field(default_factory=set)

    def seen(self) -> list[Picture]:
        """What the library shows."""
        return [picture for picture in self.pictures.values() if not picture.in_trash]

    def trash(self) -> list[Picture]:
        """What can be restored."""
        return [picture for picture in self.pictures.values() if picture.in_trash]

    def starred(self, subject: str) -> Picture | None:
        """The picture of a subject that has its star."""
        found = [one for one in self.seen() if one.subject == subject and one.has_star]
        assert len(found) <= 1
        return found[0] if found else None

    def restore(self, picture: Picture) -> None:
        """Take a picture out of the trash, with its star where nobody has it."""
        if picture.in_trash:
            picture.has_star = picture.has_star and self.starred(picture.subject) is None
            picture.in_trash = picture.is_old = False

    def hits(self) -> dict[str, int]:
        """Scenes that are served from the cache, and with what."""
        return {
            place: picture.id
            for place, picture in self.links.items()
            if not picture.in_trash and place not in self.expired
        }

    def purge(self, due: Iterable[Picture]) -> None:
        """Forget pictures with everything that leads to them."""
        gone = {picture.id for picture in due}
        self.purged |= gone
        self.pictures = {key: one for key, one in self.pictures.items() if one.id not in gone}
        self.links = {place: one for place, one in self.links.items() if one.id not in gone}
        self.expired &= set(self.links)


class Trash(RuleBasedStateMachine):
    """The server that ships, and the model beside it."""

    def __init__(self, server: RunningServer) -> None:
        super().__init__()
        empty(server)
        self.server = server
        self.client: httpx.Client = server.client
        self.model = Model()

    @initialize()
    def begin_with_something(self) -> None:
        for seed in (0, 1):
            self.import_item(seed, starred=False)
            self.import_scene(seed)

    @rule(seed=SEEDS, is_scene=st.booleans(), starred=st.booleans())
    def import_again(self, seed: int, is_scene: bool, starred: bool) -> None:
        if is_scene:
            self.import_scene(seed)
        else:
            self.import_item(seed, starred=starred)

    def import_item(self, seed: int, *, starred: bool) -> None:
        one = image(seed)
        report = move(self.server, library(one["id"] if starred else None, **{ITEM: [one]}))
        picture = self.imported(ITEM, seed, report)
        if starred and self.model.starred(ITEM) is None:
            picture.has_star = True

    def import_scene(self, seed: int) -> None:
        report = move(self.server, scene(seed, location=PLACE, timeOfDay="day", weather="clear"))
        picture = self.imported(PLACE, seed, report)
        if PLACE not in self.model.hits():
            self.model.links[PLACE] = picture
            self.model.expired.discard(PLACE)

    def imported(self, name: str, seed: int, report: Any) -> Picture:
        (result,) = report["results"]
        known = self.model.pictures.get((name, seed))
        if known is None:
            assert result["outcome"] == "stored"
            assert result["image_id"] not in self.model.purged
            known = self.model.pictures[name, seed] = Picture(result["image_id"], name)
            return known
        assert result["image_id"] == known.id
        assert result["outcome"] == ("restored" if known.in_trash else "already_there")
        self.model.restore(known)
        return known

    @precondition(lambda self: self.model.seen())
    @rule(data=st.data(), long_ago=st.booleans())
    def delete(self, data: st.DataObject, long_ago: bool) -> None:
        seen = {picture.id: picture for picture in self.model.seen()}
        for image_id in data.draw(st.sets(st.sampled_from(list(seen)), min_size=1, max_size=3)):
            assert self.client.delete(f"{IMAGES}/{image_id}").status_code == 200
            seen[image_id].in_trash = True
            if long_ago:
                deleted_days_ago(self.server.settings, image_id, 31)
                seen[image_id].is_old = True

    @precondition(lambda self: self.model.pictures)
    @rule(data=st.data())
    def restore_one(self, data: st.DataObject) -> None:
        picture = data.draw(st.sampled_from(list(self.model.pictures.values())))
        answer = self.client.post(f"{IMAGES}/{picture.id}/restore")
        self.model.restore(picture)
        assert answer.status_code == 200
        assert answer.json()["is_featured"] == picture.has_star

    @precondition(lambda self: self.model.pictures or self.model.purged)
    @rule(data=st.data())
    def restore_many(self, data: st.DataObject) -> None:
        known = {picture.id: picture for picture in self.model.pictures.values()}
        ids = data.draw(
            st.lists(st.sampled_from([*known, *sorted(self.model.purged)]), min_size=1, max_size=6)
        )
        answer = self.client.post(f"{IMAGES}/restore", json={"ids": ids}).json()
        for image_id in ids:
            if image_id in known:
                self.model.restore(known[image_id])
        statuses = {item["id"]: item["status"] for item in answer["items"]}
        assert statuses == {one: "restored" if one in known else "not_found" for one in ids}

    @precondition(lambda self: self.model.seen())
    @rule(data=st.data())
    def star(self, data: st.DataObject) -> None:
        picture = data.draw(st.sampled_from(self.model.seen()))
        before = self.model.starred(picture.subject)
        if before is not None:
            before.has_star = False
        picture.has_star = before is not picture
        answer = self.client.put(f"{IMAGES}/{picture.id}/feature").json()
        assert answer["is_featured"] == picture.has_star

    @precondition(lambda self: self.model.trash())
    @rule(force=st.booleans())
    def purge(self, force: bool) -> None:
        due = [picture for picture in self.model.trash() if picture.is_old]
        path = f"{MAINTENANCE}/cleanup/orphaned-images"
        plan = self.client.post(path, params={"dry_run": True}).json()
        assert (plan["deleted"], plan["library"]) == (len(due), len(self.model.pictures))
        answer = self.client.post(path, params={"force": force})
        if 2 * len(due) > len(self.model.pictures) and not force:
            assert answer.status_code == 409
            return
        assert answer.json()["deleted"] == len(due)
        self.model.purge(due)

    @precondition(lambda self: self.model.links)
    @rule(data=st.data())
    def scene_expires(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(sorted(self.model.links)))
        execute(
            self.server.settings,
            "UPDATE scene_cache SET expires_at = ? WHERE location = ?",
            LONG_AGO,
            place,
        )
        self.model.expired.add(place)

    @precondition(lambda self: self.model.links)
    @rule()
    def forget_expired_scenes(self) -> None:
        # Forced: without young rows the server doubts the clock.
        answer = self.client.post(
            f"{MAINTENANCE}/cleanup/expired-cache", params={"force": "true"}
        ).json()
        assert answer["deleted"] == len(self.model.expired)
        for place in self.model.expired:
            del self.model.links[place]
        self.model.expired.clear()

    @precondition(lambda self: self.model.hits())
    @rule(data=st.data())
    def walk_in(self, data: st.DataObject) -> None:
        place, image_id = data.draw(st.sampled_from(sorted(self.model.hits().items())))
        served = ask_scene(self.client, place)
        assert (served["served"], served["id"]) == ("cached", image_id)

    @invariant()
    def rows_are_those_of_the_model(self) -> None:
        found = execute(
            self.server.settings,
            "SELECT id, deleted_at IS NOT NULL, is_featured FROM image_assets ORDER BY id",
        )
        pictures = self.model.pictures.values()
        assert found == sorted((one.id, int(one.in_trash), int(one.has_star)) for one in pictures)

    @invariant()
    def files_are_those_of_the_rows(self) -> None:
        assert_no_strays(self.server)
        assert row_count(self.server.settings, "purged_files") == 0

    @invariant()
    def scenes_show_what_they_should(self) -> None:
        links = execute(self.server.settings, "SELECT location, image_id FROM scene_cache")
        assert dict(links) == {place: one.id for place, one in self.model.links.items()}
        stats = self.client.get(f"{SCENES}/cache/stats").json()
        assert stats["active_cache_entries"] == len(self.model.hits())

    def teardown(self) -> None:
        """What the API shows is what is stored."""
        for deleted, pictures in ((False, self.model.seen()), (True, self.model.trash())):
            params = {"deleted": deleted, "page_size": 100}
            found = self.client.get(f"{IMAGES}/search", params=params).json()
            assert {item["id"] for item in found["items"]} == {one.id for one in pictures}


def test_the_four_stores_agree(make_server: ServerFactory, long_run: bool) -> None:
    # With a model at hand entries expire; without one what came from a model would stay.
    server = make_server(migrate_requests_per_minute=10**9, gemini_api_key=GEMINI_KEY)

    class TrashOfThisServer(Trash):
        def __init__(self) -> None:
            super().__init__(server)

    run_state_machine_as_test(
        TrashOfThisServer,
        settings=settings(
            deadline=None,
            max_examples=300 if long_run else 15,
            stateful_step_count=60 if long_run else 30,
            suppress_health_check=list(HealthCheck),
        ),
    )
