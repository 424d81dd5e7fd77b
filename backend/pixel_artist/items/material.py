"""What an item is made of and in what state it is, from the adjectives."""

from dataclasses import dataclass

from pixel_artist.colour import Colour
from pixel_artist.words import Lexicon

COLOURS: dict[str, Colour] = {
    "iron": (128, 132, 148),
    "steel": (168, 180, 200),
    "silver": (204, 214, 232),
    "gold": (230, 180, 66),
    "bronze": (184, 124, 66),
    "copper": (200, 110, 70),
    "wood": (146, 98, 58),
    "bone": (220, 206, 174),
    "stone": (138, 134, 142),
    "shadow": (74, 60, 96),
    "ice": (150, 214, 246),
    "red": (206, 48, 60),
    "green": (66, 178, 98),
    "blue": (66, 112, 222),
    "purple": (150, 88, 214),
    "amber": (236, 150, 52),
    "white": (236, 232, 224),
    "leather": (152, 100, 60),
    "rust": (158, 96, 62),
    "pink": (232, 120, 170),
    "teal": (58, 178, 178),
}

_MATERIALS = Lexicon(
    {
        "iron": "iron,metal,metallic",
        "steel": "steel,polished,tempered,damascus",
        "silver": "silver,silvery,mithril,moonlit,platinum,elven,elvish",
        "gold": "gold,golden,gilded,royal,brass,king",
        "bronze": "bronze,dwarven,dwarvish",
        "copper": "copper",
        "wood": "wooden,wood,oak,oaken,yew,ash,ebony,rustic",
        "bone": "bone,ivory,skeletal,antler",
        "stone": "stone,granite,rocky,marble",
        "shadow": "shadow,black,dark,obsidian,void,cursed,night,onyx",
        "ice": "ice,icy,frost,frozen,crystal,crystalline,diamond,glass",
        "red": "ruby,red,crimson,blood,bloody,scarlet,fire,fiery,flaming,healing,health,dragon",
        "green": "emerald,green,jade,poison,poisonous,nature,venom,forest,acid",
        "blue": "sapphire,blue,azure,mana,water,ocean,storm",
        "purple": "amethyst,purple,violet,arcane,psychic",
        "amber": "amber,orange,ember,topaz,honey,sunlit",
        "white": "white,pearl,holy,blessed,angelic,pure",
        "leather": "leather,hide,brown,tanned",
        "rust": "rusty,rusted,corroded",
        "pink": "pink,rose,love",
        "teal": "teal,turquoise,cyan,spectral,ghostly",
    }
)
_STATES = Lexicon(
    {
        "glow": (
            "glowing,magic,magical,enchanted,rune,runic,luminous,radiant,shining,arcane,"
            "holy,spectral,sealing,blazing,flaming,bright,cursed,legendary,ghostly,neon"
        ),
        "worn": (
            "ancient,old,worn,rusty,rusted,weathered,torn,broken,cracked,damaged,tattered,"
            "dusty,corroded,crude"
        ),
        "torn": "torn,tattered,ripped,burnt,ragged",
        "rust": "rusty,rusted,corroded",
        "moss": "mossy,overgrown,ancient,forgotten",
        "ornate": "ornate,royal,decorated,jeweled,jewelled,elegant,fancy,elven,legendary,baroque",
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """Materials and state of an item.

    Attributes:
        colours: Colours that the words name, in their order; may be empty.
        states: Which states the words name: glow, worn, torn, rust, moss, ornate.
    """

    colours: tuple[Colour, ...]
    states: frozenset[str]

    def main(self, usual: str) -> Colour:
        """The colour of the main part; ``usual`` is the material where no word says any."""
        return self.colours[0] if self.colours else COLOURS[usual]

    def accent(self, usual: str) -> Colour:
        """The colour of ornaments: the second colour named, or the usual one."""
        return self.colours[1] if len(self.colours) > 1 else COLOURS[usual]

    @property
    def worn(self) -> bool:
        """Whether surfaces are uneven with age."""
        return "worn" in self.states

    @property
    def glows(self) -> bool:
        """Whether light comes from it."""
        return "glow" in self.states


def read_look(name: str, prompt: str) -> Look:
    """Find materials and states; what the name says comes before what the prompt says."""
    text = f"{name} . {prompt}"
    colours = tuple(COLOURS[kind] for kind in _MATERIALS.find_all(text)[:3])
    states = [state for word_list in (_STATES.find_all(text),) for state in word_list]
    extra = {"rust"} if any(word in text for word in ("rust", "corroded")) else set()
    if any(word in text for word in ("torn", "tattered", "ripped", "ragged")):
        extra.add("torn")
    return Look(colours=colours, states=frozenset({*states, *extra}))
