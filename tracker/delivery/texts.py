"""What a message says outside the house, in its reader's language; of a confidential issue the number alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from markupsafe import Markup

from tracker.delivery.outcome import Parcel
from tracker.labels.deliveries import OUTWARD, hidden_words, outward_words
from tracker.labels.digests import DigestLine, county_words, digest_parts, digest_text
from tracker.labels.messages import message_words
from tracker.labels.substitutes import for_words
from tracker.languages import _, speaking
from tracker.outward import is_base

_SUBJECT = 60
_SHORT = ":sms"  # the end of the keys of what goes out as a short message: of a digest its numbers alone
_PATHS = {"letter": "/letters/{}", "look_back_plan": "/look-backs?plan={}&state=waiting"}  # of the subjects of lines
_HTML = Markup('<!doctype html><html lang="{lang}"><head><meta charset="utf-8"></head><body>{body}</body></html>')


class Told(Protocol):
    """What a text is made of."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def context(self) -> Mapping[str, Any]: ...
    @property
    def issue_id(self) -> int | None: ...
    @property
    def number(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def address(self) -> str: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True)
class Paper:
    """What every message bears: the product's name, and the address links begin with, empty for no links."""

    name: str
    base_url: str

    def link(self, path: str) -> str:
        """Return the absolute address of one of our pages, nothing where we do not know our own."""
        return f"{self.base_url.rstrip('/')}{path}" if path and is_base(self.base_url) else ""


def parcel(told: Told, paper: Paper) -> Parcel:
    """Return the message as it goes out."""
    with speaking(told.language):
        words = _words(told)
        link = paper.link(_path(told))
        text = "\n".join(filter(None, (f"【{paper.name}】{words}", link)))
        body = _digest_body(told.context, paper) if _is_whole_digest(told) else _lines(words)
        return Parcel(
            key=told.key, address=told.address, subject=f"【{paper.name}】{words.splitlines()[0]}"[:_SUBJECT],
            text=text, html=_html(told.language, body, link),
        )  # fmt: skip


def _is_whole_digest(told: Told) -> bool:
    return told.kind == "digest" and not told.hidden and not told.key.endswith(_SHORT)


def _words(told: Told) -> str:
    if told.hidden:
        return message_words(told.kind, told.context) if told.context.get("unseen") else _hidden(told)
    if told.kind in OUTWARD:
        return outward_words(told.kind, told.context)
    if _is_whole_digest(told):
        return digest_text(told.context)
    return message_words(told.kind, told.context)


def _hidden(told: Told) -> str:
    return for_words(told.context, hidden_words(told.number))


def _path(told: Told) -> str:
    if told.kind in ("channel_code", "channel_test"):
        return "/profile"
    return f"/issues/{told.issue_id}" if told.issue_id else "/inbox"


def _lines(words: str) -> Markup:
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in words.splitlines() if line)


def _digest_body(context: Mapping[str, Any], paper: Paper) -> Markup:
    """Return the digest as markup: the same words as its text, each part and each issue with a link."""
    body = _lines("\n".join([message_words("digest", context), *county_words(context)]))
    for part in digest_parts(context):
        whole = paper.link(f"/issues/?{urlencode(part.query)}") if part.query else ""
        items = [Markup("<li>{}</li>").format(_linked(line.words, paper.link(_line_path(line)))) for line in part.lines]
        items += [Markup("<li>{}</li>").format(_linked(part.more, whole))] if part.more else []
        body += Markup("<h2>{}</h2><ul>{}</ul>").format(_linked(part.heading, whole), Markup("").join(items))
    return body


def _line_path(line: DigestLine) -> str:
    """Return the path of what a line is about, nothing where it leads nowhere."""
    if line.issue_id:
        return f"/issues/{line.issue_id}"
    name, _colon, number = line.subject.partition(":")
    return _PATHS[name].format(number) if name in _PATHS and number.isdecimal() else ""


def _linked(words: str, link: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(link, words) if link else Markup("{}").format(words)


def _html(language: str, body: Markup, link: str) -> str:
    if link:
        body += Markup("<p>{}</p>").format(_linked(_("打开查看"), link))
    return _HTML.format(lang="zh" if language == "zh_CN" else language, body=body)
