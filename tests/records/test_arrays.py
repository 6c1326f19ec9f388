"""What PostgreSQL is given as one array a column has the kind that the column has (store.ARRAYS)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import models as django

from kinfirst.records import models, repeats, store

WRITTEN: dict[type[django.Model], Sequence[str]] = {
    models.Case: store.CASE,
    models.Entry: store.ENTRY,
    models.Task: store.TASK,
    models.Visit: store.VISIT,
    models.Note: store.NOTE,
    models.Outbox: store.MESSAGE,
    models.Answered: repeats.ANSWERED,
}


def kind_of(field: django.Field[object, object]) -> str:
    """The kind of array that fits a field."""
    if isinstance(field, django.BooleanField):
        return "boolean"
    if isinstance(field, django.BinaryField):
        return "bytea"
    return "bigint" if isinstance(field, django.IntegerField) else "text"


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_every_column_is_an_array_of_its_kind(model: type[django.Model]) -> None:
    fields = {field.column: field for field in model._meta.concrete_fields}
    given = {name: store.ARRAY_OF.get(name, "text") for name in WRITTEN[model]}
    assert given == {name: kind_of(fields[name]) for name in WRITTEN[model]}
