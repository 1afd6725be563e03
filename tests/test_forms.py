"""What holds for every form there is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tracker import forms
from tracker.forms.base import Form


def every_form(kind: type[Form] = Form) -> Iterator[type[Form]]:
    for one in kind.__subclasses__():
        yield one
        yield from every_form(one)


def optional_fields() -> Iterator[tuple[str, Any]]:
    """Yield each field that may be left out, with all that it asks of its value."""
    for module in pkgutil.iter_modules(forms.__path__):
        importlib.import_module(f"{forms.__name__}.{module.name}")
    for form in every_form():
        for name, field in form.model_fields.items():
            if field.default is None:
                yield f"{form.__name__}.{name}", Annotated[field.annotation, None, *field.metadata]


@pytest.mark.parametrize(("name", "kind"), list(optional_fields()), ids=lambda one: one if isinstance(one, str) else "")
def test_an_empty_field_is_read_or_refused_and_no_accident(name: str, kind: Any) -> None:
    """Browsers send every field of a form, the empty ones too."""
    with suppress(ValidationError):
        assert TypeAdapter(kind).validate_python("") in (None, ""), name
