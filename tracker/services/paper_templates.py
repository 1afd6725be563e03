"""The county's own words for its documents, kept in versions; what was issued keeps the words it was issued with."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from tracker.clock import local_date
from tracker.database import db, memo_forget, transaction
from tracker.errors import InvalidError, RefusedError
from tracker.languages import _
from tracker.models import PaperTemplate
from tracker.papers.wording import PARTS, Wording, fault_of, usual
from tracker.policy import Actor
from tracker.queries.paper_templates import template_of
from tracker.services.chain import AUDIT, audit_record, chain_lock


def wording_faults(wording: Wording) -> dict[str, str]:
    """Return what is wrong with each part of a wording, in the reader's words."""
    found = {name: fault_of(getattr(wording, name)) for name in PARTS}
    if not wording.title.strip():
        found["title"] = _("请填写标题")
    return {name: words for name, words in found.items() if words}


def template_set(
    *, kind: str, wording: Wording, effective_on: date, note: str = "", actor: Actor, at: datetime
) -> PaperTemplate:
    """Keep a new version, in force from ``effective_on``, today or later; words like the usual go back to them.

    Raises ``InvalidError`` by the name of the part.
    """
    faults = wording_faults(wording)
    if effective_on < local_date(at):
        faults["effective_on"] = _("生效日期不能早于今天")
    if faults:
        raise InvalidError(faults)
    body = {} if wording == usual(kind) else asdict(wording)
    with transaction() as session:
        chain_lock(AUDIT)
        template = PaperTemplate(
            kind=kind, effective_on=effective_on, body=body, note=note, made_by_id=actor.person_id, made_at=at
        )
        session.add(template)
        session.flush()
        memo_forget()
        told = {"kind": kind, "effective_on": effective_on.isoformat(), "body": body, "note": note}
        audit_record("template.set", actor=actor, at=at, target=f"template:{template.id}", detail=told)
        return template


def template_withdraw(*, kind: str, template_id: int, actor: Actor, at: datetime) -> PaperTemplate:
    """Take back a version before its day."""
    with transaction():
        chain_lock(AUDIT)
        template = template_of(kind, template_id)
        db.session.refresh(template)
        if template.withdrawn_at is not None or template.effective_on <= local_date(at):
            raise RefusedError(_("该版本已生效或已撤回；要改回以前的文字，请恢复以前的版本"))
        template.withdrawn_by_id, template.withdrawn_at = actor.person_id, at
        memo_forget()
        audit_record("template.withdraw", actor=actor, at=at, target=f"template:{template.id}", detail={"kind": kind})
        return template
