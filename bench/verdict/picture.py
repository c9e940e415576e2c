"""Draws the boundaries and one decision's path: ``python bench/verdict/picture.py`` writes docs/images/verdict.svg."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from autoloop.verdict import Config, Engine, Verdict  # noqa: E402 - the checkout must be importable first
from autoloop.verdict.boundaries import limits  # noqa: E402

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 320, 50, 280
NOISE, GAIN, SEED = 0.05, 0.06, 11
Path2 = list[tuple[float, float]]


def decision() -> tuple[Path2, Path2, Path2, Verdict]:
    """Z of the estimate, of the keep and of the discard boundary, after every pair of one simulated decision."""
    rng, config = Random(SEED), Config()
    levels = {"baseline": 100.0, "candidate": 100 * (1 - GAIN)}
    engine = Engine(config, [100 * (1 + NOISE * rng.gauss(0, 1)) for _ in range(5)], rng=rng)
    path: Path2 = []
    upper: Path2 = []
    lower: Path2 = []
    while not isinstance(step := engine.next(), Verdict):
        engine.add(step, levels[step] * (1 + NOISE * rng.gauss(0, 1)))
        found = engine._evidence()  # noqa: SLF001 - the picture shows the inside
        if found and (not path or path[-1][0] != found.n) and not engine.queue[1:]:
            bounds = limits(found, engine.scale.delta, config)
            path.append((found.n, found.z))
            upper.append((found.n, bounds.keep_z))
            lower.append((found.n, bounds.discard_gain / found.se))
    return path, upper, lower, step


def x_of(n: float, most: float) -> float:
    return LEFT + (WIDTH - LEFT - 20) * n / most


def y_of(z: float) -> float:
    return BOTTOM - (max(-3.0, min(6.0, z)) + 3) * (BOTTOM - 20) / 9


def line(points: Sequence[tuple[float, float]], colour: str, most: float, extra: str = "") -> str:
    where = " ".join(f"{x_of(n, most):.1f},{y_of(z):.1f}" for n, z in points)
    return f'<polyline points="{where}" fill="none" stroke="{colour}" stroke-width="2" {extra}/>'


def text(x: float, y: float, words: str, colour: str = "#444") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}">{words}</text>'


def picture() -> str:
    path, upper, lower, verdict = decision()
    most = max(6, len(path) + 1)
    dots = [f'<circle cx="{x_of(n, most):.1f}" cy="{y_of(z):.1f}" r="3.5" fill="#1f4e99"/>' for n, z in path]
    ticks = [text(x_of(n, most) - 4, BOTTOM + 16, str(n)) for n in range(1, most)]
    levels = [text(24, y_of(z) + 4, str(z)) for z in (-2, 0, 2, 4)]
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        '<g font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        line([(0, 0), (most, 0)], "#bbb", most),
        line(upper, "#2a7f3f", most, 'stroke-dasharray="6 3"'),
        line(lower, "#b03030", most, 'stroke-dasharray="6 3"'),
        line(path, "#1f4e99", most),
        *dots,
        *ticks,
        *levels,
        text(LEFT + 8, 16, "keep at or above the green line", "#2a7f3f"),
        text(LEFT + 230, 16, "discard at or below the red line", "#b03030"),
        text(LEFT + 440, 16, f"here: {verdict.decision} after {len(path)} pairs", "#1f4e99"),
        text(WIDTH / 2 - 60, HEIGHT - 8, "pairs of runs"),
        text(4, 32, "evidence z"),
        "</g></svg>",
    ]
    return "\n".join(body) + "\n"


if __name__ == "__main__":
    target = ROOT / "docs" / "images" / "verdict.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(picture(), encoding="utf-8")
    print(f"{target.name}: {len(decision()[0])} looks, {decision()[3].decision}")
