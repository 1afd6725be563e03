"""The name a file claims: cleaned before it is kept, and told to the browser without harm."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from tracker.errors import FileTypeError
from tracker.languages import _

LONGEST = 255  # bytes of UTF-8, what file systems take
# Names that some machine would run or render; refused as a middle part as well, such as ``照片.php.jpg``.
_RUNNABLE = re.compile(
    r"apk|app|asp|aspx|bat|cgi|chm|cmd|cpl|dll|exe|hta|html?|jar|jnlp|jse?|jsp|lnk|mht|mhtml|msi|phar|php\d?|phtml|pif"
    r"|ps1|py|reg|scr|sh|shtml|svgz?|swf|vb[es]|wsf|xht|xhtml|xml|xsl"
)
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")  # turns of direction and the like


def clean_name(claimed: str) -> str:
    """Return the last part of ``claimed`` without control characters, at most 255 bytes, its extension kept.

    Raises ``FileTypeError`` for a name that pretends or runs.
    """
    last = re.split(r"[/\\]", claimed)[-1]
    name = "".join(c for c in _INVISIBLE.sub("", last) if unicodedata.category(c) not in ("Cc", "Cs"))
    if name != name.rstrip(". "):
        raise _refused(name)
    name = unicodedata.normalize("NFC", name).strip()
    stem, dot, extension = name.rpartition(".")
    if not dot or not extension or any(_RUNNABLE.fullmatch(part) for part in name.lower().split(".")[1:]):
        raise _refused(name)
    return _cut(stem.lstrip(".") or _("未命名"), LONGEST - len(extension.encode()) - 1) + "." + extension


def extension_of(name: str) -> str:
    """Return the extension in lower case, without the dot."""
    return PurePosixPath(name).suffix[1:].lower()


def disposition(name: str) -> str:
    """Return the Content-Disposition that saves a file under ``name``; RFC 6266 and RFC 8187."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", unicodedata.normalize("NFKD", name))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _cut(text: str, limit: int) -> str:
    """Return the longest beginning of ``text`` within ``limit`` bytes, whole characters only."""
    return text.encode()[: max(limit, 0)].decode(errors="ignore")


def _refused(name: str) -> FileTypeError:
    return FileTypeError(_("“{name}”不是可以上传的类型，请上传照片、PDF 或办公文档").format(name=name[:80]))
