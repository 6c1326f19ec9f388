"""Breaking the glass (decision 0006): a page that says what will happen before it does."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods

from kinfirst.core.errors import BadInput
from kinfirst.records.breakglass import LONGEST_REASON, MINUTES, break_glass, case_called
from kinfirst.records.errors import UnknownCase
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.throttle import may_ask

TOO_OFTEN, REFUSED = 429, 422


class Asking(forms.Form):
    """Which case, why, and for how long."""

    use_required_attribute = False
    alias = forms.CharField(
        label=gettext_lazy("Alias of the case"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you must see it now"),
        help_text=gettext_lazy("Whoever reviews this reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        initial=MINUTES[0],
        choices=[(n, ngettext_lazy("%(n)s minute", "%(n)s minutes", n) % {"n": n}) for n in MINUTES],
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def breaking(here: Here) -> HttpResponse:
    """GET asks, POST does it. For a case that is not theirs to know the answer is that there is none."""
    if here.request.method != "POST":
        return _form(here, Asking(initial={"alias": here.request.GET.get("alias", "")}))
    if not may_ask(here.request, f"glass:{here.viewer.id}"):
        return shown(here, "429.html", {}, status=TOO_OFTEN)
    form = Asking(here.request.POST)
    if not form.is_valid():
        return _form(here, form, status=REFUSED)
    try:
        case = case_called(here.viewer, form.cleaned_data["alias"], here.now)
        given = {"reason": form.cleaned_data["reason"], "minutes": form.cleaned_data["minutes"]}
        break_glass(here.viewer, case, **given, now=here.now)
    except UnknownCase:
        form.add_error("alias", _("There is no case of that alias."))
        return _form(here, form, status=REFUSED)
    except BadInput as wrong:
        form.add_error(None, str(wrong))
        return _form(here, form, status=REFUSED)
    messages.success(here.request, _("The case is open to you. Ask for what you need; each look is recorded."))
    return redirect("case", case)


def _form(here: Here, form: Asking, *, status: int = 200) -> HttpResponse:
    return shown(here, "web/audit/breaking.html", {"form": form}, status=status)
