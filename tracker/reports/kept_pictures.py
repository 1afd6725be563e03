"""Keeps the pictures that are values of cells: openpyxl knows neither those of Excel nor those of WPS.

Puts the parts that hold them back into the workbook that openpyxl has written; runs in the child that marks faults.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from tracker.spreadsheets.markup import starts
from tracker.spreadsheets.packages import Package

_KINDS = frozenset({"cellImage", "sheetMetadata", "rdRichValue", "rdRichValueStructure", "rdRichValueTypes",
                    "richValueRel"})  # fmt: skip
_TYPES = "[Content_Types].xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_FOLDER = "xl/media"


@dataclass
class KeptPictures:
    """What goes into the workbook again: parts by their names, and how the workbook tells of them."""

    parts: dict[str, bytes] = field(default_factory=dict)
    relations: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    endings: dict[str, str] = field(default_factory=dict)

    def announced(self, name: str, content: bytes) -> bytes:
        """Return a part of the written workbook, with what leads to the pictures where it is one that tells."""
        if name == _TYPES:
            lines = [
                f"<Default Extension={quoteattr(ending)} ContentType={quoteattr(kind)}/>"
                for ending, kind in self.endings.items()
                if f'Extension="{ending}"'.encode() not in content
            ]
            return content.replace(b"</Types>", "".join([*lines, *self.types, "</Types>"]).encode())
        if name == _RELATIONS:
            return content.replace(b"</Relationships>", "".join([*self.relations, "</Relationships>"]).encode())
        return content


def pictures_kept(source: Package) -> KeptPictures:
    """Return what ``source`` has of pictures in cells."""
    kept = KeptPictures()
    stated = _stated_types(source)
    for number, (kind, part) in enumerate(_links(source, source.related("", "officeDocument") or "")):
        link = f'Id="rIdKept{number}" Type={quoteattr(kind)} Target={quoteattr("/" + part)}'
        kept.relations.append(f"<Relationship {link}/>")
        if "/" + part.lower() in stated:
            words = quoteattr(stated["/" + part.lower()])
            kept.types.append(f"<Override PartName={quoteattr('/' + part)} ContentType={words}/>")
        kept.parts[part] = b"".join(source.chunks(part))
        _keep_media(source, part, stated, kept)
    return kept


def _links(source: Package, workbook: str) -> Iterable[tuple[str, str]]:
    """Yield the full type and the part of each link of the workbook to something that pictures in cells need."""
    folder, name = posixpath.split(workbook)
    parts = {key: one.part for key, one in source.relations(workbook).items() if one.kind in _KINDS}
    for _element, found in starts(source.text(posixpath.join(folder, "_rels", name + ".rels"))):
        part = parts.get(found.get("Id", ""))
        if part is not None and part in source:
            yield found["Type"], part


def _keep_media(source: Package, part: str, stated: Mapping[str, str], kept: KeptPictures) -> None:
    """Keep the pictures a part leads to, under names that openpyxl does not give."""
    lines = []
    for key, relation in source.relations(part).items():
        if relation.part not in source:
            continue
        name = f"{_FOLDER}/kept_{posixpath.basename(relation.part)}"
        ending = posixpath.splitext(name)[1].lstrip(".").lower()
        kept.parts[name] = b"".join(source.chunks(relation.part))
        kept.endings[ending] = stated.get(ending, f"image/{ending}")
        lines.append(
            f"<Relationship Id={quoteattr(key)} Target={quoteattr('/' + name)} "
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        )
    if lines:
        folder, name = posixpath.split(part)
        around = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        kept.parts[f"{folder}/_rels/{name}.rels"] = f"{around}{''.join(lines)}</Relationships>".encode()


def _stated_types(package: Package) -> dict[str, str]:
    """Return the content types by the part's name, which begins with a slash, or by the ending of names."""
    found = (attributes for _name, attributes in starts(package.text(_TYPES)) if "ContentType" in attributes)
    return {(one.get("PartName") or one.get("Extension") or "").lower(): one["ContentType"] for one in found}
