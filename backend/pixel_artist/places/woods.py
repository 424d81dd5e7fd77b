"""Among trees: the forest path, the hidden grove, the camp."""

from pixel_artist import ground, props
from pixel_artist.colour import FLAME, Colour, mix, ramp, scale
from pixel_artist.mood import Hour
from pixel_artist.mountains import emberpeak
from pixel_artist.people import person
from pixel_artist.relief import blank, solid
from pixel_artist.rock import blob, boulder
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Light, Plane, Stage
from pixel_artist.trees import BARK, FIR, bare, crown, fir, trunk, wood
from pixel_artist.water import mirror


def _deep_wood(stage: Stage, horizon: int, gap: float = 1.0) -> None:
    """Three rows of firs that fade into the distance, lower in the middle."""
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.0)
    for haze, high, lift in ((0.55, 62, 4), (0.34, 84, 10), (0.14, 108, 20)):
        wood(
            stage, horizon + stage.s(lift), stage.s(high) * gap, haze, FIR, gap=stage.s(high * 0.15)
        )


def _rays(stage: Stage) -> None:
    """Slanting light between the trees; none where the sun is hidden."""
    rng = stage.fork()
    if stage.mood.shaft < 0.35:
        return
    mask, pen = blank(stage.size)
    lean = stage.w * (0.22 if stage.sun_x < stage.w / 2 else -0.22)
    for _ in range(5):
        x, wide = rng.uniform(0.15, 0.85) * stage.w, rng.uniform(5, 16)
        pen.polygon(
            [
                (x - lean, 0),
                (x - lean + wide, 0),
                (x + wide * 2.2, stage.h * 0.8),
                (x, stage.h * 0.8),
            ],
            fill=round(70 * stage.mood.shaft),
        )
    stage.veil(mask, stage.mood.sun, 7)


def fireflies(stage: Stage, count: int, colour: Colour = (206, 255, 128)) -> None:
    """Small lights in the air; more of them in the dark."""
    plane = stage.plane()
    for _ in range(count if stage.mood.dark else count // 3):
        x, y = stage.air.randrange(stage.w), stage.air.randint(stage.y(0.4), stage.y(0.95))
        plane.shine.point((x, y), fill=(250, 255, 214))
        plane.shine.point([(x + 1, y), (x, y + 1)], fill=colour)
        stage.light(Light(x, y, 8, colour, 0.5 * stage.mood.lamp, 0.4 * stage.mood.lamp))


def forest(stage: Stage) -> None:
    """A path into dark woods, between huge trunks."""
    rng, horizon = stage.rng, stage.y(0.52)
    _deep_wood(stage, horizon)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.62), ground.MOSS)
    ground.path(
        stage,
        floor,
        (stage.x(rng.uniform(0.46, 0.56)), stage.y(0.6)),
        stage.x(0.5),
        stage.s(96),
        far=stage.s(9),
    )
    if stage.mood.wet:
        ground.puddles(stage, floor, stage.y(0.66), 5)
    _rays(stage)
    near = stage.plane()
    for share in (0.2, 0.31, 0.7, 0.84):
        fir(
            stage,
            near,
            stage.x(share) + rng.randint(-8, 8),
            stage.y(rng.uniform(0.7, 0.78)),
            stage.s(rng.randint(104, 138)),
            scale(FIR, 0.85),
        )
    ground.tufts(stage, near, stage.y(0.66), 90, ground.MOSS)
    _mushrooms(stage, near)
    if stage.mood.dark:
        _eyes(stage, near)
    front = stage.plane(rim_light=0.3)
    trunk(stage, front, stage.x(0.05), stage.s(20), scale(BARK, 0.62))
    trunk(stage, front, stage.x(0.95), stage.s(22), scale(BARK, 0.62))
    leaf = scale(FIR, 0.5)
    for share, y in (
        (0.0, -0.02),
        (0.14, -0.07),
        (0.86, -0.07),
        (1.0, 0.0),
        (0.07, 1.04),
        (0.93, 1.05),
    ):
        crown(stage, front, stage.x(share), stage.y(y), stage.s(36), stage.s(24), leaf)
    person(near.draw, rng, stage.x(0.5), stage.y(0.8), stage.s(22), "hood")
    fireflies(stage, 14)


