"""Collects what one message gave: every field ends as taken or left, null, or both with a note."""

from __future__ import annotations

from kinfirst.interop.hl7v2.moments import Moment, read_moment
from kinfirst.interop.hl7v2.segments import NULL, Repetition, Segment, part
from kinfirst.interop.hl7v2.shape import Address, Coded, Conflict, Left, Name, Note, Sex, Taken
from kinfirst.interop.hl7v2.tables import SEX_WORDS, SEXES
from kinfirst.interop.hl7v2.text import shape_of


class Findings:
    """The ledger of one message's fields. `take`, `leave` and `note` are how the readers account for them."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.left: list[Left] = []
        self.notes: list[Note] = []
        self.conflicts: list[Conflict] = []
        self.deletes: list[str] = []
        self._seen: set[str] = set()

    def take(self, field: str, kind: str) -> None:
        """The field was read as a `kind`."""
        self._seen.add(field)
        self.taken.append(Taken(field=field, kind=kind))

    def leave(self, field: str, why: str) -> None:
        """The field was not used, and why; of a whole segment that is left nothing counts as taken."""
        self._seen.add(field)
        if "-" not in field:
            self.taken = [each for each in self.taken if not each.field.startswith(f"{field}-")]
        self.left.append(Left(field=field, why=why))

    def seen(self, field: str) -> None:
        """The field is accounted for elsewhere."""
        self._seen.add(field)

    def note(self, field: str, what: str) -> None:
        """The field was read in a way that a person should know of."""
        self.notes.append(Note(field=field, what=what))

    def conflict(self, *fields: str, what: str, rule: str | None = None) -> None:
        """Two fields cannot both be right."""
        self.conflicts.append(Conflict(fields=fields, what=what, rule=rule))

    def is_null(self, segment: Segment, number: int) -> bool:
        """Whether the field is HL7 null and nothing else; if so it is put down as a deletion."""
        found = segment.repetitions(number)
        values = {sub.strip() for repetition in found for component in repetition for sub in component}
        null = bool(found) and values <= {NULL, ""} and found[0][0][0].strip() == NULL
        if null and segment.name(number) not in self._seen:
            self._seen.add(segment.name(number))
            self.deletes.append(segment.name(number))
        return null

    def rest(self, segment: Segment) -> None:
        """Leaves every field of the segment that nothing has accounted for; nulls count as deletions."""
        for number in segment.filled():
            name = segment.name(number)
            if self.is_null(segment, number):
                continue
            for index, component in enumerate(segment.repetitions(number)[0], start=1):
                if component[0].strip() == NULL:
                    self.deletes.append(f"{name}.{index}")
            if name not in self._seen:
                self.leave(name, "not a field Kinfirst uses")

    def moment(self, segment: Segment, number: int, kind: str) -> Moment | None:
        """A time; one that cannot be is left with the reason, never corrected."""
        if self.is_null(segment, number):
            return None
        text, name = segment.text(number), segment.name(number)
        if text is None:
            if segment.repetitions(number):
                self.leave(name, "no time in the first component")
            return None
        found = read_moment(text, degree=segment.text(number, 2))
        if isinstance(found, str):
            self.leave(name, found)
            return None
        unit = found.precision if found.precision != "fraction" else "fraction of a second"
        self.take(name, f"{kind} to the {unit}")
        return found

    def flag(self, segment: Segment, number: int, kind: str) -> bool | None:
        """A table 0136 indicator: Y or N and nothing else; the rest is left, not guessed."""
        if self.is_null(segment, number) or not segment.repetitions(number):
            return None
        name, text = segment.name(number), segment.text(number) or ""
        if text not in ("Y", "N"):
            self.leave(name, f"{shape_of(text)} is not Y or N (table 0136); not guessed")
            return None
        self.take(name, kind)
        return text == "Y"

    def sex(self, segment: Segment, number: int) -> Sex | None:
        """Administrative sex, table 0001; plain words are read with a note, other values left."""
        if self.is_null(segment, number) or not segment.repetitions(number):
            return None
        name, text = segment.name(number), segment.text(number) or ""
        if text in SEXES:
            if SEXES[text] is None:
                self.leave(name, f"code {text} (table 0001) says neither")
            else:
                self.take(name, "sex")
            return SEXES[text]
        word = SEX_WORDS.get(text.lower())
        if word is None:
            self.leave(name, f"{shape_of(text)} is no code of table 0001; not guessed")
            return None
        self.take(name, "sex")
        self.note(name, "a word where a code of table 0001 belongs; read as its meaning")
        return word

    def names(self, segment: Segment, number: int) -> tuple[Name, ...]:
        """Every repetition of an XPN that holds a name."""
        if self.is_null(segment, number) or not segment.repetitions(number):
            return ()
        names = tuple(name for name in map(read_name, segment.repetitions(number)) if name is not None)
        if names:
            self.take(segment.name(number), f"{len(names)} name" + ("s" if len(names) > 1 else ""))
        else:
            self.leave(segment.name(number), "no name in it")
        return names


def read_name(found: Repetition, *, shift: int = 0) -> Name | None:
    """An XPN (or an XCN from its second component on: `shift` 1); None when it holds neither name nor
    given name.
    """
    family = part(found, 1 + shift) or _surname(found, 1 + shift)
    given, middle = part(found, 2 + shift), part(found, 3 + shift)
    if family is None and given is None and middle is None:
        return None
    return Name(
        family=family,
        given=given,
        middle=middle,
        suffix=part(found, 4 + shift),
        prefix=part(found, 5 + shift),
        degree=part(found, 6 + shift),
        kind=part(found, 7 if shift == 0 else 10),
        script=part(found, 8 if shift == 0 else 15),
    )


def _surname(found: Repetition, component: int) -> str | None:
    """An FN without its first part: own prefix, own surname, partner's prefix and surname, in that order."""
    pieces = [part(found, component, sub) for sub in range(2, 6)]
    return " ".join(piece for piece in pieces if piece) or None


def read_address(found: Repetition) -> Address | None:
    """An XAD; None when empty. The street may stand in subcomponents (SAD): street, street name, dwelling."""
    pieces = [part(found, 1, sub) for sub in range(1, 4)]
    address = Address(
        street=" ".join(dict.fromkeys(piece for piece in pieces if piece)) or None,
        further=part(found, 2),
        city=part(found, 3),
        region=part(found, 4),
        postcode=part(found, 5),
        country=part(found, 6),
        kind=part(found, 7),
    )
    return address if address != Address(kind=address.kind) else None


def read_coded(found: Repetition) -> Coded | None:
    """A CE or CWE; None when it has neither code nor text."""
    coded = Coded(code=part(found, 1), text=part(found, 2), system=part(found, 3))
    return coded if coded.code or coded.text else None
