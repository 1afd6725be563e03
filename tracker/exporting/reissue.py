"""A ledger that went out, read from the history again to be set as PDF, whatever it was issued as."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from tracker.database import db
from tracker.languages import _
from tracker.models import Issue, IssuedLedger
from tracker.policy import Actor, recorded
from tracker.queries.ledger import LedgerRow
from tracker.reports.ledger_files import Frame, closing_words
from tracker.services.issued_ledgers import Tally, issued_rows, members_of

_BATCH = 5000


def still_seen(issued: IssuedLedger, actor: Actor) -> set[int] | None:
    """Return which issues of an issued ledger ``actor`` may see today, ``None`` for all."""
    scope = recorded(actor)
    if not scope:
        return None
    ids, _marks = members_of(issued)
    parts = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
    return {key for part in parts for key in db.session.scalars(select(Issue.id).where(Issue.id.in_(part), *scope))}


class Reissue:
    """An issued ledger for a reader, who is shown the rows that they may see today.

    As long as the history says the same, what is written of it is the same to the byte.
    """

    def __init__(self, issued: IssuedLedger, actor: Actor) -> None:
        self._issued, self._seen = issued, still_seen(issued, actor)
        self._tally, self._hidden = Tally(), 0
        self.frame = Frame(
            issued.kind, issued.columns, issued.made_for, issued.words, issued.at, self._closing, issued.grouped
        )
        self.shown: list[int] = []
        self.rows_before = issued.rows

    def rows(self) -> Iterator[LedgerRow]:
        """Yield the rows that the reader may see, noted in ``shown``; all of them are digested."""
        for row in self._tally.watch(issued_rows(self._issued)):
            if self._seen is None or row.issue.issue_id in self._seen:
                self.shown.append(row.issue.issue_id)
                yield row
            else:
                self._hidden += 1

    def _closing(self) -> str:
        issued, found = self._issued, self._tally.digest
        lines = [closing_words(issued.rows, issued.policy_version_id, issued.digest)]
        if found != issued.digest:
            lines.append(_("不符：由历史重算的校验码为 {digest}").format(digest=found))
        if self._hidden:
            words = _("其中 {n} 条您现在无权查看，没有列出；校验码是当时全部行的。")
            lines.append(words.format(n=self._hidden))
        return "\n".join(lines)
