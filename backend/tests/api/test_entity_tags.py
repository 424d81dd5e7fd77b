"""If-Match and If-None-Match as lists: every form in which our own tag may come back."""

import pytest

from app.entity_tags import parse_entity_tags

OURS = "5f70bf18a086007016e948b04aed3b82"


@pytest.mark.parametrize(
    "lines",
    [
        [f'"{OURS}"'],
        [f'W/"{OURS}"'],
        [OURS],
        [f'"{OURS}-gzip"'],
        [f'"{OURS};gzip"'],
        [f'"{OURS}--gzip"'],
        [f'"{OURS}-br"'],
        [f'"{OURS};br"'],
        [f'W/"{OURS}-zstd"'],
        [f'"{OURS};;;"'],
        [f'"other",W/"{OURS}" , "third"'],
        [f'"a, comma", "{OURS}"'],
        ['"other"', f'"{OURS}"'],
        ["*"],
        ['"other", *'],
        ['"other"', " * "],
    ],
)
def test_our_tag_is_known(lines: list[str]) -> None:
    tags = parse_entity_tags(lines)
    assert tags is not None
    assert tags.match(OURS)


@pytest.mark.parametrize(
    "lines",
    [
        [""],
        ['""'],
        ['"*"'],
        [f'"{OURS}x"'],
        [f'"x{OURS}"'],
        [f'"{OURS[:-1]}"'],
        [f'"a, {OURS}"'],
        [f'"{OURS}-old"'],
        [f'W/ "{OURS[1:]}"'],
    ],
)
def test_another_tag_is_not(lines: list[str]) -> None:
    tags = parse_entity_tags(lines)
    assert tags is not None
    assert not tags.match(OURS)


def test_no_header_is_no_list() -> None:
    assert parse_entity_tags([]) is None
