"""Which words mean which place, and who paints it."""

from collections.abc import Callable, Mapping

from pixel_artist.places import (
    crystals,
    deep,
    hillside,
    indoors,
    mines,
    old,
    passages,
    rune_chamber,
    village,
    walls,
    waterside,
    wild,
    woods,
)
from pixel_artist.stage import Stage
from pixel_artist.words import Lexicon

PLACES: Mapping[str, Callable[[Stage], None]] = {
    "square": village.square,
    "market": village.market,
    "tavern": indoors.tavern,
    "smithy": indoors.smithy,
    "gates": walls.gates,
    "castle": walls.castle,
    "tower": walls.lone_tower,
    "temple": old.temple,
    "graveyard": old.graveyard,
    "ruin": old.ruin,
    "forest": woods.forest,
    "grove": woods.grove,
    "bandit camp": woods.bandit_camp,
    "camp": woods.camp,
    "cave": hillside.cave_mouth,
    "mine entrance": hillside.mine_entrance,
    "mountain": hillside.mountain,
    "junction": mines.junction,
    "tunnel": mines.tunnel,
    "collapsed": mines.collapsed,
    "mining camp": mines.mining_camp,
    "passage": passages.passage,
    "dungeon": passages.dungeon,
    "crystals": crystals.crystals,
    "underground river": deep.river,
    "deep chamber": deep.deep_chamber,
    "rune chamber": rune_chamber.rune_chamber,
    "bridge": waterside.bridge,
    "river": waterside.river,
    "lake": waterside.lake,
    "shore": waterside.shore,
    "wild": wild.wild,
    "road": wild.road,
    "field": wild.field,
    "waste": wild.waste,
}

# The longest phrase wins, so "mine entrance" is not a mine and "camp fire" not a fire.
_LEXICON = Lexicon(
    {
        "square": "town square,village square,square,plaza,village,town,hamlet,fountain,well,"
        "town hall,village green,settlement,city",
        "market": "market,market street,bazaar,stall,shop,street,alley,merchant quarter,fair,"
        "trading post,store",
        "tavern": "tavern,inn,pub,bar,alehouse,taproom,starting tavern,common room,hall,kitchen,"
        "library,house,home,cottage,room,bedroom,feast,hearth,guild,guildhall",
        "smithy": "blacksmith,smithy,forge,smith,foundry,anvil,weaponsmith,armoury,workshop,"
        "furnace,smelter",
        "gates": "gate,city gate,town gate,gatehouse,city wall,wall,rampart,portcullis,"
        "checkpoint,palisade",
        "castle": "castle,fortress,keep,citadel,stronghold,palace,fort,manor,throne room",
        "tower": "tower,spire,lighthouse,watchtower,mage tower,wizard tower,beacon,windmill,mill",
        "temple": "temple,shrine,church,chapel,cathedral,sanctuary,altar,monastery,abbey,oracle",
        "graveyard": "graveyard,cemetery,grave,crypt,tomb,mausoleum,burial ground,churchyard,"
        "barrow,catacomb,necropolis,boneyard",
        "ruin": "ruin,ruined,remains,broken tower,old wall,lost city,ancient city,forgotten city,"
        "abandoned village,ruined temple,ruined castle,archway,colonnade",
        "forest": "forest,forest path,wood,woodland,dark wood,jungle,thicket,tree,pine,trail",
        "grove": "grove,hidden grove,glade,clearing,sacred grove,fairy ring,stone circle,"
        "standing stone,druid,garden,orchard,spring,pond",
        "bandit camp": "bandit camp,bandit,hideout,bandit hideout,thief camp,orc camp,"
        "goblin camp,raider,outlaw,raider camp,war camp",
        "camp": "camp,campsite,campfire,tent,bivouac,encampment,resting place",
        "cave": "cave,dark cave,cave mouth,cave entrance,den,lair,cavern mouth,hole,"
        "dragon lair,wolf den",
        "mine entrance": "mine,mine entrance,mine gate,mine mouth,emberpeak mine,quarry,"
        "pit head,entrance",
        "mountain": "mountain,peak,summit,mountain pass,pass,cliff,emberpeak,volcano,highland,"
        "ridge,hill,crag,slope",
        "junction": "junction,shaft junction,crossroad tunnel,mine junction,shaft,mine shaft,"
        "three tunnel,lift",
        "tunnel": "tunnel,mine tunnel,gallery,adit,mineshaft,rail,track",
        "collapsed": "collapsed tunnel,collapsed,rubble,cave in,rockfall,blocked tunnel,landslide",
        "mining camp": "mining camp,miner camp,abandoned camp,miner,underground camp",
        "passage": "passage,dark passage,narrow passage,corridor,crevice,spider nest,spider,"
        "spider lair,labyrinth,maze",
        "dungeon": "dungeon,prison,jail,cell,cellar,vault,sewer,torture chamber,oubliette",
        "crystals": "crystal,crystal cavern,crystal cave,geode,gem cave,glowing crystal,"
        "gem cavern,cavern",
        "underground river": "underground river,underground lake,waterfall cave,grotto,"
        "subterranean river,underground stream,aqueduct",
        "deep chamber": "deep chamber,chamber,great cave,abyss,great cavern,lava,lava cave,"
        "deep,depth,underworld,treasure chamber",
        "rune chamber": "rune chamber,rune,magic circle,ritual chamber,summoning circle,"
        "ritual,seal,portal,pentagram,glyph",
        "bridge": "bridge,old bridge,rope bridge,stone bridge,chasm,ravine,gorge,canyon,viaduct",
        "river": "river,stream,brook,creek,waterfall,ford,rapid,riverbank",
        "lake": "lake,lakeside,mere,swamp,marsh,bog,loch,lagoon,reflecting pool",
        "shore": "shore,sea,ocean,beach,harbour,harbor,dock,port,coast,island,ship,bay,pier",
        "wild": "wild,wilderness,meadow,valley,grassland,plain,moor,heath,hillside,dale",
        "road": "road,crossroad,path,highway,lane,way,journey,track road",
        "field": "field,farm,wheat field,farmland,pasture,barn,vineyard,harvest",
        "waste": "waste,wasteland,desert,dune,badland,barren,ash field,battlefield,steppe,sand",
    }
)


def read_place(text: str) -> str | None:
    """Find the kind of place that a text names, if any; a key of ``PLACES``."""
    return _LEXICON.find(text)
