"""Items and characters: what the words say is what is painted."""

import itertools

import pytest
from PIL import Image, ImageChops, ImageStat

from app.domain import AspectRatio, ImageRequest, SubjectType
from pixel_artist import paint
from pixel_artist.items.material import COLOURS, read_look
from pixel_artist.items.still_life import KINDS, read_item
from pixel_artist.portraits.sitter import MONSTERS, read_monster, read_person
from pixel_artist.seed import seeded

ROLES = (
    "wizard", "rogue", "stranger", "bandit", "ranger", "fighter", "guard", "miner", "innkeeper",
    "smith", "merchant", "queen", "king", "priest", "bard", "child", "villager", "old woman",
    "elf", "dwarf", "orc", "goblin", "zombie", "sad man",
)  # fmt: skip


def ask(kind: SubjectType, name: str, prompt: str = "", variation: int = 0) -> Image.Image:
    request = ImageRequest(kind, name, prompt or f"A {name}", AspectRatio.SQUARE, None, variation)
    return paint(request).convert("RGB")


def distance(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


class TestItemKind:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("Dagger", "dagger"),
            ("Lockpicks", "lockpicks"),
            ("Rope (50ft)", "rope"),
            ("Torch", "torch"),
            ("Miner's Note", "note"),
            ("Sealing Stone", "stone"),
            ("Healing Potion", "potion"),
            ("Sword of the Mountain King", "sword"),
            ("Gold Coins", "coin"),
            ("Key to the Iron Gate", "key"),
            ("Thing nobody knows", "chest"),
        ],
    )
    def test_read_from_the_name(self, name: str, kind: str) -> None:
        assert read_item(name.lower(), "") == kind

    def test_read_from_the_prompt_where_the_name_is_silent(self) -> None:
        assert read_item("frostbite", "a glowing sword of ice") == "sword"

    def test_all_kinds_look_different(self) -> None:
        images = {kind: ask(SubjectType.ITEM, kind).reduce(4) for kind in KINDS}
        for one, other in itertools.combinations(images, 2):
            assert distance(images[one], images[other]) > 4, (one, other)


class TestMaterial:
    def test_name_comes_before_prompt(self) -> None:
        look = read_look("golden dagger", "with a steel edge, ruby pommel")
        assert look.colours[0] == COLOURS["gold"]
        assert COLOURS["red"] in look.colours

    @pytest.mark.parametrize(
        ("one", "other"), [("ruby ring", "emerald ring"), ("iron sword", "glowing iron sword")]
    )
    def test_adjectives_show(self, one: str, other: str) -> None:
        assert distance(ask(SubjectType.ITEM, one), ask(SubjectType.ITEM, other)) > 4

    def test_a_ruby_is_red_and_an_emerald_green(self) -> None:
        for name, channel in (("ruby gem", 0), ("emerald gem", 1), ("sapphire gem", 2)):
            middle = ask(SubjectType.ITEM, name).crop((96, 96, 160, 150))
            means = ImageStat.Stat(middle).mean
            assert means.index(max(means)) == channel, name

    def test_states(self) -> None:
        assert read_look("rusty torn thing", "").states >= {"rust", "torn", "worn"}
        assert read_look("glowing blade", "").glows


class TestCharacter:
    def test_all_creatures_look_different(self) -> None:
        images = {kind: ask(SubjectType.CHARACTER, kind).reduce(4) for kind in MONSTERS}
        for one, other in itertools.combinations(images, 2):
            assert distance(images[one], images[other]) > 8, (one, other)

    @pytest.mark.parametrize(
        ("name", "creature"),
        [
            ("dire wolf", "wolf"),
            ("giant bats", "bat"),
            ("stone revenant", "golem"),
            ("shadow spawn", "shadow"),
            ("skeleton", "skeleton"),
            ("giant spider", "spider"),
            ("child with a lost cat", None),
            ("gate guard", None),
            ("corrupted miner", None),
        ],
    )
    def test_creature_or_person(self, name: str, creature: str | None) -> None:
        assert read_monster(name, "") == creature

    def test_race_and_role(self) -> None:
        who = read_person("foreman garrett", "an old dwarf miner, smiling", seeded("x"))
        assert (who.race, who.role, who.mood, who.old, who.woman) == (
            "dwarf",
            "miner",
            "happy",
            True,
            False,
        )

    def test_an_orc_is_green(self) -> None:
        red, green, _ = ImageStat.Stat(
            ask(SubjectType.CHARACTER, "orc").crop((100, 70, 156, 150))
        ).mean
        assert green > red

    def test_variations_differ(self) -> None:
        images = [ask(SubjectType.CHARACTER, "innkeeper", variation=n) for n in range(3)]
        for one, other in itertools.combinations(images, 2):
            assert distance(one, other) > 4

    @pytest.mark.thorough
    def test_every_role_is_not_a_villager(self) -> None:
        """A role without its own clothes or face would be the villager of the same seed."""
        villager = ask(SubjectType.CHARACTER, "human")
        for name in ROLES:
            assert distance(ask(SubjectType.CHARACTER, name), villager) > 4, name
