"""Items: reads what an item is, and paints it large on a themed ground."""

import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient
from pixel_artist.colour import INK, Colour, mix
from pixel_artist.dither import faded, stepped
from pixel_artist.items import papers, tools, treasures, vessels, weapons, wear
from pixel_artist.items.backdrop import THEMES, backdrop
from pixel_artist.items.easel import Easel
from pixel_artist.items.material import read_look
from pixel_artist.relief import edge
from pixel_artist.request import PaintRequest
from pixel_artist.seed import seeded
from pixel_artist.words import Lexicon, plain

KINDS: Mapping[str, Callable[[Easel], None]] = {
    "dagger": weapons.dagger,
    "sword": weapons.sword,
    "axe": weapons.axe,
    "hammer": weapons.hammer,
    "spear": weapons.spear,
    "arrow": weapons.arrows,
    "bow": weapons.bow,
    "staff": weapons.staff,
    "potion": vessels.potion,
    "mug": vessels.mug,
    "bag": vessels.bag,
    "chest": vessels.chest,
    "lantern": vessels.barrel_lantern,
    "candle": vessels.candle,
    "note": papers.note,
    "scroll": papers.scroll,
    "book": papers.book,
    "map": papers.chart,
    "armour": wear.armour,
    "helmet": wear.helmet,
    "shield": wear.shield,
    "boots": wear.boots,
    "cloak": wear.cloak,
    "ring": wear.ring,
    "amulet": wear.amulet,
    "crown": wear.crown,
    "rope": tools.rope,
    "torch": tools.torch,
    "lockpicks": tools.lockpicks,
    "key": tools.key,
    "pickaxe": tools.pickaxe,
    "lute": tools.instrument,
    "horn": tools.horn,
    "stone": treasures.rune_stone,
    "gem": treasures.gem,
    "crystal": treasures.crystal,
    "coin": treasures.coins,
    "bread": treasures.bread,
    "apple": treasures.apple,
    "cheese": treasures.cheese,
    "meat": treasures.meat,
    "mushroom": treasures.mushroom,
    "herb": treasures.herb,
    "skull": treasures.skull,
    "feather": treasures.feather,
}

_LEXICON = Lexicon(
    {
        "dagger": "dagger,knife,dirk,stiletto,shiv,kris",
        "sword": (
            "sword,blade,longsword,broadsword,greatsword,rapier,sabre,saber,scimitar,"
            "katana,shortsword,claymore,weapon"
        ),
        "axe": "axe,ax,battleaxe,hatchet,halberd,tomahawk",
        "hammer": "hammer,warhammer,mace,maul,club,flail,morningstar,gavel",
        "spear": "spear,lance,pike,trident,javelin,polearm",
        "arrow": "arrow,bolt,quiver,dart",
        "bow": "bow,longbow,crossbow,shortbow",
        "staff": "staff,wand,rod,sceptre,scepter,cane,stave,quarterstaff",
        "potion": (
            "potion,elixir,bottle,flask,vial,healing potion,philtre,tonic,antidote,brew,"
            "poison,oil,perfume,phial"
        ),
        "mug": "mug,ale,beer,tankard,cup,goblet,chalice,grail,mead,wine,flagon,jug",
        "bag": "bag,pouch,sack,purse,backpack,satchel,coin purse",
        "chest": "chest,box,treasure,trunk,coffer,crate,loot",
        "lantern": "lantern,lamp,light",
        "candle": "candle,taper",
        "note": (
            "note,letter,paper,message,miner note,parchment,page,contract,wanted poster,"
            "poster,journal page,diary page,ticket"
        ),
        "scroll": "scroll,spell scroll,decree,proclamation",
        "book": "book,tome,spellbook,grimoire,journal,diary,ledger,bible,codex,manual",
        "map": "map,chart,treasure map,atlas,blueprint",
        "armour": (
            "armour,armor,breastplate,chainmail,mail,plate,cuirass,chestplate,"
            "leather armour,leather armor,tunic,vest,robe,gauntlet"
        ),
        "helmet": "helmet,helm,hat,hood,cap,mask,visor,coif",
        "shield": "shield,buckler,aegis,targe",
        "boots": "boots,boot,shoe,sandal,greaves",
        "cloak": "cloak,cape,mantle,robe cloak,clothes,coat",
        "ring": "ring,signet,band",
        "amulet": "amulet,necklace,pendant,talisman,locket,medallion,charm,brooch,collar,medal",
        "crown": "crown,tiara,diadem,circlet",
        "rope": "rope,coil,cord,string,twine,lasso,chain,whip,grappling hook,climbing rope",
        "torch": "torch,brand,firebrand,flame,fire",
        "lockpicks": "lockpick,lockpicks,pick set,thief tool,tool,kit,needle,toolkit,thieves tool",
        "key": "key,skeleton key,keyring",
        "pickaxe": "pickaxe,pick,mattock,shovel,spade,mining pick,hoe,scythe,sickle",
        "lute": "lute,guitar,harp,fiddle,violin,lyre,drum,flute,instrument",
        "horn": "horn,trumpet,bugle,tusk",
        "stone": (
            "stone,rune,sealing stone,rune stone,runestone,tablet,rock,relic,idol,orb,"
            "totem,sigil,artifact,artefact,ore,brick,statue,shard of stone"
        ),
        "gem": "gem,jewel,ruby,emerald,sapphire,diamond,amethyst,gemstone,topaz,pearl,opal",
        "crystal": "crystal,shard,crystal shard,quartz,geode",
        "coin": "coin,gold,money,gold coin,silver coin,gold piece,copper piece,ingot,doubloon",
        "bread": "bread,loaf,food,ration,pie,cake,biscuit,bun,meal,supply",
        "apple": "apple,fruit,pear,peach,orange,berry,tomato,egg",
        "cheese": "cheese,butter",
        "meat": "meat,ham,leg,steak,chicken,fish,jerky,sausage,bacon",
        "mushroom": "mushroom,toadstool,fungus",
        "herb": "herb,flower,plant,leaf,root,rose,seed,bouquet,wreath",
        "skull": "skull,bone,head",
        "feather": "feather,quill,pen,plume,wing",
    }
)


