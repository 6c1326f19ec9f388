"""What people read of each command: plain, short, no abbreviations."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Said(NamedTuple):
    """A command as a person meets it: what it is called, the button, what follows, where it belongs.

    `grave` says what cannot be taken back, and is shown as a warning.
    """

    title: Text
    button: Text
    what: Text
    group: str
    grave: Text = ""


GROUPS: dict[str, Text] = {
    "telling": _("Telling"),
    "kin": _("Kin and the chain"),
    "bay": _("In the bay"),
    "identity": _("Identity"),
    "chart": _("Chart and reports"),
    "facts": _("Facts and doubt"),
    "effects": _("Effects"),
    "exceptions": _("Exceptions"),
    "after": _("Support and organisations"),
    "closing": _("The public name, and closing"),
    "house": _("Cover and duty"),
}

SAID: dict[str, Said] = {
    "open_case": Said(
        _("Open a case"),
        _("Open the case"),
        _("The clocks run from the moment you first heard of it. Leave the alias empty to be given one."),
        "bay",
    ),
    "device_event": Said(_("Report a device"), _("Report"), _("A device asks for the patient to be checked."), "bay"),
    "keep_strip": Said(
        _("Keep a strip"),
        _("Keep this strip"),
        _("The last seconds of the bed’s signals stay with the case. They are no diagnosis."),
        "bay",
    ),
    "resuscitate": Said(
        _("Resuscitation record"), _("Record this line"), _("One line of what was done, and when."), "bay"
    ),
    "observe": Said(
        _("Observation timer"), _("Record it"), _("Start the timer, or say that activity was seen."), "bay"
    ),
    "pronounce": Said(
        _("Pronounce the death"),
        _("Pronounce"),
        _("You say the time of death. It is never edited."),
        "bay",
        _("This cannot be taken back by you. A wrong pronouncement is retracted by an authority."),
    ),
    "chart": Said(_("Write in the chart"), _("Add the entry"), _("An entry in the chart of this case."), "chart"),
    "sign": Said(_("Sign your entries"), _("Sign"), _("You stand by what you wrote."), "chart"),
    "cosign": Said(_("Co-sign a trainee’s entries"), _("Co-sign"), _("You stand by what a trainee wrote."), "chart"),
    "coroner": Said(
        _("Record the coroner’s decision"),
        _("Record the decision"),
        _("While a death is referred, body and effects are evidence."),
        "chart",
    ),
    "set_status": Said(
        _("File the casualty report"), _("File the report"), _("Type, status and category must go together."), "chart"
    ),
    "identify": Said(
        _("Record an identification"),
        _("Record the evidence"),
        _("The level follows from the evidence: two people, two methods. A mask is not a face."),
        "identity",
    ),
    "flag_doubt": Said(
        _("Say that something is wrong"),
        _("Stop every forward step"),
        _("Anyone may do this. Nobody else is told until an authority clears it."),
        "facts",
    ),
    "clear_doubt": Said(_("Clear the doubt"), _("Clear it"), _("Say what settled it. Telling goes on."), "facts"),
    "retract": Said(
        _("Retract the death"),
        _("Retract"),
        _("The person is alive, or it was somebody else. Everyone told must hear it."),
        "facts",
        _("Everything stops, effects are locked, and everyone who was told must be told this."),
    ),
    "confirm_roll": Said(
        _("Confirm the emergency data"), _("Confirm"), _("You have checked that the list of kin still holds."), "kin"
    ),
    "add_kin": Said(_("Add kin"), _("Add to the list"), _("Somebody the registry does not list as kin."), "kin"),
    "exclude_kin": Said(
        _("Take somebody off the list"),
        _("Take off the list"),
        _("Only a document does this. An allegation, a charge or a separation is none."),
        "kin",
    ),
    "declare_bond": Said(
        _("Name who was close"),
        _("Declare the bond"),
        _("The person who will be bereaved though no form names them."),
        "kin",
    ),
    "draw_chain": Said(
        _("Draw the chain"), _("Draw the chain"), _("Who is told, in which order, and why. It redraws itself."), "kin"
    ),
    "decide_tie": Said(
        _("Decide who comes first"), _("Decide"), _("People stand level and their ages do not settle it."), "kin"
    ),
    "assign": Said(
        _("Name who carries the word"),
        _("Assign"),
        _("One lead for each person, of sufficient rank, who speaks their language and is not bereaved."),
        "telling",
    ),
    "attempt": Said(
        _("Nobody could be told"),
        _("Record the visit"),
        _("Leave no note and no message with anybody. The next visit is planned."),
        "telling",
    ),
    "tell": Said(
        _("Record that a person was told"),
        _("They have been told"),
        _("Told means that they understood. Stay until they have."),
        "telling",
        _("This settles the place and opens the next. It cannot be taken back."),
    ),
    "already_aware": Said(
        _("They already knew"),
        _("Record it"),
        _("Condole, and put right what they heard. Do not tell them again."),
        "telling",
    ),
    "search": Said(_("Record a step of the search"), _("Record the step"), _("Ask only where the person is."), "kin"),
    "no_kin_found": Said(
        _("Say that no kin were found"), _("No kin were found"), _("Every step of the search is on record."), "kin"
    ),
    "hand_to_agency": Said(
        _("Ask another agency to tell"), _("Ask the agency"), _("This settles nothing until they confirm."), "telling"
    ),
    "agency_confirms": Said(
        _("The agency has told them"), _("Record their word"), _("A named person says that it was done."), "telling"
    ),
    "acknowledge": Said(
        _("Say that you have the word"),
        _("I have it"),
        _("The leader has not been told by this. You tell them."),
        "telling",
    ),
    "leak": Said(
        _("The news is out"),
        _("Open the fast lane"),
        _("Kin are told at once, together, by the faster channels too."),
        "telling",
        _("The order among kin and the permitted hours are lifted. This cannot be taken back."),
    ),
    "override": Said(
        _("Decide an exception"),
        _("Waive the rule"),
        _("One rule, for a time, with a reason and a second person. Somebody else reviews it."),
        "exceptions",
    ),
    "review_override": Said(
        _("Review an exception"), _("Record the review"), _("By somebody other than the one who decided."), "exceptions"
    ),
    "awareness": Said(
        _("Operational awareness"),
        _("Record it"),
        _("For one who must act. It is not a telling, and gives no right to pass it on."),
        "exceptions",
    ),
    "blackout": Said(
        _("Communications blackout"), _("Record it"), _("It lasts until the last of kin has been told."), "exceptions"
    ),
    "release_name": Said(
        _("Make the name public"),
        _("Make the name public"),
        _("After the last of kin in the event, and the hold."),
        "closing",
        _("A name that is public stays public."),
    ),
    "kin_wish": Said(_("What kin ask about the name"), _("Record the wish"), _("Their wish is on record."), "closing"),
    "amend": Said(
        _("Change a fact"),
        _("Record what stands now"),
        _("Everyone who was told the old one must hear the new one."),
        "facts",
    ),
    "correct": Said(
        _("Somebody has heard what stands"),
        _("They have heard it"),
        _("By as good a channel as they were first told."),
        "facts",
    ),
    "inventory": Said(_("List the effects"), _("Record the list"), _("Item by item, by two people."), "effects"),
    "treat": Said(_("Clean, wrap or seal"), _("Record it"), _("Not while the coroner has the death."), "effects"),
    "photograph": Said(
        _("Photograph a label"),
        _("Keep the photograph"),
        _("The label and the seal, not the room. It is kept encrypted, without place or time in it."),
        "effects",
    ),
    "transfer": Said(_("Give effects to somebody"), _("Give"), _("They are yours until received."), "effects"),
    "receive": Said(_("Receive effects"), _("Receive"), _("Check the seal. One that differs is recorded."), "effects"),
    "release_effects": Said(
        _("Release the effects"),
        _("Release"),
        _("To the one entitled, identified, against a receipt."),
        "effects",
        _("This is for good: there is no way to get them back."),
    ),
    "offer_support": Said(
        _("Offer support"), _("I have offered it"), _("Taking it is voluntary and private."), "after"
    ),
    "tell_org": Said(_("Tell an organisation"), _("Tell them"), _("A message goes out and is acknowledged."), "after"),
    "org_acknowledged": Said(_("An organisation has answered"), _("Record the answer"), _("They have it."), "after"),
    "view": Said(
        _("Ask to see a part of the case"), _("Show it"), _("The look is recorded, granted or not."), "identity"
    ),
    "close_case": Said(_("Close the case"), _("Close"), _("Only when nothing is open."), "closing"),
    "reopen_case": Said(_("Reopen the case"), _("Reopen"), _("It keeps its number."), "closing"),
    "hand_over": Said(
        _("Hand your patients over"), _("Offer cover"), _("They stay yours until it is read back."), "house"
    ),
    "accept_cover": Said(
        _("Accept cover"), _("Accept, having read it back"), _("The patients are yours then."), "house"
    ),
    "decline_cover": Said(_("Decline cover"), _("Decline"), _("The patients stay where they are."), "house"),
    "go_off": Said(_("Go off duty"), _("Go off duty"), _("Nobody leaves with a living patient of theirs."), "house"),
    "recall": Said(_("Call somebody back"), _("Call back"), _("As far as the hand-over allows."), "house"),
}
