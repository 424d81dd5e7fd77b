"""Open country: fields and roads, the fallback for places that no word describes."""

from pixel_artist import ground, props
from pixel_artist.colour import Colour, ramp, scale
from pixel_artist.houses import house
from pixel_artist.mountains import emberpeak, ridge
from pixel_artist.people import person
from pixel_artist.rock import boulder
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Stage
from pixel_artist.trees import bare, fir, leafy, wood


def _country(stage: Stage, share: float, colour: Colour) -> int:
    """Sky, mountain, woods and two folds of land; gives back where the near land begins."""
    horizon = stage.y(share)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=stage.rng.uniform(1.0, 1.25))
    wood(stage, horizon + 4, stage.s(24), 0.46)
    fold = stage.plane(haze=0.22, snow=1)
    ridge(
        fold.draw,
        stage.rng,
        stage.size,
        horizon + stage.s(12),
        stage.s(6),
        ground.bed(scale(colour, 0.9), stage),
        0.04,
    )
    for _ in range(9):
        fir(
            stage,
            fold,
            stage.rng.randrange(stage.w),
            horizon + stage.s(stage.rng.randint(12, 22)),
            stage.s(stage.rng.randint(14, 24)),
        )
    return horizon + stage.s(22)


def wild(stage: Stage) -> None:
    """A path through the wilds, trees on both sides."""
    rng = stage.rng
    colour = rng.choice((ground.GRASS, (108, 126, 60), (124, 116, 70), (78, 112, 76)))
    y = _country(stage, rng.uniform(0.48, 0.58), colour)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, y, colour, rough=5)
    ground.path(
        stage,
        floor,
        (stage.x(rng.uniform(0.3, 0.7)), y),
        stage.x(rng.uniform(0.3, 0.7)),
        stage.s(80),
    )
    near = stage.plane()
    grow = rng.choice((leafy, leafy, fir))
    for share in (0.06, 0.2, 0.83, 0.95):
        grow(
            stage,
            near,
            stage.x(share) + rng.randint(-9, 9),
            stage.y(rng.uniform(0.8, 0.98)),
            stage.s(rng.randint(64, 118)),
        )
    for _ in range(3):
        size = stage.s(rng.randint(6, 15))
        boulder(
            near, rng, stage.x(rng.uniform(0.1, 0.9)), stage.y(rng.uniform(0.84, 0.96)), size, size
        )
    ground.tufts(stage, near, y + 6, 130, colour)
    ground.flowers(stage, near, y + 12, 40)


def road(stage: Stage) -> None:
    """A road with a signpost and a traveller, and a farm beside it."""
    rng = stage.rng
    y = _country(stage, 0.54, ground.GRASS)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, y, ground.GRASS, rough=4)
    ground.path(stage, floor, (stage.x(0.52), y), stage.x(0.46), stage.s(120), far=stage.s(9))
    if stage.mood.wet:
        ground.puddles(stage, floor, stage.y(0.76), 6)
    back = stage.plane(haze=0.05)
    house(
        stage,
        back,
        stage.x(rng.choice((0.14, 0.7))),
        y + stage.s(12),
        stage.s(30),
        stage.s(20),
        way=rng.choice((-1, 1)),
    )
    near = stage.plane()
    props.fence(near, 0, stage.x(0.3), stage.y(0.86), stage.s(17))
    props.fence(near, stage.x(0.74), stage.w, stage.y(0.84), stage.s(17))
    x, base = stage.x(0.33), stage.y(0.93)
    near.draw.line((x, base, x, base - stage.s(48)), fill=(92, 66, 44), width=3)
    for i, way in enumerate((1, -1)):
        sy = base - stage.s(44 - i * 11)
        near.draw.polygon(
            [
                (x - way * 7, sy - 4),
                (x + way * 17, sy - 4),
                (x + way * 22, sy),
                (x + way * 17, sy + 4),
                (x - way * 7, sy + 4),
            ],
            fill=(164, 120, 74),
            outline=(70, 48, 34),
        )
    person(near.draw, rng, stage.x(0.52), stage.y(0.86), stage.s(27), "hood")
    leafy(stage, near, stage.x(0.9), stage.y(0.93), stage.s(112))
    ground.tufts(stage, near, y + 8, 110, ground.GRASS)
    ground.flowers(stage, near, y + 12, 30)


def field(stage: Stage) -> None:
    """Ripe fields with sheaves and a lone tree."""
    rng, gold = stage.rng, (206, 170, 84)
    y = _country(stage, 0.52, (150, 142, 72))
    floor = stage.plane(snow=0)
    ground.land(stage, floor, y, gold, rough=4)
    tones = ramp(ground.bed(gold, stage), 6)
    for i in range(-14, 15):
        floor.draw.line(
            (stage.x(0.5) + i * 9, y + 4, stage.x(0.5) + i * stage.s(44), stage.h),
            fill=tones[1 + i % 2],
        )
    near = stage.plane()
    for share, py in ((0.2, 0.78), (0.36, 0.84), (0.62, 0.8), (0.78, 0.92), (0.1, 0.95)):
        x, base, size = stage.x(share), stage.y(py), stage.s(12 + 22 * (py - 0.75))
        near.draw.polygon(
            [
                (x - size * 0.6, base),
                (x - size * 0.2, base - size),
                (x - size * 0.5, base - size * 1.7),
                (x + size * 0.5, base - size * 1.7),
                (x + size * 0.2, base - size),
                (x + size * 0.6, base),
            ],
            fill=tones[3],
        )
        near.draw.line(
            (x - size * 0.2, base - size, x + size * 0.2, base - size), fill=(140, 84, 48), width=2
        )
        near.draw.line((x, base, x - size * 0.3, base - size * 1.6), fill=tones[5])
    leafy(stage, near, stage.x(0.88), stage.y(0.86), stage.s(108))
    person(near.draw, rng, stage.x(0.5), stage.y(0.88), stage.s(27), "")
    ground.tufts(stage, near, stage.y(0.74), 150, gold)


def waste(stage: Stage) -> None:
    """Dry, barren land: dunes, bones, dead trees."""
    rng, sand = stage.rng, (206, 168, 112)
    horizon = stage.y(0.56)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.0)
    for i, tone in enumerate((scale(sand, 0.86), sand)):
        plane = stage.plane(haze=0.26 - i * 0.2, snow=2)
        ridge(
            plane.draw,
            rng,
            stage.size,
            horizon + stage.s(8 + i * 15),
            stage.s(7),
            ground.bed(tone, stage),
            0.05,
        )
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.74), sand, rough=6)
    near = stage.plane()
    bare(near, rng, stage.x(rng.choice((0.16, 0.84))), stage.y(0.92), stage.s(92))
    for share in (0.3, 0.62, 0.72):
        boulder(
            near,
            rng,
            stage.x(share),
            stage.y(rng.uniform(0.84, 0.95)),
            stage.s(12),
            stage.s(12),
            (176, 134, 98),
        )
    x, base = stage.x(0.46), stage.y(0.93)
    for i in range(6):
        near.draw.arc(
            (x + i * 8 - 8, base - stage.s(20), x + i * 8 + 8, base + stage.s(14)),
            180,
            300,
            fill=(236, 226, 200),
            width=2,
        )
    person(near.draw, rng, stage.x(0.56), stage.y(0.84), stage.s(24), "hood")
