"""One example issue's life, step by step through the services, as far as the present allows.

A life is a generator: it yields the instant of its next step and is resumed when all earlier steps of every other
life are done, so that the county's history reads in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from tracker.clock import local_date
from tracker.database import db
from tracker.demo import texts
from tracker.demo.pace import Pace
from tracker.demo.people import World
from tracker.models import Consent, Issue, Post, Role, Source, Unit
from tracker.services.assignments import Assignment, issue_assign, issue_contest
from tracker.services.comments import comment_add
from tracker.services.consents import consent_give, consent_request
from tracker.services.extensions import extension_approve, extension_refuse, extension_request
from tracker.services.findings import FindingValues, finding_draft, finding_log
from tracker.services.instructions import InstructionValues, instruction_give
from tracker.services.issues import issue_dismiss, issue_refuse, issue_sign_off, issue_suspend
from tracker.services.look_backs import look_back_found_again
from tracker.services.rechecks import issue_fail, issue_verify
from tracker.services.rectification import MeasureValues, issue_accept, issue_progress, issue_submit
from tracker.storage import StoredFile
from workflows.calendar import WorkCalendar
from workflows.consent import ConsentKind, ConsentState
from workflows.issue import Severity

Steps = Iterator[datetime]
FAILS = 0.15  # the share of re-checks that do not pass


@dataclass
class Stage:
    """Where a life is played: the county's people, its calendar and its example photographs."""

    world: World
    calendar: WorkCalendar
    photos: dict[tuple[str, bool], list[StoredFile]]


class OutOfPhotosError(Exception):
    """This life has shown every example photograph; an old one counts for nothing."""


