"""The lists for game engines, read by parsers that are not ours."""

import ast
import io
import json
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from PIL import Image, ImageChops

from app.services.scenes.adventure import PLACES
from tests.conftest import ServerFactory
from tests.support.library import ask_scene, execute, make_image

ALT = 'A "lamp" [of] {brass}\\ & <copper>, größer'


@pytest.fixture(scope="module")
def client(share_server: ServerFactory) -> httpx.Client:
    """A library with a scene, a featured item and one whose name no engine takes."""
    server = share_server()
    ask_scene(server.client, "Old Bridge", time_of_day="dusk", weather="light rain")
    lamp = make_image(server.client)
    server.client.put(f"/api/v1/images/{lamp['id']}/feature")
    make_image(server.client, subject_name="ランプ")
    execute(server.settings, "UPDATE image_assets SET alt_text = ? WHERE id = ?", ALT, lamp["id"])
    return server.client


def exported(client: httpx.Client, form: str) -> dict[str, bytes]:
    pack = client.get("/api/v1/library/export", params={"form": form}).content
    assert pack == client.get("/api/v1/library/export", params={"form": form}).content
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def file_named(files: dict[str, bytes], subject: str) -> str:
    entries = json.loads(files["manifest.json"])["images"]
    return str(next(entry["file"] for entry in entries if entry["subject_name"] == subject))


def check_entries(entries: dict[str, Any], files: dict[str, bytes], before: str = "") -> None:
    lamp = file_named(files, "Lamp")
    width, height = Image.open(io.BytesIO(files[lamp])).size
    assert entries["item_lamp"] == {
        "file": before + lamp,
        "alt": ALT,
        "width": width,
        "height": height,
    }
    assert entries["scene_old_bridge_dusk_light_rain"]["file"].startswith(
        before + "images/full/Old"
    )
    assert len(entries) == 5  # each under its file's own name, too
    assert all(name.isidentifier() for name in entries)
    assert {entry["file"].removeprefix(before) for entry in entries.values()} <= files.keys()


def test_pygame(client: httpx.Client) -> None:
    files = exported(client, "pygame")
    module = ast.parse(files["emberpeak_images.py"])
    assert isinstance(module.body[-1], ast.Assign)
    check_entries(ast.literal_eval(module.body[-1].value), files)


def test_godot(client: httpx.Client) -> None:
    files = exported(client, "godot")
    dictionary = re.search(
        r"const IMAGES = (\{.*\n\})\n", files["emberpeak_images.gd"].decode(), re.DOTALL
    )
    assert dictionary
    # A dictionary of GDScript is JSON, but for the last comma.
    entries = json.loads(dictionary[1].replace(",\n}", "\n}"))
    check_entries(entries, files, "res://emberpeak/")


def test_renpy(client: httpx.Client) -> None:
    files = exported(client, "renpy")
    lines = re.findall(r"^image .+$", files["emberpeak.rpy"].decode(), re.MULTILINE)
    images = {}
    for line in lines:
        name, _, value = line.removeprefix("image emberpeak ").partition(" = ")
        call = ast.parse(value, mode="eval").body
        assert isinstance(call, ast.Call)
        images[name] = ast.literal_eval(call.args[0]), ast.literal_eval(call.keywords[0].value)
    assert images["item_lamp"] == (
        f"emberpeak/{file_named(files, 'Lamp')}",
        ALT.replace("[", "[["),
    )
    assert len(images) == 5


def test_ink(client: httpx.Client) -> None:
    files = exported(client, "ink")
    constants = dict(
        re.findall(
            r'^CONST (\w+) = "([^"]+)" // .+$', files["emberpeak.ink"].decode(), re.MULTILINE
        )
    )
    assert constants["item_lamp"] == file_named(files, "Lamp")
    assert len(constants) == 5


def test_tiled(client: httpx.Client) -> None:
    files = exported(client, "tiled")
    tileset = ET.fromstring(files["emberpeak.tsx"])
    tiles = tileset.findall("tile")
    assert tileset.attrib["tilecount"] == str(len(tiles)) == "3"
    for tile in tiles:
        image = tile.find("image")
        assert image is not None
        drawn = Image.open(io.BytesIO(files[image.attrib["source"]]))
        assert drawn.format == "PNG"
        assert drawn.size == (int(image.attrib["width"]), int(image.attrib["height"]))
    alts = {one.attrib["value"] for one in tileset.iterfind(".//property[@name='alt']")}
    assert ALT in alts


def test_png_is_the_same_image_with_the_same_mark(client: httpx.Client) -> None:
    files = exported(client, "png")
    for name in [name for name in files if name.endswith(".png")]:
        png = Image.open(io.BytesIO(files[name]))
        webp = Image.open(io.BytesIO(files[name.replace(".png", ".webp")]))
        assert ImageChops.difference(png.convert("RGBA"), webp.convert("RGBA")).getbbox() is None
        assert "algorithmicMedia" in str(png.info["XML:com.adobe.xmp"])
        assert png.getexif() == webp.getexif()


def test_static_game(client: httpx.Client) -> None:
    """The page, and a sketch of each place without an image; test_static_game.py plays it."""
    files = exported(client, "static")
    page = files["index.html"].decode()
    listed = re.search(r'id="emberpeak-pack">(.+?)</script>', page, re.DOTALL)
    assert listed is not None
    images = json.loads(listed[1])
    assert {image["url"] for image in images} | {image["thumbnail_url"] for image in images} == {
        name for name in files if name.startswith("images/")
    }
    sketches = {name for name in files if name.startswith("images/sketches/")}
    assert len(sketches) == len(PLACES) - 1
    assert "images/sketches/old_bridge.webp" not in sketches
    assert ALT in {image["alt_text"] for image in images}
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) > 5
    assert set(named) <= files.keys()
