"""Addresses of the station. A bed's name is short and no person's."""

from __future__ import annotations

from django.urls import URLPattern, path

from kinfirst.web.views import station

urlpatterns: list[URLPattern] = [
    path("", station.station, name="station"),
    path("stream", station.stream, name="station_stream"),
    path("attach", station.attach, name="station_attach"),
    path("beds/<slug:bed>/", station.bed, name="station_bed"),
    path("beds/<slug:bed>/act", station.act, name="station_act"),
    path("beds/<slug:bed>/keep", station.keep, name="station_keep"),
]
