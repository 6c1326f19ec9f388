"""What became of one message, as it is reported: fields and kinds, never a value that was in it (R72)."""

from __future__ import annotations

from typing import Literal

import msgspec

from kinfirst.interop.hl7v2 import AdtReport, Conflict, Left, Note, Taken

Did = Literal["opened", "added", "seen", "left", "conflict", "refused", "rejected"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what was done with it.

    `opened` a case, `added` to one, `seen` before, `left` alone; `conflict`, `refused` and `rejected` wrote
    nothing and need a person. `case` is a case's id, `alias` its alias, `what` one sentence.
    """

    message: int
    line: int
    kind: str
    did: Did
    what: str
    case: str | None = None
    alias: str = ""
    taken: tuple[Taken, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[Note, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must look: nothing could be written, or what was written contradicts itself."""
        return self.did in ("conflict", "refused", "rejected") or bool(self.conflicts)


class Stopped(Exception):
    """This message cannot be brought in: everything it wrote is rolled back. Never leaves the intake."""

    def __init__(self, did: Did, what: str) -> None:
        super().__init__(what)
        self.did = did
        self.what = what


class Account:
    """The reader's account of a message, corrected by what the record could make of it."""

    def __init__(self, report: AdtReport) -> None:
        self.report = report
        self.taken = list(report.taken)
        self.left = list(report.left)
        self.notes = list(report.notes)
        self.conflicts = list(report.conflicts)
        self.left += [
            Left(field=field, why="sent to be emptied: no message empties anything") for field in report.deletes
        ]

    def leave(self, field: str, why: str) -> None:
        """The field was read and is not brought in after all."""
        self.taken = [each for each in self.taken if each.field != field]
        self.left.append(Left(field=field, why=why))

    def leave_all(self, label: str, why: str) -> None:
        """A whole segment was read and is not brought in after all."""
        self.taken = [each for each in self.taken if not each.field.startswith(f"{label}-")]
        self.left.append(Left(field=label, why=why))

    def note(self, field: str, what: str) -> None:
        """Something was brought in, but a person should know how."""
        self.notes.append(Note(field=field, what=what))

    def conflict(self, *fields: str, what: str, rule: str | None = None) -> None:
        """What the message says and what is on record cannot both be right."""
        self.conflicts.append(Conflict(fields=fields, what=what, rule=rule))

    def untouched(self, did: Did, what: str) -> Told:
        """The message as it is reported when nothing of it was brought in."""
        where, kind = self.report.where, f"ADT^{self.report.trigger}"
        return Told(message=where.message, line=where.line, kind=kind, did=did, what=what)

    def told(self, did: Did, what: str, *, case: str | None = None, alias: str = "") -> Told:
        """The account as it is reported."""
        return Told(
            message=self.report.where.message,
            line=self.report.where.line,
            kind=f"ADT^{self.report.trigger}",
            did=did,
            what=what,
            case=case,
            alias=alias,
            taken=tuple(self.taken),
            left=tuple(self.left),
            notes=tuple(self.notes),
            conflicts=tuple(self.conflicts),
        )
