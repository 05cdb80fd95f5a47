"""The drawings of a statement as SVG: the same in every form, readable in black and white. Pure: text out of numbers.

Only numbers and words of the catalogue go into a drawing; names of users never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from reports.timeline import WIDTH, Mark, Timeline

FONT = 'font-family="Noto Sans, Liberation Sans, Arial, sans-serif"'
INK, SOFT, LINE, DARK = "#1b2127", "#59636c", "#b9c1c6", "#7a1414"
TOP, HEIGHT, STRIP = 17, 34, 14
"""The bar, and of it the strip at its foot in which excluded time is drawn over outages, which fill the rest."""
ALLOWED, BUDGET_TOP = 440, 21
"""How long a whole budget is drawn, and where its bar begins under the words of its scale."""
PATTERNS = {
    "outside": '<rect width="5" height="5" fill="#dfe3e5"/>',
    "unknown": '<rect width="4" height="4" fill="#fff"/><circle cx="2" cy="2" r="1.15" fill="#3c454c"/>',
    "excluded": '<rect width="6" height="6" fill="#fff"/><path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="#1b2127"'
    ' stroke-width="1.1"/>',
    "ahead": '<rect width="8" height="8" fill="#fff"/><path d="M0 0L8 8M8 0L0 8" stroke="#8b959c" stroke-width=".8"/>',
}
"""Each kind of time has a pattern of its own, not only a shade."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One month of the twelve: its label, its share of the scale (None = not published) and whether it was missed."""

    label: str
    share: Fraction | None
    is_missed: bool
    text: str


def timeline_svg(drawn: Timeline, name: str, alternative: str) -> str:
    """The bar of a period. `name` tells the drawings of a page apart; `alternative` says in words what it shows."""
    shapes = [f'<rect x=".5" y="{TOP}" width="{WIDTH - 1}" height="{HEIGHT}" fill="#fff"/>']
    for kind, marks in (("outside", drawn.outside), ("unknown", drawn.unknown), ("excluded", drawn.excluded)):
        shapes += [_filled(mark, kind, name) for mark in marks]
    if drawn.ahead:
        shapes.append(_filled(drawn.ahead, "ahead", name))
    for day in drawn.days:
        shapes.append(f'<path d="M{day.x} {TOP}V{TOP + HEIGHT + 4}" stroke="{LINE}" stroke-width=".7"/>')
        shapes.append(_text(day.middle, TOP + HEIGHT + 17, day.label, SOFT))
    shapes.append(f'<rect x=".5" y="{TOP}" width="{WIDTH - 1}" height="{HEIGHT}" fill="none" stroke="{SOFT}"/>')
    for outage in drawn.outages:
        high = HEIGHT + 2
        shapes.append(f'<rect x="{outage.x}" y="{TOP - 2}" width="{outage.width}" height="{high}" fill="{DARK}"/>')
        if outage.label:
            middle = min(max(float(outage.middle), 9), WIDTH - 9)
            shapes.append(_text(f"{middle:.2f}", TOP - 5, outage.label, INK, weight=700))
    shapes += [_filled(mark, "excluded", name, from_y=TOP + HEIGHT - STRIP) for mark in drawn.excluded]
    used = [kind for kind in PATTERNS if getattr(drawn, kind)]
    return _svg(WIDTH, TOP + HEIGHT + 21, alternative, "".join(shapes), used, name)


def swatch_svg(kind: str, name: str) -> str:
    """One square of the legend."""
    if kind == "outage":
        return _svg(22, 14, "", f'<rect x="1" y="1" width="20" height="12" fill="{DARK}"/>', (), name)
    fill = "#fff" if kind == "available" else f"url(#{name}-{kind})"
    shape = f'<rect x="1" y="1" width="20" height="12" fill="{fill}" stroke="{SOFT}"/>'
    return _svg(22, 14, "", shape, (kind,) if kind in PATTERNS else (), name)


def budget_svg(
    used: Fraction, used_text: str, left_text: str, scale: tuple[str, str, str], name: str, alternative: str
) -> str:
    """What of the outage budget is used, as a share; what is used above it is hatched and goes on past its end.

    All bars have one scale; `scale` names on it the budget, twice as much, and what is used. A bar of more than twice
    the budget is cut through behind that mark, and its last piece is an arrow with what is used above it.
    """
    twice = 2 * ALLOWED
    width = float(min(used, Fraction(1)) * ALLOWED)
    shapes = [
        f'<rect x=".5" y="{BUDGET_TOP}" width="{ALLOWED}" height="16" fill="#fff" stroke="{SOFT}"/>',
        f'<rect x=".5" y="{BUDGET_TOP}" width="{width:.2f}" height="16" fill="{SOFT}"/>',
    ]
    if used > 1:
        hatched = f'fill="url(#{name}-excluded)" stroke="{INK}"'
        over = float(min(used - 1, Fraction(1)) * ALLOWED)
        shapes.append(f'<rect x="{ALLOWED + 0.5}" y="{BUDGET_TOP}" width="{over:.2f}" height="16" {hatched}/>')
    if used > 2:
        shapes += _break(twice, hatched)
        shapes.append(_text(str(WIDTH - 2), BUDGET_TOP - 8, scale[2], INK, weight=700, anchor="end"))
    if used > 1:
        shapes += _mark(twice, scale[1])
    shapes += _mark(ALLOWED, scale[0])
    shapes.append(_text("2", BUDGET_TOP + 34, used_text, INK, anchor="start"))
    shapes.append(_text(str(WIDTH - 2), BUDGET_TOP + 34, left_text, INK, anchor="end"))
    return _svg(WIDTH, BUDGET_TOP + 40, alternative, "".join(shapes), ("excluded",) if used > 1 else (), name)


