"""Addresses of the registry. They hold ids and codes; a name is only ever sent as a form."""

from __future__ import annotations

from django.urls import path

from kinfirst.web.views import registry, registry_accounts, registry_house

urlpatterns = [
    path("", registry.overview, name="registry"),
    path("find", registry.find, name="registry_find"),
    path("people/new", registry.new_person, name="registry_new_person"),
    path("people/<slug:id>/", registry.person, name="registry_person"),
    path("people/<slug:id>/kin", registry.new_kin, name="registry_new_kin"),
    path("people/<slug:id>/ways", registry.ways, name="registry_ways"),
    path("people/<slug:id>/away", registry.away, name="registry_away"),
    path("people/<slug:id>/account", registry_accounts.account, name="registry_account"),
    path("kin/<int:line>/", registry.kin, name="registry_kin"),
    path("offices/", registry_house.offices, name="registry_offices"),
    path("offices/one", registry_house.office, name="registry_office"),
    path("events/", registry_house.events, name="registry_events"),
    path("events/one", registry_house.event, name="registry_event"),
    path("divisions/", registry_house.divisions, name="registry_divisions"),
    path("duty/", registry_house.duty, name="registry_duty"),
    path("duty/end", registry_house.end_roster, name="registry_end_roster"),
    path("policies/", registry_house.packs, name="registry_policies"),
    path("policies/<slug:id>/", registry_house.pack, name="registry_policy"),
    path("policies/<slug:id>/drawing.svg", registry_house.drawing, name="registry_drawing"),
    path("accounts/", registry_accounts.accounts, name="registry_accounts"),
]