def _mushrooms(stage: Stage, plane: Plane) -> None:
    rng, cap = stage.rng, stage.rng.choice(((196, 60, 52), (214, 150, 62), (150, 104, 190)))
    for _ in range(7):
        x, y, size = (
            rng.choice((0.16, 0.26, 0.76, 0.86)) * stage.w + rng.randint(-14, 14),
            rng.randint(stage.y(0.82), stage.y(0.96)),
            stage.s(rng.randint(3, 5)),
        )
        plane.draw.rectangle((x - 1, y - size, x + 1, y), fill=(226, 214, 190))
        plane.draw.pieslice((x - size, y - size * 2, x + size, y), 180, 360, fill=cap)
        plane.draw.point([(x - 1, y - size * 1.5), (x + 2, y - size * 1.2)], fill=(250, 240, 226))


def _eyes(stage: Stage, plane: Plane) -> None:
    for _ in range(3):
        x, y = (
            stage.air.choice((0.2, 0.3, 0.68, 0.8)) * stage.w + stage.air.randint(-12, 12),
            stage.air.randint(stage.y(0.5), stage.y(0.64)),
        )
        plane.shine.point([(x, y), (x + 1, y), (x + 4, y), (x + 5, y)], fill=(255, 214, 84))


def grove(stage: Stage) -> None:
    """A clearing with an ancient glowing tree, standing stones and a pool."""
    rng, horizon = stage.rng, stage.y(0.54)
    _deep_wood(stage, horizon, 0.92)
    hue = rng.choice(((120, 232, 176), (126, 206, 255), (190, 150, 255)))
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.6), (84, 126, 72))
    x, base = stage.x(0.5), stage.y(0.76)
    tree = stage.plane()
    _old_tree(stage, tree, x, base, hue)
    for i, share in enumerate((0.22, 0.32, 0.68, 0.78)):
        _menhir(
            stage,
            tree,
            stage.x(share),
            base + stage.s((6, -6, -6, 6)[i]),
            stage.s((46, 34, 36, 48)[i]),
            hue,
        )
    ground.flowers(stage, tree, stage.y(0.72), 70)
    ground.tufts(stage, tree, stage.y(0.7), 80, (84, 126, 72))
    cx, cy, wide, high = x + stage.s(4), stage.y(0.89), stage.s(78), stage.s(14)
    shore = stage.plane(snow=0)
    shore.draw.polygon(blob(rng, cx, cy, wide + 4, high + 3, 16), fill=ramp((104, 106, 96), 5)[1])
    mirror(
        stage,
        blob(rng, cx, cy, wide, high, 16),
        stage.y(0.8),
        mix((40, 92, 110), hue, 0.25),
        clear=0.55,
    )
    stage.light(Light(cx, cy, stage.s(80), hue, 0.45, 0.12, 0.3))
    _rays(stage)
    front = stage.plane()
    for share in (0.0, 0.1, 0.9, 1.0):
        crown(
            stage,
            front,
            stage.x(share),
            stage.y(rng.uniform(0.96, 1.06)),
            stage.s(34),
            stage.s(20),
            scale(FIR, 0.6),
        )
    fir(stage, front, stage.x(0.03), stage.y(1.0), stage.s(170), scale(FIR, 0.62))
    fir(stage, front, stage.x(0.97), stage.y(1.0), stage.s(164), scale(FIR, 0.62))
    fireflies(stage, 24, hue)


