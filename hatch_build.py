"""Compiles the message catalogues, so that neither the wheel nor a checkout needs Babel when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> None:
    """Write ``messages.mo`` beside every ``messages.po`` that is newer."""
    for source in sorted(root.glob("tracker/translations/*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as catalogue:
            messages = read_po(catalogue, locale=source.parent.parent.name)
        # Written beside and renamed: a test process may be reading the old one.
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as compiled:
            write_mo(compiled, messages)
        fresh.replace(target)


class CatalogueHook(BuildHookInterface[Any]):
    """Runs before every build, the editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root))
