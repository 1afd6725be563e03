"""Finds fonts by fontconfig, looks their glyphs up, and embeds what was used of them in a PDF."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import uharfbuzz as hb

from tracker.reports.ledger_pdf_file import PdfFile

_LIBRARIES = ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll", "fontconfig-1.dll")
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "DSIG", "VORG", "vhea", "vmtx", "kern", "SVG ", "COLR", "CBDT", "CBLC")
_SAMPLES = (chr(0x7763), "A")  # what the first font must have: a common Chinese character, a Latin letter
_REGULAR = 400  # the weight a font of many weights is set in
_FLAGS = (
    hb.SubsetFlags.RETAIN_GIDS
    | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    | hb.SubsetFlags.NO_HINTING
    | hb.SubsetFlags.CFF_IDENTITY_CHARSET  # a code in the text is a glyph of the font, whatever its own numbers were
    | hb.SubsetFlags.DOWNGRADE_CFF2
)
_CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
%bendcmap CMapName currentdict /CMap defineresource pop end end"""


class NoFontError(Exception):
    """The system has no library to find fonts, or no font with Chinese characters."""


@dataclass
class Face:
    """One font; ``used`` keeps which glyphs were asked for, and the character each stands for."""

    path: str
    index: int
    used: dict[int, str] = field(default_factory=dict)

    @cached_property
    def _font(self) -> Any:
        return hb.Font(hb.Face(hb.Blob.from_file_path(self.path), self.index))

    def glyph(self, character: str) -> int:
        """Return the number of its glyph, 0 for none."""
        return int(self._font.get_nominal_glyph(ord(character)) or 0)

    def width(self, glyph: int) -> int:
        """Return how wide a glyph is, in thousandths of the size."""
        return int(self._font.get_glyph_h_advance(glyph) * 1000 / self._font.face.upem + 0.5)

    def embed(self, file: PdfFile) -> int:
        """Write the font with the glyphs that were used; return its number."""
        face, subset = self._font.face, self._subset()
        is_cff = "CFF " in subset.table_tags
        kind, key = (b"/CIDFontType0", b"/FontFile3") if is_cff else (b"/CIDFontType2", b"/FontFile2")
        program = (
            file.stream(subset.reference_table("CFF ").data, b"/Subtype/CIDFontType0C")
            if is_cff
            else file.stream(subset.blob.data, b"/Length1 %d" % len(subset.blob.data))
        )
        name = _plain(face.get_name(6) or "Font")
        extents = self._font.get_font_extents("ltr")
        up, down = (round(one * 1000 / face.upem) for one in (extents.ascender, extents.descender))
        about = file.put(
            b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[-500 %d 2000 %d]/ItalicAngle 0/Ascent %d"
            b"/Descent %d/CapHeight %d/StemV 80%b %d 0 R>>" % (name, down, up, up, down, up, key, program)
        )
        inner = file.put(
            b"<</Type/Font/Subtype%b/BaseFont/%b/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            b"/FontDescriptor %d 0 R/DW 1000/W[%b]%b>>"
            % (kind, name, about, self._widths(), b"" if is_cff else b"/CIDToGIDMap/Identity")
        )
        cmap = file.stream(_CMAP % b"".join(self._characters()))
        return file.put(
            b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, inner, cmap)
        )

    def _subset(self) -> Any:
        face, wanted = self._font.face, hb.SubsetInput()
        wanted.flags = _FLAGS
        for glyph in self.used:
            wanted.glyph_set.add(glyph)
        for tag in _DROPPED:
            wanted.drop_table_tag_set.add(int.from_bytes(tag.encode(), "big"))
        if face.axis_infos:
            wanted.pin_all_axes_to_default(face)
            if any(axis.tag == "wght" for axis in face.axis_infos):
                wanted.pin_axis_location(face, "wght", _REGULAR)
        return wanted.subset(face)

    def _widths(self) -> bytes:
        wide = ((glyph, self.width(glyph)) for glyph in sorted(self.used))
        return b" ".join(b"%d[%d]" % one for one in wide if one[1] != 1000)

    def _characters(self) -> Iterator[bytes]:
        known = sorted(self.used.items())
        for start in range(0, len(known), 100):
            some = known[start : start + 100]
            yield b"%d beginbfchar\n" % len(some)
            for glyph, character in some:
                yield b"<%04x> <%b>\n" % (glyph, character.encode("utf-16-be").hex().encode())
            yield b"endbfchar\n"


def _plain(name: str) -> bytes:
    return b"LEDGER+" + "".join(one for one in name if one.isascii() and (one.isalnum() or one == "-")).encode()


def faces(families: str) -> list[Face]:
    """Return the fonts of these families (as fontconfig takes them), then all that have further characters.

    Raises ``NoFontError``.
    """
    found = [Face(path, index) for path, index in _listed(families)]
    first = next((n for n, face in enumerate(found) if all(map(face.glyph, _SAMPLES))), None)
    if first is None:
        raise NoFontError
    return [found[first], *found[:first], *found[first + 1 :]]


def _library() -> ctypes.CDLL:
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise NoFontError


def _listed(families: str) -> Iterator[tuple[str, int]]:
    """Yield file and number of each font whose outlines can be embedded, the nearest to ``families`` first."""
    library = _library()
    for name in ("FcInitLoadConfigAndFonts", "FcNameParse", "FcFontSort"):
        getattr(library, name).restype = ctypes.c_void_p
    config, pattern = library.FcInitLoadConfigAndFonts(), library.FcNameParse(f"{families}:lang=zh-cn".encode())
    if not config or not pattern:
        raise NoFontError
    config, pattern, outcome = ctypes.c_void_p(config), ctypes.c_void_p(pattern), ctypes.c_int()
    library.FcConfigSubstitute(config, pattern, 0)
    library.FcDefaultSubstitute(pattern)
    found = library.FcFontSort(config, pattern, 1, None, ctypes.byref(outcome))
    if not found:
        raise NoFontError
    fonts = ctypes.cast(found, ctypes.POINTER(_FontSet)).contents
    for number in range(fonts.many):
        font = ctypes.c_void_p(fonts.fonts[number])
        if _truth(library, font, b"outline") and not _truth(library, font, b"color"):
            yield _string(library, font, b"file"), _integer(library, font, b"index") & 0xFFFF


class _FontSet(ctypes.Structure):
    _fields_ = (("many", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


def _truth(library: ctypes.CDLL, font: ctypes.c_void_p, name: bytes) -> bool:
    value = ctypes.c_int()
    library.FcPatternGetBool(font, name, 0, ctypes.byref(value))
    return bool(value.value)


def _integer(library: ctypes.CDLL, font: ctypes.c_void_p, name: bytes) -> int:
    value = ctypes.c_int()
    library.FcPatternGetInteger(font, name, 0, ctypes.byref(value))
    return value.value


def _string(library: ctypes.CDLL, font: ctypes.c_void_p, name: bytes) -> str:
    value = ctypes.c_char_p()
    library.FcPatternGetString(font, name, 0, ctypes.byref(value))
    return (value.value or b"").decode()