def _old_tree(stage: Stage, plane: Plane, x: float, base: float, hue: Colour) -> None:
    k, rng = stage.k, stage.rng
    mask, pen = blank(stage.size)
    top = base - 62 * k
    pen.polygon(
        [
            (x - 9 * k, top),
            (x + 10 * k, top),
            (x + 13 * k, base - 16 * k),
            (x + 34 * k, base + 4 * k),
            (x + 12 * k, base),
            (x, base + 6 * k),
            (x - 12 * k, base),
            (x - 36 * k, base + 5 * k),
            (x - 13 * k, base - 18 * k),
        ],
        fill=255,
    )
    for way in (-1, 1):
        pen.line(
            [(x, top + 12 * k), (x + way * 30 * k, top - 14 * k), (x + way * 52 * k, top - 20 * k)],
            fill=255,
            width=max(3, round(7 * k)),
        )
    solid(plane.image, mask, ramp((122, 100, 92), 6), radius=5)
    plane.shine.line(
        [(x - 2, base - 34 * k), (x + 1, base - 24 * k), (x - 3, base - 14 * k), (x, base - 4 * k)],
        fill=hue,
        width=2,
    )
    leaf = mix((70, 128, 84), hue, 0.42)
    for dx, dy, wide in (
        (-46, -26, 30),
        (46, -28, 30),
        (-20, -44, 34),
        (22, -46, 34),
        (0, -34, 38),
    ):
        crown(stage, plane, x + dx * k, top + (dy + 12) * k, wide * k, 22 * k, leaf)
    for _ in range(46):
        px, py = x + rng.gauss(0, 34) * k, top - 22 * k + rng.gauss(0, 15) * k
        plane.shine.point((px, py), fill=mix(hue, (255, 255, 255), rng.choice((0.1, 0.6))))
    stage.light(
        Light(
            x,
            top - 12 * k,
            96 * k,
            hue,
            0.35 + 0.4 * stage.mood.lamp,
            0.14 + 0.22 * stage.mood.lamp,
        )
    )
    stage.light(Light(x, base - 18 * k, 34 * k, hue, 0.7, 0.3))


def _menhir(stage: Stage, plane: Plane, x: float, base: float, high: float, hue: Colour) -> None:
    rng = stage.rng
    half = high * 0.2
    tones = ramp((128, 132, 136), 6, contrast=0.8)
    lean = rng.uniform(-3, 3)
    plane.draw.polygon(
        [
            (x - half, base),
            (x - half * 0.8 + lean, base - high * 0.9),
            (x + lean, base - high),
            (x + half * 0.8 + lean, base - high * 0.84),
            (x + half, base),
        ],
        fill=tones[2],
    )
    plane.draw.polygon(
        [
            (x - half, base),
            (x - half * 0.8 + lean, base - high * 0.9),
            (x + lean - half * 0.2, base - high * 0.97),
            (x - half * 0.2, base),
        ],
        fill=tones[4],
    )
    y = base - high * 0.6
    plane.shine.line(
        [(x - 2 + lean / 2, y + 5), (x + lean / 2, y), (x + 2 + lean / 2, y + 5)], fill=hue
    )
    plane.shine.line((x + lean / 2, y, x + lean / 2, y + 9), fill=hue)
    stage.light(Light(x, y + 4, high * 0.4, hue, 0.5 * stage.mood.lamp, 0.25 * stage.mood.lamp))


def bandit_camp(stage: Stage) -> None:
    """Tents around a fire in the woods, with rough company."""
    rng, horizon = stage.rng, stage.y(0.52)
    _deep_wood(stage, horizon, 0.9)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.6), (118, 104, 72))
    back = stage.plane()
    hides: tuple[Colour, ...] = ((150, 116, 78), (128, 92, 72), (116, 112, 84), (140, 66, 58))
    for share, y, wide in ((0.34, 0.7, 50), (0.68, 0.69, 52)):
        tent(stage, back, share, y, wide, rng.choice(hides))
    _skull_banner(stage, back, stage.x(0.52), stage.y(0.7))
    front = stage.plane()
    tent(stage, front, 0.13, 0.86, 84, rng.choice(hides))
    tent(stage, front, 0.88, 0.86, 78, rng.choice(hides))
    person(front.draw, rng, stage.x(0.37), stage.y(0.86), stage.s(31), "hood")
    person(front.draw, rng, stage.x(0.65), stage.y(0.87), stage.s(31), "hood")
    props.campfire(stage, front, stage.x(0.5), stage.y(0.89), stage.s(21))
    person(front.draw, rng, stage.x(0.58), stage.y(0.98), stage.s(34), "hood")
    _weapon_rack(stage, front, stage.x(0.27), stage.y(0.93))
    props.crate(front, stage.x(0.74), stage.y(0.95), stage.s(20))
    props.barrel(front, stage.x(0.72), stage.y(0.96), stage.s(20))
    ground.tufts(stage, front, stage.y(0.7), 50, ground.MOSS)
    bare(front, rng, stage.x(0.99), stage.y(1.0), stage.s(150), (40, 32, 36))