def read_item(name: str, prompt: str) -> str:
    """The kind of an item, a key of ``KINDS``; a chest where no word says what it is."""
    return _LEXICON.find(name) or _LEXICON.find(prompt) or "chest"


def paint_item(request: PaintRequest, size: tuple[int, int]) -> Image.Image:
    """Paint an item, mode RGB."""
    name, prompt = plain(request.subject_name), plain(request.prompt)
    rng = seeded("item", name, prompt, str(request.variation))
    look = read_look(name, prompt)
    easel = Easel(size, rng, look)
    kind = read_item(name, prompt)
    KINDS[kind](easel)
    if "rust" in look.states:
        easel.wash((156, 84, 46), 0.44)
    if "moss" in look.states:
        easel.wash((86, 118, 62), 0.3)
    glow = _light_of(kind, look.colours, glows=look.glows)
    theme = rng.choice(THEMES)
    picture = backdrop(rng, size, theme, glow)
    _shine(picture, easel.art, glow, theme)
    shadow = ImageChops.offset(easel.art.getchannel("A"), 4, 5)
    picture.paste(mix(theme, INK, 0.86), (0, 0), shadow.point(faded(0.4)))
    picture.paste(INK, (0, 0), edge(easel.art.getchannel("A")))
    picture.paste(easel.art.convert("RGB"), (0, 0), easel.art.getchannel("A"))
    _sparkle(rng, picture, easel, glow)
    return picture


def _light_of(kind: str, colours: tuple[Colour, ...], *, glows: bool) -> Colour | None:
    if kind in ("torch", "lantern", "candle"):
        return (255, 166, 72)
    if glows or kind in ("stone", "crystal", "staff"):
        return treasures.rune_light(colours) or (110, 214, 255)
    return None


def _shine(picture: Image.Image, art: Image.Image, glow: Colour | None, theme: Colour) -> None:
    """A soft light around the item, in its own colour if it has one."""
    box = art.getchannel("A").getbbox()
    if box is None:
        return
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    reach = max(box[2] - box[0], box[3] - box[1]) * 0.7
    mask = stepped(gradient.spot(picture.size, cx, cy, reach), 6)
    share = 0.6 if glow else 0.26
    picture.paste(
        glow or mix(theme, (255, 236, 200), 0.5),
        (0, 0),
        mask.point(faded(share)),
    )


def _sparkle(rng: random.Random, picture: Image.Image, easel: Easel, glow: Colour | None) -> None:
    """A few stars of light on and around the item."""
    draw = ImageDraw.Draw(picture)
    tone = mix(glow or (255, 246, 214), (255, 255, 255), 0.5)
    for _ in range(16 if glow else 9):
        x, y = easel.at(rng.gauss(0, 62), rng.gauss(-10, 58))
        draw.point((x, y), fill=tone)
    for _ in range(3):
        x, y = (
            round(part)
            for part in easel.at(rng.choice((-1, 1)) * rng.uniform(20, 84), rng.uniform(-96, 30))
        )
        reach = rng.choice((2, 3, 4))
        draw.line((x - reach, y, x + reach, y), fill=tone)
        draw.line((x, y - reach, x, y + reach), fill=tone)
        draw.point([(x - 1, y - 1), (x + 1, y - 1), (x - 1, y + 1), (x + 1, y + 1)], fill=tone)
        draw.point((x, y), fill=(255, 255, 255))