def _mark(x: int, label: str) -> list[str]:
    """A line across the bar of a budget, and above it what it is."""
    line = f'<path d="M{x + 0.5} {BUDGET_TOP - 4}v24" stroke="{INK}" stroke-width="2"/>'
    return [line, _text(f"{x + 0.5}", BUDGET_TOP - 8, label, SOFT)]


def _break(x: int, hatched: str) -> list[str]:
    """The end of a bar that is longer than its scale: a white cut between two zigzags, and an arrow."""
    top, tip, start, first, last = BUDGET_TOP, WIDTH - 1, x + 0.5, x + 30, x + 44
    there, back = "l6 7l-10 6l6 7", "l-6 -7l10 -6l-6 -7"
    arrow = f"H{tip - 9}V{top - 4}L{tip} {top + 8}L{tip - 9} {top + 20}V{top + 16}"
    zigzags = f"M{first} {top - 2}{there}M{last} {top - 2}{there}"
    return [
        f'<path d="M{start} {top}{arrow}H{start}z" {hatched}/>',
        f'<path d="M{first} {top - 2}{there}H{last + 2}{back}z" fill="#fff"/>',
        f'<path d="{zigzags}" fill="none" stroke="{INK}" stroke-width="1.8"/>',
    ]


def months_svg(bars: Sequence[Bar], limit: Fraction | None, limit_text: str, name: str, alternative: str) -> str:
    """Twelve columns on one scale; `limit` is where the promise lies on it. A missed month is hatched and bordered."""
    step, base, high = Fraction(WIDTH, len(bars)), 132, 96
    shapes = [f'<path d="M0 {base}H{WIDTH}" stroke="{INK}"/>']
    for number, bar in enumerate(bars):
        middle = float(step * number + step / 2)
        if bar.share is not None:
            height = max(Fraction(2), bar.share * high) if bar.share else Fraction(0)
            fill = f"url(#{name}-excluded)" if bar.is_missed else "#c9d1d5"
            shapes.append(
                f'<rect x="{middle - 22:.2f}" y="{float(base - height):.2f}" width="44" height="{float(height):.2f}"'
                f' fill="{fill}" stroke="{INK}" stroke-width="{1.6 if bar.is_missed else 0.8}"/>'
            )
        shapes.append(_text(f"{middle:.2f}", base + 15, bar.text, INK, weight=700 if bar.is_missed else 400))
        shapes.append(_text(f"{middle:.2f}", base + 31, bar.label, SOFT))
    if limit is not None:
        y = float(base - limit * high)
        shapes.append(
            f'<path d="M0 {y:.2f}H{WIDTH}" stroke="{DARK}" stroke-width="1.4" stroke-dasharray="7 4"/>'
            + f'<path d="M0 10H28" stroke="{DARK}" stroke-width="1.4" stroke-dasharray="7 4"/>'
            + _text("36", 15, limit_text, INK, anchor="start")
        )
    used = ("excluded",) if any(bar.is_missed for bar in bars) else ()
    return _svg(WIDTH, base + 37, alternative, "".join(shapes), used, name)


def _filled(mark: Mark, kind: str, name: str, from_y: int = TOP) -> str:
    """Time that fills the bar, so that none of it looks available; unknown and excluded time has a frame."""
    frame = f' stroke="{INK}" stroke-width=".6"' if kind != "outside" and from_y == TOP else ""
    y, height = from_y + 0.5, TOP + HEIGHT - from_y - 1.0
    return f'<rect x="{mark.x}" y="{y}" width="{mark.width}" height="{height}" fill="url(#{name}-{kind})"{frame}/>'


def _text(x: str, y: float | str, text: str, colour: str, *, weight: int = 400, anchor: str = "middle") -> str:
    return (
        f'<text x="{x}" y="{y}" {FONT} font-size="13" font-weight="{weight}" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(width: int, height: int, alternative: str, shapes: str, kinds: Sequence[str], name: str) -> str:
    patterns = "".join(
        f'<pattern id="{name}-{kind}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">{body}</pattern>'
        for kind, body in PATTERNS.items()
        if kind in kinds
        for size in ({"outside": 5, "unknown": 4, "ahead": 8}.get(kind, 6),)
    )
    said = f' role="img" aria-label="{escape(alternative)}"' if alternative else ' aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{said}>'
        f"<defs>{patterns}</defs>{shapes}</svg>"
    )