def tent(stage: Stage, plane: Plane, share: float, y: float, wide: float, hide: Colour) -> None:
    """A tent at a share of the width and of the height; lit from inside in the dark."""
    lit = stage.rng.random() < 0.7 and stage.mood.dark
    props.tent(
        stage, plane, stage.x(share), stage.y(y), stage.s(wide), stage.s(wide * 0.72), hide, lit=lit
    )


def _skull_banner(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    draw.line((x, base, x, base - 66 * k), fill=(84, 60, 42), width=2)
    draw.polygon(
        [
            (x + 1, base - 64 * k),
            (x + 30 * k, base - 60 * k),
            (x + 24 * k, base - 50 * k),
            (x + 30 * k, base - 40 * k),
            (x + 1, base - 42 * k),
        ],
        fill=(44, 34, 44),
    )
    cx, cy = x + 13 * k, base - 53 * k
    draw.ellipse((cx - 4, cy - 5, cx + 4, cy + 2), fill=(226, 218, 200))
    draw.rectangle((cx - 2, cy + 2, cx + 2, cy + 4), fill=(226, 218, 200))
    draw.point(
        [(cx - 2, cy - 1), (cx + 2, cy - 1), (cx - 1, cy - 1), (cx + 1, cy - 1), (cx, cy + 4)],
        fill=(44, 34, 44),
    )


def _weapon_rack(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    for dx in (0, 34):
        draw.line((x + dx * k, base, x + dx * k, base - 30 * k), fill=(96, 68, 46), width=3)
    draw.line((x - 3, base - 24 * k, x + 37 * k, base - 24 * k), fill=(126, 90, 58), width=3)
    for i in range(4):
        px = x + (5 + i * 8) * k
        draw.line(
            (px, base, px + 2, base - 38 * k),
            fill=(196, 202, 214) if i % 2 else (132, 96, 62),
            width=2,
        )
        if i % 2:
            draw.line((px - 3, base - 9 * k, px + 4, base - 9 * k), fill=(196, 160, 84), width=2)
        else:
            draw.polygon(
                [(px - 3, base - 36 * k), (px + 2, base - 46 * k), (px + 6, base - 36 * k)],
                fill=(186, 192, 204),
            )


def camp(stage: Stage) -> None:
    """A traveller's camp under the open sky."""
    rng, horizon = stage.rng, stage.y(0.56)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.15)
    wood(stage, horizon + stage.s(6), stage.s(34), 0.4)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.6), ground.GRASS)
    front = stage.plane()
    hides: tuple[Colour, ...] = ((196, 172, 122), (116, 126, 146), (150, 84, 66))
    for share, y, wide in ((0.27, 0.78, 66), (0.76, 0.8, 76)):
        tent(stage, front, share, y, wide, rng.choice(hides))
    props.campfire(stage, front, stage.x(0.5), stage.y(0.88), stage.s(20))
    for share in (0.4, 0.61):
        person(front.draw, rng, stage.x(share), stage.y(0.87), stage.s(29), "")
    boulder(front, rng, stage.x(0.14), stage.y(0.95), stage.s(18), stage.s(18))
    props.crate(front, stage.x(0.85), stage.y(0.95), stage.s(18))
    ground.tufts(stage, front, stage.y(0.66), 100, ground.GRASS)
    if stage.mood.hour is Hour.NIGHT:
        for _ in range(8):
            front.shine.point(
                (stage.x(0.5) + stage.air.gauss(0, 12), stage.y(stage.air.uniform(0.4, 0.75))),
                fill=FLAME,
            )
