"""Portraits: reads who somebody is, and paints the bust before a landscape or a cave."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from PIL import Image, ImageChops

from pixel_artist import gradient, noise
from pixel_artist.colour import INK, Colour, mix, ramp
from pixel_artist.dither import ramped, stepped
from pixel_artist.items.easel import Easel
from pixel_artist.items.material import read_look
from pixel_artist.mood import Hour, Weather, mood_of, read_hour
from pixel_artist.mountains import emberpeak
from pixel_artist.portraits import dress, features, monsters
from pixel_artist.portraits.features import Person
from pixel_artist.relief import edge, rim
from pixel_artist.request import PaintRequest
from pixel_artist.seed import seeded
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Stage
from pixel_artist.words import Lexicon, chunks, plain, tokens

MONSTERS: Mapping[str, Callable[[Easel], None]] = {
    "skeleton": monsters.skeleton,
    "wolf": monsters.wolf,
    "spider": monsters.spider,
    "bat": monsters.bat,
    "shadow": monsters.shadow,
    "golem": monsters.golem,
    "dragon": monsters.dragon,
    "rat": monsters.rat,
}

_MONSTERS = Lexicon(
    {
        "skeleton": "skeleton,skeletal warrior,bone warrior,lich,skull",
        "wolf": "wolf,dire wolf,werewolf,hound,dog,warg,bear,fox,lion,cat",
        "spider": "spider,giant spider,arachnid,scorpion,insect",
        "bat": "bat,giant bat,vampire bat,imp,gargoyle,harpy",
        "shadow": (
            "shadow,shadow spawn,ghost,spirit,wraith,spectre,specter,phantom,demon,void,"
            "banshee,darkness"
        ),
        "golem": (
            "golem,revenant,stone revenant,elemental,stone giant,statue,construct,troll,ogre,giant"
        ),
        "dragon": "dragon,drake,wyrm,wyvern,serpent,snake,lizard,kobold,basilisk",
        "rat": "rat,giant rat,mouse,vermin,boar,beast,monster",
    }
)
_RACES = Lexicon(
    {
        "elf": "elf,elven,half elf,fairy,drow,dryad,nymph",
        "dwarf": "dwarf,dwarven,gnome,halfling",
        "orc": "orc,half orc,orcish,hobgoblin",
        "goblin": "goblin,gremlin",
        "undead": "undead,zombie,ghoul,corrupted,vampire,mummy,corrupted miner",
    }
)
_ROLES = Lexicon(
    {
        "wizard": (
            "wizard,mage,sorcerer,sorceress,warlock,witch,magician,enchanter,archmage,"
            "druid,shaman,necromancer"
        ),
        "rogue": "rogue,thief,assassin,burglar,scout,spy,sneak",
        "stranger": "stranger,hooded,mysterious,cultist,monk,pilgrim,wanderer,traveller,traveler",
        "bandit": "bandit,outlaw,raider,thug,pirate,brigand,robber",
        "ranger": "ranger,hunter,archer,tracker,woodsman",
        "fighter": (
            "fighter,knight,paladin,hero,soldier,champion,mercenary,barbarian,warrior,"
            "adventurer,swordsman"
        ),
        "guard": "guard,gate guard,captain,sentry,watchman,town guard,sheriff",
        "miner": "miner,foreman,garrett,prospector,digger,survivor",
        "innkeeper": "innkeeper,barkeep,bartender,cook,baker,barmaid,tavern keeper,waitress,host",
        "smith": "smith,blacksmith,weaponsmith,armourer,armorer",
        "merchant": "merchant,trader,vendor,shopkeeper,seller,peddler,alchemist",
        "noble": "king,queen,noble,prince,princess,lord,lady,baron,duke,emperor",
        "priest": "priest,cleric,healer,priestess,nun,bishop,acolyte,oracle",
        "bard": "bard,minstrel,musician,singer,jester",
        "child": "child,boy,girl,kid,urchin,orphan",
        "peasant": "villager,peasant,farmer,commoner,citizen,man,woman,human,elder,beggar",
    }
)
_TRAITS = Lexicon(
    {
        "woman": (
            "woman,female,girl,lady,queen,princess,she,her,witch,priestess,sorceress,"
            "barmaid,wife,mother,nun,waitress,daughter,sister,maiden"
        ),
        "man": "man,male,boy,king,prince,lord,he,his,bearded,father,son,brother,husband",
        "old": (
            "old,elder,elderly,ancient,aged,wise,grey,gray,grandmother,grandfather,wrinkled,veteran"
        ),
        "angry": "angry,fierce,grim,evil,menacing,furious,gruff,stern,cruel,rage,brutal,corrupted",
        "happy": "happy,friendly,smiling,cheerful,jolly,kind,merry,laughing,warm,welcoming,smile",
        "sad": "sad,worried,scared,afraid,weary,tired,lost,trapped,lonely,crying,frightened",
        "bearded": "bearded,beard,dwarf,dwarven",
        "hooded": "hooded,hood,cloaked",
    }
)
_USUAL: Mapping[str, tuple[str, ...]] = {
    "orc": ("fighter", "bandit", "peasant"),
    "goblin": ("bandit", "peasant", "rogue"),
    "elf": ("ranger", "peasant", "noble"),
    "dwarf": ("fighter", "miner", "peasant"),
    "undead": ("peasant",),
}
_SKINS: Mapping[str, Colour] = {
    "orc": (106, 146, 82),
    "goblin": (132, 160, 62),
    "undead": (138, 156, 132),
}


def paint_character(request: PaintRequest, size: tuple[int, int]) -> Image.Image:
    """Paint the bust of a person or a creature, mode RGB."""
    name, prompt = plain(request.subject_name), plain(request.prompt)
    rng = seeded("character", name, prompt, str(request.variation))
    easel = Easel(size, rng, read_look(name, prompt))
    beast = read_monster(name, prompt)
    if beast:
        MONSTERS[beast](easel)
        ground = _cave(rng, size)
    else:
        _bust(easel, read_person(name, prompt, rng))
        ground = _land(rng, size, read_hour(f"{name} . {prompt}"))
    return _hang(easel.art, ground, rng, monster=beast is not None)


def read_monster(name: str, prompt: str) -> str | None:
    """Which creature the words are about, or None for a person.

    The first part of the name that says anything decides: a child with a cat is a child.
    """
    for part in [*chunks(tokens(name)), *chunks(tokens(prompt))]:
        words = " ".join(part)
        if beast := _MONSTERS.find(words):
            return beast
        if _ROLES.find(words) or _RACES.find(words):
            return None
    return None


def read_person(name: str, prompt: str, rng: random.Random) -> Person:
    """Work out how somebody looks; what the words leave open is seeded."""
    text = f"{name} . {prompt}"
    traits = set(_TRAITS.find_all(text))
    race = _RACES.find(name) or _RACES.find(prompt) or "human"
    role = (
        _ROLES.find(name)
        or _ROLES.find(prompt)
        or rng.choice(_USUAL.get(race, ("peasant", "peasant", "ranger", "merchant")))
    )
    look = read_look(name, prompt)
    woman = "woman" in traits or (
        "man" not in traits and race not in ("orc", "goblin", "dwarf") and rng.random() < 0.36
    )
    hair = rng.choice(features.HAIR)
    mood = next(
        (mood for mood in ("angry", "happy", "sad") if mood in traits),
        "angry" if race in ("orc", "goblin", "undead") else rng.choice(("calm", "calm", "happy")),
    )
    cloth = (
        look.colours[0]
        if look.colours
        else rng.choice(
            (
                (140, 56, 60),
                (62, 88, 142),
                (76, 112, 72),
                (112, 72, 134),
                (150, 108, 60),
                (70, 104, 116),
                (96, 84, 98),
            )
        )
    )
    who = Person(
        race=race,
        role=role,
        woman=woman,
        mood=mood,
        old="old" in traits or (role == "wizard" and not woman),
        skin=_SKINS.get(race) or rng.choice(features.SKIN),
        hair=hair,
        eyes=rng.choice(
            ((70, 120, 190), (86, 132, 72), (116, 76, 48), (96, 102, 122), (150, 90, 180))
        ),
        cloth=cloth,
        wide=rng.uniform(45, 50),
    )
    wide = {"dwarf": 56.0, "orc": 58.0, "goblin": 47.0, "elf": 43.0}.get(race, who.wide - 3 * woman)
    return replace(who, wide=wide, hair=(214, 212, 216) if who.old else hair)


def _bust(easel: Easel, who: Person) -> None:
    if who.role == "child":
        easel.unit *= 0.92
    features.hair_behind(easel, who)
    easel.shift(-9)
    dress.shoulders(easel, who)
    easel.shift(9)
    features.head(easel, who)
    length = _beard_length(easel.rng, who)
    if length:
        features.beard(easel, who, length)
    features.hair_before(easel, who)
    dress.headgear(easel, who)


def _beard_length(rng: random.Random, who: Person) -> float:
    if who.woman or who.role == "child" or who.race in ("elf", "orc", "goblin", "undead"):
        return 0.0
    if who.race == "dwarf":
        return rng.uniform(56, 74)
    usual = {"wizard": 62.0, "smith": 26.0, "innkeeper": 14.0, "miner": 22.0}.get(who.role)
    return usual if usual is not None else rng.choice((0.0, 0.0, 16.0, 26.0))


def _land(rng: random.Random, size: tuple[int, int], hour: Hour | None) -> Image.Image:
    """The country behind a person, softened so that the face stands out."""
    mood = mood_of(hour or rng.choice(tuple(Hour)), Weather.CLEAR)
    stage = Stage(size, mood, rng, rng)
    horizon = stage.y(0.72)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.15, where=rng.choice((0.16, 0.84)))
    dim = gradient.spot(size, size[0] / 2, size[1] * 0.44, size[0] * 0.5, 1.1).point(
        [160 - v // 2 for v in range(256)]
    )
    stage.backdrop.paste(mix(mood.sky[0], INK, 0.5), (0, 0), stepped(dim, 6))
    return stage.backdrop


def _cave(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Dark rock behind a creature, with a coloured gleam."""
    tone = rng.choice(((74, 60, 98), (52, 78, 92), (98, 58, 54), (64, 82, 62)))
    light = gradient.spot(size, size[0] / 2, size[1] * 0.4, size[0] * 0.58, 0.9)
    chips = noise.facets(rng, size, 24, depth=40)
    grey = ImageChops.multiply(
        ImageChops.add(light, chips, scale=1.5),
        light.point([70 + v * 185 // 255 for v in range(256)]),
    )
    return ramped(
        grey, [mix(INK, tone, share) for share in (0.0, 0.14, 0.3, 0.55, 0.9)] + ramp(tone, 5)[3:]
    )


def _hang(
    art: Image.Image, ground: Image.Image, rng: random.Random, *, monster: bool
) -> Image.Image:
    """Put the bust before its ground, with light along one edge."""
    alpha = art.getchannel("A")
    body = art.convert("RGB")
    glow: Colour = (
        rng.choice(((255, 150, 90), (110, 190, 255), (200, 130, 255)))
        if monster
        else (255, 206, 140)
    )
    lit = Image.blend(body, Image.new("RGB", body.size, glow), 0.6)
    body.paste(lit, (0, 0), rim(alpha, (2, -1)))
    ground.paste(INK, (0, 0), edge(alpha))
    ground.paste(body, (0, 0), alpha)
    return ground
