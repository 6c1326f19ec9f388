"""The questions a form asks: one label for each argument, a hint where one helps."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import Text


class Asked(NamedTuple):
    """A label, and a hint under it."""

    label: Text
    hint: Text = ""


ARGUMENTS: dict[str, Asked] = {
    "acknowledge.place": Asked(_("Whom you will tell")),
    "add_kin.person": Asked(_("Who"), _("Their name, exactly as it is in the address book.")),
    "add_kin.guardian": Asked(_("Guardian, if they are under age"), _("Their name, exactly as it is registered.")),
    "agency": Asked(_("Which agency"), _("So that it can be asked whether it was done.")),
    "agency_confirms.at": Asked(_("When they were told")),
    "agency_confirms.name": Asked(_("Who confirms it")),
    "alias": Asked(_("Alias"), _("A word that says nothing. Leave it empty to be given one.")),
    "amend.fact": Asked(_("Which fact"), _("A short code: circumstances, place, time.")),
    "amend.value": Asked(_("What stands now")),
    "as": Asked(_("Who it is"), _("Their name or code name, exactly as it is registered.")),
    "assign.interpreter": Asked(_("Interpreter"), _("Never family, never a minor.")),
    "awareness.person": Asked(_("Who must act"), _("Their name, exactly as it is registered.")),
    "awareness.why": Asked(_("What they must do that needs them to know")),
    "bed": Asked(_("Bed")),
    "casualty": Asked(_("Who it is, if known"), _("Name or code name, exactly as registered. Empty: not known.")),
    "category": Asked(_("Category")),
    "channel": Asked(_("How")),
    "chart.text": Asked(_("Entry")),
    "clear_doubt.why": Asked(_("What settled the doubt")),
    "coroner.number": Asked(_("Reference number")),
    "correct.person": Asked(_("Who has heard it")),
    "decision": Asked(_("Decision")),
    "decide_tie.order": Asked(_("Who comes first"), _("Everyone who stands level, once.")),
    "decide_tie.why": Asked(_("On what the order rests")),
    "declare_bond.ground": Asked(_("What bound them")),
    "declare_bond.person": Asked(_("Who"), _("Their name, exactly as it is registered.")),
    "detail": Asked(_("Detail"), _("To stop, say why.")),
    "done": Asked(_("What was done")),
    "emergency_contact": Asked(_("They are an emergency contact")),
    "entry": Asked(_("Whose entries")),
    "event": Asked(_("Event"), _("Its code, if more than one person is affected.")),
    "evidence": Asked(_("Evidence"), _("What it is, and where it is kept.")),
    "exclude_kin.evidence": Asked(_("Which document")),
    "exclude_kin.person": Asked(_("Who")),
    "flag_doubt.about": Asked(_("What is wrong")),
    "flag_doubt.note": Asked(_("What you have seen or heard")),
    "ground": Asked(_("Ground")),
    "id_seen": Asked(_("I have seen their identification")),
    "identifiers": Asked(_("Checked on the body, and matching")),
    "interpreter": Asked(_("Interpreter")),
    "ipass.actions": Asked(_("Action list"), _("What is to be done, by when.")),
    "ipass.contingency": Asked(_("Contingency"), _("What might happen, and what to do then.")),
    "ipass.illness": Asked(_("Illness severity"), _("Stable, to watch, unstable.")),
    "ipass.summary": Asked(_("Patient summary")),
    "item": Asked(_("Which effects")),
    "items": Asked(_("Items"), _("One on each line. If nothing was found, write: none")),
    "kind": Asked(_("Which")),
    "lead": Asked(_("Lead"), _("The notifier of record for this person.")),
    "leak.about": Asked(_("What is being said")),
    "leak.source": Asked(_("Where it is out")),
    "listed": Asked(_("The casualty listed them")),
    "method": Asked(_("By what")),
    "minutes": Asked(_("For how many minutes")),
    "mismatched": Asked(_("Checked, and not matching")),
    "mode": Asked(_("Where you are")),
    "note": Asked(_("Note")),
    "number": Asked(_("Number of their acknowledgement")),
    "offer": Asked(_("Which offer")),
    "org": Asked(_("Organisation")),
    "override": Asked(_("Which exception")),
    "override.place": Asked(_("For whom"), _("Nobody in particular: for the whole case.")),
    "override.reason": Asked(_("Why")),
    "patients": Asked(_("Which patients")),
    "place": Asked(_("Whom")),
    "pronounce.ground": Asked(
        _("Ground"), _("Only where the ordinary way does not apply: signs that cannot be reversed.")
    ),
    "pronounce.second": Asked(_("Second person, at the body"), _("Only if you are elsewhere.")),
    "pronounce.when": Asked(_("Time of death"), _("Empty: now.")),
    "read_back": Asked(_("Read it back"), _("In your own words: who, what to watch, what to do, until when.")),
    "recall": Asked(_("You may be called back")),
    "recall.person": Asked(_("Who")),
    "recall.why": Asked(_("Why")),
    "receipt": Asked(_("Receipt"), _("What they signed, or said.")),
    "received": Asked(_("When you first heard of it"), _("Empty: now.")),
    "reference": Asked(_("Reference for the family"), _("Empty: one is made.")),
    "relation": Asked(_("Relation")),
    "keep_strip.strip": Asked(_("Strip"), _("It is kept at the bed, on the page of the station.")),
    "photograph.image": Asked(_("Photograph"), _("JPEG, PNG or WebP, at most 12 MB.")),
    "release_effects.to": Asked(_("To whom")),
    "releases": Asked(_("What is released")),
    "report": Asked(_("Report")),
    "result": Asked(_("What happened")),
    "retract.kind": Asked(_("What is true")),
    "retract.was": Asked(_("Who it was, if known"), _("Their name, exactly as it is registered.")),
    "review_override.note": Asked(_("What the review found")),
    "right": Asked(_("What they had heard is right")),
    "rule": Asked(_("Which rule")),
    "scope": Asked(_("Scope")),
    "seal": Asked(_("Number of the seal")),
    "search.person": Asked(_("Whom you looked for")),
    "search.result": Asked(_("What you found")),
    "search.step": Asked(_("Where you looked")),
    "second": Asked(_("Second person"), _("Somebody else, who stands by it.")),
    "source": Asked(_("How they know")),
    "state": Asked(_("State of the person")),
    "status": Asked(_("Status")),
    "team": Asked(_("With")),
    "tell.channel": Asked(_("How you told them")),
    "to": Asked(_("To whom")),
    "type": Asked(_("Type")),
    "understood": Asked(_("They have understood"), _("On your word. Sent, left or said is not told.")),
    "until": Asked(_("Until")),
    "view.what": Asked(_("Which part")),
    "what": Asked(_("What")),
    "when": Asked(_("When"), _("Empty: now.")),
    "where": Asked(_("Where")),
    "why": Asked(_("Why")),
    "wish": Asked(_("What they ask")),
    "with": Asked(_("Second person, who was there")),
    "witness": Asked(_("Witness")),
}


def asked(command: str, argument: str) -> Asked:
    """The question for an argument of a command."""
    found = ARGUMENTS.get(f"{command}.{argument}") or ARGUMENTS.get(argument)
    return found or Asked(argument.replace("_", " ").capitalize())