class Life:
    """One issue: what it is about, who acts, how fast they are, and what goes wrong on the way."""

    def __init__(self, stage: Stage, village: Unit, begin: datetime, rng: Random) -> None:
        self.stage, self.village, self.rng = stage, village, rng
        self.pace = Pace(begin, stage.calendar, rng)
        self.finding = rng.choice(texts.FINDINGS)
        self.severity = rng.choices((Severity.GENERAL, Severity.SERIOUS, Severity.MAJOR), (70, 22, 8))[0]
        self.group = stage.world.group_of[village.id]
        self.used: set[StoredFile] = set()
        self.issue: Issue
        self.responsible: Post

    def steps(self) -> Steps:
        """Play the life; each yielded instant is when the next step happens.

        It ends early, as it is, where it would need one more new photograph than there are.
        """
        with suppress(OutOfPhotosError):
            yield from self._whole()

    def _whole(self) -> Steps:
        yield self.pace.at
        self._find()
        if self.issue.number is None or self.rng.random() < 0.02:
            return  # a draft nobody came back to, or one the office has not yet looked at
        yield self.pace.later(0, 2)
        if self.rng.random() < 0.04:
            issue_dismiss(
                issue_id=self.issue.id,
                reason=self.rng.choice(texts.DISMISS_REASONS),
                **self._by_office(),
            )
            return
        yield from self._assign()
        yield from self._rectify()

    def _find(self) -> None:
        finder = self._finder()
        star = self.stage.world.stars[self.village.kind, self.finding.star]
        values = FindingValues(
            location_id=self.village.id, star_id=star.id, category=self.finding.category, severity=self.severity,
            source=Source.REPORT if finder.role is Role.REPORTER else Source.SUPERVISION,
            found_on=local_date(self.pace.at), found_by=finder.person.name, description=f"示例：{self.finding.words}",
        )  # fmt: skip
        files = self._photos(after=False, number=self.rng.choice((1, 1, 2)))
        act = finding_draft if self.rng.random() < 0.012 else finding_log
        self.issue = act(values=values, client_key=None, files=files, **self._by(finder))

    def _finder(self) -> Post:
        if self.rng.random() < 0.05:
            return self.stage.world.people["demo-reporter"]
        return self.rng.choice(self.stage.world.groups[self.group])

    def _assign(self) -> Steps:
        self.responsible = self._responsible()
        issue_assign(issue_id=self.issue.id, assignment=self._assignment(), **self._by_office())
        if self.rng.random() < 0.04:
            yield self.pace.later(0, 1)
            reason = self.rng.choice(texts.CONTEST_REASONS)
            issue_contest(issue_id=self.issue.id, reason=reason, **self._by(self.responsible))
            yield self.pace.later(0, 2)
            self.responsible = self.stage.world.secretaries[self.village.id]
            issue_assign(issue_id=self.issue.id, assignment=self._assignment(), **self._by_office())
        yield self.pace.later(0, 5 if self.pace.is_slow else 2)
        due = self.issue.deadline or local_date(self.pace.at)
        measures = (MeasureValues(words=f"示例：{self.finding.measure}", due_on=due),)
        issue_accept(issue_id=self.issue.id, measures=measures, **self._by(self.responsible))

    def _assignment(self) -> Assignment:
        days = self.rng.choice((5, 7, 10, 10, 15, 20, 30))
        deadline = self.stage.calendar.add_workdays(local_date(self.pace.at), days)
        return Assignment(
            responsible_unit_id=self.responsible.unit_id or 0, responsible_id=self.responsible.person_id,
            deadline=deadline, goal="示例：问题整改到位并形成长效机制",
        )  # fmt: skip

    def _responsible(self) -> Post:
        handlers = self.stage.world.handlers
        if self.rng.random() < 0.55:
            return self.stage.world.secretaries[self.village.id]
        return handlers[self.village.township_id or 0]

    def _rectify(self) -> Steps:
        if self.rng.random() < 0.5:
            yield self.pace.later(1, 4)
            self._progress()
        if self.rng.random() < 0.12:
            yield from self._extend()
        if self.rng.random() < 0.03:
            yield from self._suspend()
            return
        yield self.pace.to_deadline(self.issue.deadline)
        yield from self._submit_until_verified()
        yield from self._sign_off()

    def _progress(self) -> None:
        issue_progress(
            issue_id=self.issue.id, note=self.rng.choice(texts.PROGRESS_NOTES),
            percent=self.rng.choice((20, 30, 50, 60, 80)), **self._by(self.responsible),
        )  # fmt: skip
        if self.rng.random() < 0.2:
            comment_add(issue_id=self.issue.id, words=self.rng.choice(texts.COMMENTS), **self._by_office())
        if self.rng.random() < 0.05:
            given = InstructionValues(words=self.rng.choice(texts.INSTRUCTIONS))
            instruction_give(issue_id=self.issue.id, values=given, **self._by(self.stage.world.people["demo-leader"]))

    def _extend(self) -> Steps:
        if self.issue.deadline is None or local_date(self.pace.at) > self.issue.deadline:
            return
        later = self.stage.calendar.add_workdays(self.issue.deadline, self.rng.choice((5, 10)))
        asked = extension_request(
            issue_id=self.issue.id, new_deadline=later, reason=self.rng.choice(texts.EXTENSION_REASONS),
            **self._by(self.responsible),
        )  # fmt: skip
        deadline = self.issue.deadline
        yield self.pace.later(0, 2)
        if local_date(self.pace.at) > deadline or self.rng.random() < 0.35:
            extension_refuse(extension_id=asked.id, opinion="示例：请按原时限完成", **self._by_office())
        else:
            extension_approve(extension_id=asked.id, opinion="示例：同意延期", **self._by_office())

    def _suspend(self) -> Steps:
        reason, review = self.rng.choice(texts.SUSPEND_REASONS), local_date(self.pace.at) + timedelta(days=60)
        asked = consent_request(
            issue_id=self.issue.id, kind=ConsentKind.SUSPEND, reason=reason, review_on=review,
            **self._by_office(),
        )  # fmt: skip
        yield self.pace.later(0, 2)
        leader = self.stage.world.people["demo-leader"]
        consent_give(consent_id=asked.id, opinion="示例：同意", **self._by(leader))
        yield self.pace.later(0, 1)
        issue_suspend(issue_id=self.issue.id, reason=reason, review_on=review, **self._by_office())

    def _submit_until_verified(self) -> Steps:
        for attempt in range(3):
            files = self._photos(after=True, number=2 if self.severity is Severity.MAJOR else 1)
            issue_submit(
                issue_id=self.issue.id, result=f"示例：{self.finding.result}", files=files, **self._by(self.responsible)
            )
            yield self.pace.later(0, 6 if self.pace.is_slow else 3)
            group = self.rng.choice(self.stage.world.groups[self.group])
            if attempt == 2 or self.rng.random() > FAILS:
                words = self.rng.choice(texts.VERIFY_WORDS)
                issue_verify(issue_id=self.issue.id, finding=words, **self._by(group))
                return
            issue_fail(issue_id=self.issue.id, reason=self.rng.choice(texts.FAIL_REASONS), **self._by(group))
            yield self.pace.later(1, 4)

    def _sign_off(self) -> Steps:
        yield self.pace.later(0, 2)
        if self.rng.random() < 0.04:
            reason = self.rng.choice(texts.REFUSE_REASONS)
            issue_refuse(issue_id=self.issue.id, reason=reason, **self._by_office())
            yield self.pace.later(1, 3)
            yield from self._submit_until_verified()
            yield self.pace.later(0, 2)
        if self.severity is Severity.MAJOR:
            yield from self._leader_consents()
        issue_sign_off(issue_id=self.issue.id, opinion="示例：同意销号", **self._by_office())
        if self.rng.random() < 0.05:
            yield self.pace.later(10, 30)
            deadline = self.stage.calendar.add_workdays(local_date(self.pace.at), 10)
            finding, files = self.rng.choice(texts.REOPEN_WORDS), self._photos(after=False, number=1)
            by = self._by(self._roster_group()) | {"issue_id": self.issue.id}
            look_back_found_again(finding=finding, deadline=deadline, files=files, **by)
            yield self.pace.to_deadline(self.issue.deadline)
            yield from self._submit_until_verified()
            yield from self._sign_off()

    def _leader_consents(self) -> Steps:
        yield self.pace.later(0, 1)
        leader = self.stage.world.people["demo-leader"]
        query = select(Consent.id).where(Consent.issue_id == self.issue.id, Consent.state == ConsentState.REQUESTED)
        consent_give(consent_id=db.session.scalars(query).one(), opinion="示例：同意销号", **self._by(leader))
        yield self.pace.later(0, 1)

    def _roster_group(self) -> Post:
        return self.stage.world.groups[self.group][0]

    def _by_office(self) -> dict[str, Any]:
        n = self.rng.choice(("", "", "2", "3", "4"))
        return self._by(self.stage.world.people[f"demo-office{n}"])

    def _by(self, post: Post) -> dict[str, Any]:
        """Return who acts and when, as every service takes it."""
        return {"actor": self.stage.world.actor(post, local_date(self.pace.at)), "at": self.pace.at}

    def _photos(self, *, after: bool, number: int) -> tuple[StoredFile, ...]:
        left = [photo for photo in self.stage.photos[(self.finding.picture, after)] if photo not in self.used]
        if len(left) < number:
            raise OutOfPhotosError
        chosen = self.rng.sample(left, number)
        self.used.update(chosen)
        return tuple(chosen)
