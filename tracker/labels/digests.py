"""A digest in the reader's language: for the page, and as plain text for whatever carries it out of the house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.labels.law import DIGEST_SECTION
from tracker.labels.messages import message_words
from tracker.languages import N_, _

_HEADING = N_("{section}（{n} 件）")
_MORE = N_("还有 {n} 件")
_CONFIDENTIAL = N_("{number}：保密问题，请登录查看。")
_COUNTY = N_(
    "全县逾期 {overdue} 件：红色 {red} 件（新增 {newly_red} 件），黄色 {yellow} 件，蓝色 {blue} 件；将到期 {soon} 件。"
)
_WAITING = N_("等您批示 {consents} 件，再次延期待批复 {extensions} 件。")
_TOWNSHIP = N_("{name}：红色 {red}，黄色 {yellow}，蓝色 {blue}")


@dataclass(frozen=True)
class DigestLine:
    """One line, and where it leads: an issue, or else a subject."""

    words: str
    issue_id: int | None
    subject: str


@dataclass(frozen=True)
class DigestPart:
    """One part of a digest; ``more`` are those beyond the lines, in words, empty where there are none.

    ``query`` narrows the list of issues to this part; empty where nothing in it leads to an issue.
    """

    section: str
    heading: str
    lines: tuple[DigestLine, ...]
    more: str
    query: Mapping[str, str]


def digest_parts(context: Mapping[str, Any]) -> tuple[DigestPart, ...]:
    """Return the parts of a digest in the order in which they are read."""
    return tuple(_part(part, context) for part in context["parts"])


def _part(part: Mapping[str, Any], context: Mapping[str, Any]) -> DigestPart:
    words = DIGEST_SECTION[part["section"]]
    heading = _(_HEADING).format(section=_(words), n=part["total"])
    left = part["total"] - len(part["lines"])
    return DigestPart(
        part["section"], heading, tuple(map(_line, part["lines"])), _(_MORE).format(n=left) if left else "",
        _query(part, context),
    )  # fmt: skip


def _query(part: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    if not any(line.get("issue") for line in part["lines"]):
        return {}
    absent = {"absent": str(context["for_id"])} if "for_id" in context else {}
    return {"digest": context["day"], "part": part["section"], **absent}


def _line(line: Mapping[str, Any]) -> DigestLine:
    is_hidden = bool(line.get("confidential"))
    words = _(_CONFIDENTIAL).format(number=line["number"]) if is_hidden else message_words(line["kind"], line)
    return DigestLine(words, line.get("issue"), line.get("subject", ""))


def county_words(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a leader's digest says of the county, a line each; empty in everybody else's."""
    county = context.get("county")
    if not county:
        return ()
    figures = {name: county[name] for name in ("overdue", "red", "newly_red", "yellow", "blue", "soon")}
    waiting = {name: county[name] for name in ("consents", "extensions")}
    towns = (_(_TOWNSHIP).format(**town) for town in county["townships"])
    return (_(_COUNTY).format(**figures), _(_WAITING).format(**waiting), *towns)


def digest_text(context: Mapping[str, Any]) -> str:
    """Return the whole digest as plain text, parts apart by an empty line."""
    return "\n\n".join(_blocks(context))


def _blocks(context: Mapping[str, Any]) -> Iterator[str]:
    yield message_words("digest", context)
    if lines := county_words(context):
        yield "\n".join(lines)
    for part in digest_parts(context):
        yield "\n".join([part.heading, *(line.words for line in part.lines), *filter(None, [part.more])])
