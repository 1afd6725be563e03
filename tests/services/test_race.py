"""Eight people press the same button: one wins, the others learn who was faster."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import func, select

from tests import flows
from tracker.database import db
from tracker.errors import ConflictError, RefusedError
from tracker.models import Counter, Issue, IssueEvent, OutboxMessage
from tracker.services.findings import finding_log
from tracker.services.issues import issue_refuse, issue_sign_off
from workflows.issue import IssueState

THREADS = 8
S = IssueState


def together(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run every act in a thread and a session of its own, all let go at once; return how each ended."""
    barrier, ended = Barrier(len(acts)), [""] * len(acts)

    def run(n: int, act: Callable[[], object]) -> None:
        with app.app_context():
            try:
                barrier.wait(30)
                act()
                ended[n] = "done"
            except (ConflictError, RefusedError) as error:
                ended[n] = type(error).__name__
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    return ended


def count(trigger: str) -> int:
    query = select(func.count()).select_from(IssueEvent).where(IssueEvent.trigger == trigger)
    return db.session.scalar(query) or 0


def test_one_of_many_signs_off(app: Flask) -> None:
    here = flows.issue_in(S.VERIFIED)
    given = here.by(here.office) | {"version": here.issue.version}
    ended = together(app, *[lambda: issue_sign_off(**given)] * THREADS)
    assert sorted(ended) == sorted(["ConflictError"] * (THREADS - 1) + ["done"])
    assert db.session.scalar(select(Issue.state)) is S.SIGNED_OFF
    assert count("sign_off") == 1
    told = db.session.scalars(select(OutboxMessage.recipient_id).where(OutboxMessage.kind == "signed_off")).all()
    assert len(told) == len(set(told)) == 3


def test_without_a_version_the_law_itself_lets_one_through(app: Flask) -> None:
    here = flows.issue_in(S.VERIFIED)
    sign, refuse = here.by(here.office), here.by(here.other_office)
    acts = [lambda: issue_sign_off(**sign), lambda: issue_refuse(**refuse, reason="示例")] * (THREADS // 2)
    ended = together(app, *acts)
    assert ended.count("done") == 1
    assert count("sign_off") + count("refuse") == 1


def test_numbers_stay_without_gaps_and_a_key_makes_one_issue(app: Flask) -> None:
    here = flows.world()
    once = [lambda: finding_log(values=here.values(), client_key="same", actor=here.finder, at=here.at)] * 4
    each = [lambda: finding_log(values=here.values(), actor=here.finder, at=here.at)] * 4
    assert together(app, *once, *each) == ["done"] * 8
    numbers = db.session.scalars(select(Issue.number).order_by(Issue.number)).all()
    assert numbers == [f"WT-2026-{n:05d}" for n in range(1, 6)]
    assert db.session.get_one(Counter, "issue:2026").value == 5
    heads = db.session.execute(
        select(IssueEvent.seq, IssueEvent.prev_hash, IssueEvent.hash).order_by(IssueEvent.seq)
    ).all()
    assert [later.prev_hash for later in heads[1:]] == [earlier.hash for earlier in heads[:-1]]
