"""Addresses of the audit."""

from __future__ import annotations

from django.urls import path, re_path

from kinfirst.web.views import audit

urlpatterns = [
    path("", audit.audit, name="audit"),
    re_path(r"^export\.(?P<format>csv|json)$", audit.export, name="audit_export"),
    path("registry/", audit.log, name="audit_log"),
    path("measures/", audit.measures, name="audit_measures"),
    path("record/", audit.record, name="audit_record"),
    path("record/check", audit.check, name="audit_check"),
    path("record/proof", audit.find_proof, name="audit_find_proof"),
    path("record/proof/<slug:id>", audit.proof, name="audit_proof"),
]
