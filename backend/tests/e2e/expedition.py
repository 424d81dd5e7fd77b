"""A player who knows the map and plays sensibly, with a mouse or with a keyboard."""

import re
from collections import deque
from typing import ClassVar, Protocol

from playwright.sync_api import expect

from tests.support.game_page import GamePage

# x east, y south: the table of GAME.md.
PLACES = {
    "Starting Tavern": (3, 2),
    "Town Square": (3, 1),
    "Market Street": (4, 2),
    "Blacksmith": (2, 2),
    "City Gates": (3, 3),
    "Cemetery": (2, 3),
    "Old Bridge": (4, 3),
    "Forest Path": (3, 4),
    "Hidden Grove": (4, 4),
    "Bandit Camp": (2, 4),
    "Dark Cave": (1, 4),
    "Mine Entrance": (3, 5),
    "Shaft Junction": (3, 6),
    "Crystal Cavern": (2, 6),
    "Dark Passage": (4, 6),
    "Mining Camp": (3, 7),
    "Collapsed Tunnel": (2, 7),
    "Underground River": (4, 7),
    "Deep Chamber": (3, 8),
    "Rune Chamber": (3, 9),
}
STEPS = {"North": (0, -1), "East": (1, 0), "South": (0, 1), "West": (-1, 0)}
CLOSED = ({"Old Bridge", "Hidden Grove"}, {"Crystal Cavern", "Collapsed Tunnel"})
OBJECTIVES = (
    "Gather your party",
    "Reach the Emberpeak Mines",
    "Rescue the trapped miners",
    "Seal the shattered rune",
)
POTION = "Drink a Healing Potion"
HURT, SPENT = 22, 12
PATIENCE = 200


class Hands(Protocol):
    """How a player does things to the page."""

    def begin(self) -> None:
        """Begin an adventure at the title."""

    def press(self, name: str) -> None:
        """Press a button that is always there: a direction or a verb."""

    def choose(self, label: str) -> None:
        """Take one of the numbered choices."""


class Clicks:
    """A mouse."""

    def __init__(self, game: GamePage) -> None:
        self._game = game

    def begin(self) -> None:
        """Type a name and click."""
        self._game.page.get_by_label("Hero's name").fill("Ash")
        self._game.button("New adventure").click()

    def press(self, name: str) -> None:
        """Click the button."""
        self._game.button(name).click()

    def choose(self, label: str) -> None:
        """Click the choice."""
        self._game.choose(label)


class Taps(Clicks):
    """A finger on a phone."""

    def begin(self) -> None:
        """Keep the hero's name, and tap."""
        self._game.button("New adventure").tap()

    def press(self, name: str) -> None:
        """Tap the button."""
        self._game.button(name).tap()

    def choose(self, label: str) -> None:
        """Tap the choice."""
        self._game.choice(label).tap()


class Keys:
    """A keyboard and nothing else; WASD above ground, arrows below."""

    _VERBS: ClassVar = {"Look": "l", "Talk": "t", "Attack": "f", "Sneak away": "x", "Rest": "r"}
    _LETTERS: ClassVar = {"North": "w", "East": "d", "South": "s", "West": "a"}
    _ARROWS: ClassVar = {
        "North": "ArrowUp",
        "East": "ArrowRight",
        "South": "ArrowDown",
        "West": "ArrowLeft",
    }

    def __init__(self, game: GamePage) -> None:
        self._game = game
        self._keyboard = game.page.keyboard

    def begin(self) -> None:
        """Tab to the button, and Enter."""
        self.tab_to("New adventure")
        self._keyboard.press("Enter")

    def tab_to(self, name: str) -> None:
        """Press Tab until the button has the focus."""
        button = self._game.button(name)
        for _ in range(PATIENCE):
            if button.evaluate("button => button === document.activeElement"):
                return
            self._keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {name}")

    def press(self, name: str) -> None:
        """Press the key of the direction or verb."""
        below = PLACES[self._game.place][1] >= PLACES["Mine Entrance"][1]
        ways = self._ARROWS if below else self._LETTERS
        self._keyboard.press({**self._VERBS, **ways}[name])

    def choose(self, label: str) -> None:
        """Press the choice's digit."""
        expect(self._game.choice(label)).to_be_enabled()
        number = re.match(r"\s*(\d)", self._game.choice(label).inner_text())
        assert number is not None
        self._keyboard.press(number[1])


class Expedition:
    """Plays the game from the title to its ending."""

    def __init__(self, game: GamePage, hands: Hands) -> None:
        self.game = game
        self.hands = hands
        self.places: list[str] = []
        self.fights = 0

    def win(self) -> None:
        """Gather the party, free the miners, seal the rune."""
        self.gather()
        self.go_down()

    def gather(self) -> None:
        """Begin, and gather the party."""
        self.hands.begin()
        self.game.expect_place("Starting Tavern")
        self.talk_to("Fighter", "Come with me to the mine")
        self.talk_to("Rogue", "Come with me to the mine")
        self.talk_to("Stranger", "Ask who they are")

    def go_down(self) -> None:
        """Free the miners and seal the rune."""
        self.travel("Mining Camp")
        self.hands.choose("Take the page from the pole")
        self.travel("Collapsed Tunnel")
        self.hands.choose("Clear the rubble with the rope")
        self.talk_to("Foreman Garrett")
        self.travel("Deep Chamber")
        self.hands.choose("Take the Sealing Stone")
        self.travel("Rune Chamber")
        self.hands.choose("Seal the rune with the Stone")

    def talk_to(self, name: str, *topics: str) -> None:
        """Talk to one of several people, and take one's leave."""
        self.hands.press("Talk")
        self.hands.choose(name)
        for topic in topics:
            self.hands.choose(topic)
        self.hands.choose("Take your leave")

    def travel(self, goal: str) -> None:
        """Walk there, whatever comes in between; death only makes the road longer."""
        for _ in range(PATIENCE):
            self.fight()
            here = self.game.place
            if here == goal:
                return
            self.recover()
            self.hands.press(next_step(self.game.place, goal))
            self.places.append(self.game.place)
        raise AssertionError(f"{goal} was never reached")

    def recover(self) -> None:
        """Rest until a fight could be survived."""
        for _ in range(PATIENCE):
            if self.game.hit_points > HURT:
                return
            self.hands.press("Rest")
            self.fight()

    def fight(self) -> None:
        """Fight until it is over, one way or another."""
        if self.game.enemy.count() == 0:
            return
        self.fights += 1
        for _ in range(PATIENCE):
            if self.game.enemy.count() == 0:
                return
            self.strike()
        raise AssertionError("the fight never ended")

    def strike(self) -> None:
        """One move of a fight: drink when hurt, slip away when spent, strike otherwise."""
        strength = self.game.hit_points
        if strength <= HURT and self.game.choice(POTION).count() > 0:
            self.hands.choose(POTION)
        elif strength <= SPENT:
            self.hands.press("Sneak away")
        else:
            self.hands.press("Attack")


def next_step(here: str, goal: str) -> str:
    """The first step of a shortest road."""
    names = {xy: name for name, xy in PLACES.items()}
    queue = deque([(here, "")])
    seen = {here}
    while queue:
        place, first = queue.popleft()
        if place == goal:
            return first
        x, y = PLACES[place]
        for direction, (dx, dy) in STEPS.items():
            there = names.get((x + dx, y + dy))
            if there and there not in seen and {place, there} not in CLOSED:
                seen.add(there)
                queue.append((there, first or direction))
    raise ValueError(f"no road from {here} to {goal}")
