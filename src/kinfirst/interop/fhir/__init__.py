"""FHIR R4, as far as it is exchanged: plain JSON in and out, written here and not by a framework."""

from kinfirst.interop.fhir.observation import AlarmObservation, write_observation

__all__ = ["AlarmObservation", "write_observation"]
