"""A pack's chain as a drawing: who is told, in which order, how, and what opens the next tier.

The same pack gives the same drawing, to the byte. It runs from top to bottom; values that were not verified are
marked. The whole of it stands in words in the description of the drawing too.
"""

from __future__ import annotations

from kinfirst.policies.load import Pack
from kinfirst.policies.svg import Chip, Sheet, wide, wrapped
from kinfirst.policies.told import Panel, Telling, told_in_words

WIDTH, EDGE, INSET = 860.0, 36.0, 20.0
STEP = 46.0


def render(pack: Pack) -> str:
    """The drawing of a pack as one SVG document."""
    return _Drawing(pack).render()


class _Drawing:
    """Paints from the top down; `y` is where the next thing begins."""

    def __init__(self, pack: Pack) -> None:
        self.telling = Telling(pack)
        self.sheet = Sheet()
        self.y = EDGE
        self.sides: dict[str, tuple[float, float]] = {}
        self.lane = 60 if any(office.through for office in self.telling.offices()) else 0

    def render(self) -> str:
        """Everything, from the heading to the legend."""
        telling = self.telling
        self._heading()
        self._panel(telling.gate())
        self._kin()
        for number, office in enumerate(telling.offices(), 3):
            self._arrow(office.opens)
            self.sides[office.name] = self._panel(office, number=number)
        self._through()
        self._arrow(telling.afterwards().opens)
        self._panel(telling.afterwards())
        self.y += 14
        self._panel(telling.leak())
        self._legend()
        return self.sheet.document((WIDTH, self.y + EDGE - 8), title=telling.title(), said=told_in_words(telling))

    def _heading(self) -> None:
        for line in wrapped(self.telling.name(), WIDTH - 2 * EDGE, 25):
            self.sheet.text(EDGE, self.y + 22, line, "h1")
            self.y += 32
        self.sheet.text(EDGE, self.y + 12, self.telling.edition(), "soft")
        self.y += 36

    def _kin(self) -> None:
        """Both tiers of kin in one frame, since one way of telling holds for them."""
        telling = self.telling
        self._arrow(telling.kin().opens)
        top, below = self.y, len(self.sheet.parts)
        self.y += INSET
        self._inside(telling.kin(), EDGE + INSET, WIDTH - 2 * EDGE - 2 * INSET)
        self.y += 16
        self._panel(telling.first(), number=1, inset=INSET)
        self._arrow(telling.others().opens)
        self._panel(telling.others(), number=2, inset=INSET)
        self.y += 14
        self._panel(telling.nobody(), inset=INSET)
        self.y += INSET
        self.sheet.under(below, EDGE, top, (WIDTH - 2 * EDGE, self.y - top), "group")

    def _panel(self, panel: Panel, *, number: int | None = None, inset: float = 0) -> tuple[float, float]:
        """A box with a heading and its facts; returns its top and foot."""
        left, width = EDGE + inset, WIDTH - 2 * EDGE - 2 * inset - (self.lane if number and not inset else 0)
        top, below = self.y, len(self.sheet.parts)
        indent = 44 if number is not None else 0
        if number is not None:
            self.sheet.number(left + 32, top + 28, number)
        self.y += 16
        self._inside(panel, left + 18 + indent, width - 36 - indent)
        self.y += 16
        self.sheet.under(below, left, top, (width, self.y - top), "aside" if panel.aside else "card")
        return top, self.y

    def _inside(self, panel: Panel, x: float, width: float) -> None:
        self.sheet.text(x, self.y + 17, panel.title, "h2")
        self.y += 24
        if panel.text:
            self.y = self.sheet.lines(x, self.y + 4, wrapped(panel.text, width), "soft")
        if panel.facts:
            self.y = self.sheet.chips(x, self.y + 8, width, panel.facts)

    def _arrow(self, opens: str) -> None:
        """The arrow to what comes next, and what opens it."""
        self.sheet.down(EDGE + 52, self.y + 4, STEP - 8)
        self.sheet.text(EDGE + 72, self.y + STEP / 2 + 4, opens, "step")
        self.y += STEP

    def _through(self) -> None:
        """From the office that alone tells another one, around, to that one."""
        for office in self.telling.offices():
            if office.through in self.sides:
                right = WIDTH - EDGE - self.lane
                top, foot = self.sides[office.through]
                to_top, to_foot = self.sides[office.name]
                self.sheet.around(right + 2, (top + foot) / 2, (to_top + to_foot) / 2)

    def _legend(self) -> None:
        if not self.telling.doubtful:
            return
        self.y += 18
        chip = Chip(text="a value", unsure=True)
        self.y = self.sheet.chips(EDGE, self.y, WIDTH, [chip])
        x = EDGE + wide("a value ?") + 36
        self.sheet.text(x, self.y - 8, "was not seen in its source: check it before you rely on it.", "soft")
