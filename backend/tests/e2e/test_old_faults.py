"""What GAME.md says the old game got wrong: each has a test that would fail on it.

Those about the page alone stand here; the table names where the others are proved.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.expedition import PLACES, STEPS
from tests.support.game_page import GamePage
from tests.support.library import execute, make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-old-faults")]

ROOT = Path(__file__).parents[3]
RULES = "frontend/tests/rules/old-faults.test.js"
SEARCH = "frontend/tests/rules/search.test.js"
E2E = "backend/tests/e2e"

PROVED = {
    "it could not be won": [
        (RULES, "it could not be won: now it can, and it ends"),
        (RULES, "it could not be won with honest dice: now it can"),
        (SEARCH, "the game can be won from every state that can be reached"),
        (f"{E2E}/test_whole_game.py", "test_from_title_to_ending"),
    ],
    "three places were walled off": [
        (RULES, "three places were walled off: now each of the twenty has a way in and out"),
        (SEARCH, "every place can be reached"),
        (f"{E2E}/test_old_faults.py", "test_all_twenty_places_and_back"),
    ],
    "no way back from the mines": [
        (RULES, "no way back from the mines: now one walks out as one walked in"),
        (f"{E2E}/test_old_faults.py", "test_all_twenty_places_and_back"),
    ],
    "no ending": [(f"{E2E}/test_whole_game.py", "expect_ending")],
    "a picture was asked for once; moving never changed the scene": [
        (RULES, "moving never changed the scene: now its words follow place, hour and weather"),
        (f"{E2E}/test_scene_viewer.py", "test_asks_for_the_scene"),
    ],
    "item pictures replaced the scene picture": [
        (f"{E2E}/test_item_window.py", "test_a_second_style_is_a_second_picture"),
    ],
    "item pictures were filed as scenes under the first 50 characters of their prompt": [
        (f"{E2E}/test_old_faults.py", "test_item_pictures_were_filed_as_scenes"),
    ],
    "a second style returned the first image under the new label": [
        (f"{E2E}/test_item_window.py", "test_a_second_style_is_a_second_picture"),
    ],
    "typed markup ran": [
        (f"{E2E}/test_hostile_text.py", "test_is_text"),
    ],
    "apostrophes in names broke buttons": [
        (f"{E2E}/test_old_faults.py", "test_apostrophes_in_names_broke_buttons"),
    ],
    "storage full lost images silently": [
        (f"{E2E}/test_item_window.py", "test_full"),
        (f"{E2E}/test_storage.py", "test_nothing_is_kept"),
    ],
    "a double click paid twice": [(f"{E2E}/test_item_window.py", "test_is_one_request")],
    "one 429 switched images off until reload": [
        (f"{E2E}/test_scene_viewer.py", "test_too_many_requests"),
    ],
    "hit points and fights were not saved": [
        (RULES, "HP and fights were not saved: now a fight goes on where it was"),
        (f"{E2E}/test_game_saves.py", "test_a_fight_goes_on_where_it_was"),
    ],
    "NEW ADVENTURE deleted the save unasked": [
        (f"{E2E}/test_game_saves.py", "test_nothing_is_replaced_unasked"),
    ],
    "LOAD always said there was none": [(f"{E2E}/test_game_saves.py", "test_a_slot_of_its_own")],
    "potions could not be drunk": [
        (RULES, "potions could not be drunk: now they heal, in a fight and out of it"),
        (f"{E2E}/test_item_window_keys.py", "test_a_potion_is_drunk_from_its_window"),
    ],
    "experience and gold did nothing": [
        (RULES, "XP did nothing: now it raises the level, hit points and blows"),
        (RULES, "gold did nothing: now it buys what helps"),
        (f"{E2E}/test_old_faults.py", "test_gold_did_nothing"),
    ],
    "death had no effect": [
        (RULES, "death had no effect: now it costs, and there is a way on"),
        (f"{E2E}/test_old_faults.py", "test_death_had_no_effect"),
    ],
    "rest was free in a fight": [
        (RULES, "rest was free in a fight: now there is no rest in one"),
        (f"{E2E}/test_old_faults.py", "test_rest_was_free_in_a_fight"),
    ],
    "controls lay under other panels at 1440x900": [
        (f"{E2E}/test_screens.py", "test_nothing_lies_under_anything"),
    ],
    "on a phone there was no compass": [(f"{E2E}/test_screens.py", "test_is_played_by_touch")],
    "nothing could be reached by keyboard": [
        (f"{E2E}/test_accessibility.py", "test_every_button_is_in_the_tab_order"),
        (f"{E2E}/expedition.py", "class Keys"),
    ],
    "no labels, no live region": [
        (f"{E2E}/test_accessibility.py", "class TestAxeFindsNothing"),
        (f"{E2E}/test_accessibility.py", "test_new_lines_of_the_log_are_announced"),
    ],
    "unreadable contrast": [
        (f"{E2E}/test_accessibility.py", "class TestAxeFindsNothing"),
        (f"{E2E}/test_accessibility.py", "test_the_check_measures"),
    ],
    "choices in a fight appeared below the visible end of the log": [
        (f"{E2E}/test_screens.py", "test_choices_of_a_fight_are_in_sight"),
    ],
    "keys acted behind open windows": [
        (f"{E2E}/test_item_window_keys.py", "test_do_nothing_behind_the_window"),
    ],
}


@pytest.mark.parametrize("fault", PROVED)
def test_each_fault_has_its_test(fault: str) -> None:
    for path, name in PROVED[fault]:
        opening = f"test('{name}'" if path.endswith(".js") else name
        assert opening in (ROOT / path).read_text("utf-8"), f"{path}: {name}"


def test_all_twenty_places_and_back(game: GamePage, server: RunningServer) -> None:
    seen = set()
    game.begin()
    for line in ("N S W E E W", "S W E E W", "S W W E E", "E W S", "S W E E W", "S E W W E", "S S"):
        for letter in line.split():
            direction = next(name for name in STEPS if name.startswith(letter))
            game.walk(direction)
            seen.add(game.place)
    assert seen == set(PLACES)
    game.walk(*["North"] * 7)
    game.expect_place("Starting Tavern")
    game.watch.assert_clean(server.url)


def test_item_pictures_were_filed_as_scenes(game: GamePage, server: RunningServer) -> None:
    game.without_warming().begin()
    game.expect_painting()
    window = game.open_item("Rope (50ft)")
    window.get_by_role("button", name="Generate new image", exact=True).click()
    expect(window.get_by_role("img")).to_be_visible()
    rows = execute(server.settings, "SELECT subject_type, subject_name FROM image_assets")
    scenes = {("scene", name) for name in PLACES}
    assert [row for row in rows if row not in scenes] == [("item", "Rope (50ft)")]


def test_apostrophes_in_names_broke_buttons(game: GamePage, server: RunningServer) -> None:
    make_image(server.client, subject_name="Miner's Note", custom_prompt='it\'s "inked"')
    game.begin("O'Brien")
    game.walk("South")
    game.reopen_with(carry_the_note)
    window = game.open_item("Miner's Note")
    window.get_by_role("button", name="Star picture 1").click()
    star = window.get_by_role("button", name="Star picture 1")
    expect(star).to_have_attribute("aria-pressed", "true")
    window.get_by_role("button", name="Read", exact=True).click()
    expect(game.log).to_contain_text("bring rope")
    game.watch.assert_clean(server.url)


def carry_the_note(state: dict[str, Any]) -> None:
    state["flags"]["noteRead"] = True
    state["inventory"].append({"id": "note", "count": 1})


def test_gold_did_nothing(game: GamePage) -> None:
    game.begin()
    game.walk("East")
    game.reopen_with(lambda state: state["hero"].update(gold=40))
    game.button("Talk").click()
    game.choose("Vendor")
    game.choose("See the stall")
    game.choose("Buy Healing Potion")
    expect(game.region("Character")).to_contain_text("22")
    expect(
        game.region("Inventory").get_by_role("button", name="Healing Potion", exact=True)
    ).to_be_visible()


def test_death_had_no_effect(game: GamePage) -> None:
    game.begin()
    game.meet_enemy()
    game.reopen_with(lambda state: state["hero"].update(hp=1, gold=15))
    expect(game.enemy).to_be_visible()
    game.set_luck(0.7)
    game.button("Attack").click()
    game.expect_place("Starting Tavern")
    expect(game.enemy).to_have_count(0)
    assert game.hit_points == 25
    expect(game.region("Character")).to_contain_text(re.compile(r"Gold\s*10"))
    expect(game.button("Rest")).to_be_enabled()


def test_rest_was_free_in_a_fight(game: GamePage) -> None:
    game.begin()
    game.meet_enemy()
    expect(game.button("Rest")).to_be_disabled()
    expect(game.button("Rest")).to_have_accessible_description(re.compile("fight"))
    strength = game.hit_points
    game.page.keyboard.press("r")
    assert game.hit_points == strength
