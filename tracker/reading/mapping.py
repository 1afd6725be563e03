"""How a file is understood: which column is which field, and what its own words and names mean.

One description serves the page, the command line (as TOML) and the mappings kept by name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tracker.errors import InvalidError
from tracker.languages import _
from tracker.reading.days import Order
from tracker.reading.fields import ImportKind, fields_of
from workflows.issue import IssueState, Severity

LEAVE, SPOT, CREATE = "leave", "spot", "create"


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Columns = Annotated[tuple[str, ...], BeforeValidator(_several)]
Answer = Annotated[str, Field(pattern=r"^(#\d{1,9}|leave|spot|create:[a-z]+(:\d{1,9})?)$")]
# What an office takes for granted of its own villages; a name with none of these endings is a spot.
KINDS_BY_ENDING = {
    "township": ("镇", "乡"),
    "street": ("街道", "街道办事处"),
    "village": ("村",),
    "community": ("社区",),
}


class FileMapping(BaseModel):
    """How one kind of file is understood.

    ``columns`` maps a field to its heading, or to several whose words are put together. ``units`` answers what a name
    means: ``#12`` that unit, ``leave`` none, ``spot`` a place within the one above, ``create:village:12`` a new one
    there. ``orders`` says how the days of a field are written where they could be read in two ways. ``reference``
    is the day on which the ledger was written, from which days without a year are reckoned.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", max_length=40)
    kind: ImportKind = ImportKind.LEDGER
    sheet: str = Field(default="", max_length=120)
    header: tuple[int, int] | None = None
    columns: Mapping[str, Columns] = {}
    remark_from: tuple[str, ...] = ()
    orders: Mapping[str, Order] = {}
    reference: date | None = None
    states: Mapping[str, IssueState] = {}
    start: IssueState = IssueState.REGISTERED
    severities: Mapping[str, Severity] = {}
    sources: Mapping[str, str] = {}
    returned_when: tuple[str, ...] = ()
    recurred_when: tuple[str, ...] = ()
    late_when: tuple[str, ...] = ()
    units: Mapping[str, Answer] = {}
    unknown_places: Literal["ask", "create", "spot"] = "ask"
    place_kinds: Mapping[str, tuple[str, ...]] = KINDS_BY_ENDING
    split: bool = True
    fill_down: bool = True
    hidden_rows: bool = False

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        unknown = sorted(set(self.columns) - set(fields_of(self.kind)))
        if unknown:
            raise ValueError(_("没有这样的字段：{names}").format(names="、".join(unknown)))
        return self

    @classmethod
    def read(cls, path: Path) -> FileMapping:
        """Return the mapping in the TOML file at ``path``; raise ``InvalidError`` naming what is wrong in it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidError({path.name: _("映射文件不是有效的 TOML：{why}").format(why=error)}) from error
        except ValidationError as error:
            raise InvalidError(_told(error, path.name)) from error

    def kept(self) -> dict[str, Any]:
        """Return what may be kept by name: nothing that holds for one file alone."""
        return self.model_dump(mode="json", exclude={"reference", "header", "sheet", "name"}, exclude_defaults=True)

    def stored(self) -> dict[str, Any]:
        """Return the whole mapping as it goes into a table."""
        return self.model_dump(mode="json", exclude_defaults=True)


def _told(error: ValidationError, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for detail in error.errors():
        place = ".".join(map(str, detail["loc"])) or "columns"
        words = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else detail["msg"]
        found[f"{name}:{place}"] = words
    return found
