"""The numbers of a message that say who the patient is, and those that do not."""

from __future__ import annotations

from kinfirst.core.errors import BadInput
from kinfirst.interop.hl7v2 import AdtReport, Left
from kinfirst.interop.hl7v2 import Identifier as Sent
from kinfirst.people import entries
from kinfirst.people.identifiers import Identifier
from kinfirst.records.intake_findings import Account

# Table 0203: numbers of a visit or an account, and those that a family shares or nobody in particular has.
NOT_ONE_PERSON = {
    "AN": "the number of an account, not of a person",
    "ANC": "the number of an account, not of a person",
    "AND": "the number of an account, not of a person",
    "ANT": "the number of an account, not of a person",
    "VN": "the number of a visit, not of a person",
    "MB": "the number of a membership, which a family may share",
    "SN": "the number of a subscription, which a family may share",
    "GN": "the number of a guarantor, who may be somebody else",
    "ANON": "an anonymous number",
    "MRT": "a temporary number",
    "PNT": "a temporary number",
}
_COUNTED_THROUGH = frozenset({"123456789", "1234567890", "0123456789", "987654321"})
_SHORTEST_FILLER = 3


def usable(report: AdtReport, account: Account) -> tuple[Identifier, ...]:
    """The numbers that are one person's. Those of a visit or a family, and fillers, are left with the reason.

    A number without an authority counts as the sender's own; without a sender either it is nobody's.
    """
    kept: list[Identifier] = []
    used: set[str] = set()
    for sent in report.patient.identifiers:
        found = _identifier(sent, report)
        if isinstance(found, str):
            account.left.append(Left(field=sent.source, why=found))
        else:
            kept.append(found)
            used.add(sent.source)
    unused = {sent.source for sent in report.patient.identifiers} - used
    account.taken = [each for each in account.taken if each.field not in unused]
    return tuple(dict.fromkeys(kept))


def _identifier(sent: Sent, report: AdtReport) -> Identifier | str:
    """The number as it is kept, or why it is not."""
    if sent.kind in NOT_ONE_PERSON:
        return NOT_ONE_PERSON[sent.kind]
    signs = "".join(sign for sign in sent.value if sign.isalnum())
    if (len(signs) >= _SHORTEST_FILLER and len(set(signs)) == 1) or signs in _COUNTED_THROUGH:
        return "a filler, which many would share"
    authority = sent.authority or (f"sender {report.sender}" if report.sender else None)
    if authority is None:
        return "a number without an authority, of an unknown sender"
    try:
        value, said = entries.text(sent.value, "value"), entries.text(authority, "authority")
        kind = entries.text(sent.kind, "kind") if sent.kind else ""
    except BadInput as wrong:
        return f"cannot be kept ({wrong})"
    return Identifier(kind=kind, authority=said, value=value)
