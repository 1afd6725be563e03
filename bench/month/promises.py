"""What people of a simulation had to be told: its rules written down once more, from the rules, not from the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from bench.month.days import DAY, WorkingDays, instant, wall
from bench.month.record import Act, Due, Record, Span, Told

DIGEST, URGENT, QUIET = time(8, 30), time(8), time(20)
UNSURE = 1200.0  # seconds in which an act and a reminder that is on its way may overtake one another
CLOCKS = {
    "registered": "assign", "assigned": "accept", "rectifying": "deadline", "submitted": "recheck",
    "verified": "sign_off", "suspended": "review",
}  # fmt: skip
GRADES = {"none": (), "red": ("red",), "yellow": ("yellow", "red"), "all": ("soon", "yellow", "red")}
TERMS = {"remind_before": [7, 3, 1, 0], "yellow_from": 1, "red_from": 5, "late_every": 5, "urgent_from": "none",
         "in_digest": True}  # fmt: skip
DAYS = {"assign_days": 1, "accept_days": 2, "recheck_days": 3, "sign_off_days": 2, "clock_remind_before": [1, 0]}
RECTIFIERS = ("assignee", "village")
_STATE_AFTER = {
    "assign": "assigned", "reassign": "assigned", "accept": "rectifying", "submit": "submitted", "verify": "verified",
    "fail": "rectifying", "refuse": "rectifying", "sign_off": "signed_off", "suspend": "suspended",
    "resume": "rectifying",
}  # fmt: skip


class Promises:
    """Every reminder that a simulation's people must get, or may get, and when."""

    def __init__(self, connection: Connection, record: Record, holidays: Path) -> None:
        self.connection, self.record, self.days = connection, record, WorkingDays(holidays)
        self.posts = self.rows("SELECT person_id, role, unit_id, group_id, valid_to FROM post")
        for post in self.posts:
            post["valid_to"] = day_of(post["valid_to"])
        self.by_unit, self.by_person = _sorted(self.posts, "unit_id"), _sorted(self.posts, "person_id")
        self.by_group, self.by_role = _sorted(self.posts, "group_id"), _sorted(self.posts, "role")
        self.groups_of: dict[Any, set[int]] = defaultdict(set)
        for row in self.rows("SELECT group_id, unit_id FROM group_village"):
            self.groups_of[row["unit_id"]].add(row["group_id"])
        self.above = {row["id"]: row["parent_id"] for row in self.rows("SELECT id, parent_id FROM unit")}

    def wanted(self) -> dict[Told, Due]:
        """Return what each person must be told, and what they may be."""
        found: dict[Told, Due] = {}
        acts: dict[int, list[Act]] = defaultdict(list)
        for one in self.record.acts:
            acts[one.issue_id].append(one)
        for issue in self.record.issues:
            said = self.record.policies[issue["policy_version_id"]]
            for span in self._spans(issue, acts[issue["id"]], said):
                for told, due in self._of_span(issue, span, said):
                    known = found.get(told)
                    if known is None or (due.must and not known.must):
                        found[told] = due
        return found

    def _spans(self, issue: dict[str, Any], acts: Sequence[Act], said: dict[str, Any]) -> Iterator[Span]:
        """Yield what an issue waited for, one thing after another."""
        state, due, deadline = issue["state"], day_of(issue["move_due_on"]), day_of(issue["deadline"])
        unit, person, since = issue["responsible_unit_id"], issue["responsible_id"], wall(self.record.began).date()
        since = day_of(str(issue["state_since"])[:10]) or since
        begin = sure_from = self.record.began
        for act in acts:
            if state in CLOCKS and due is not None:
                yield Span(state, due, unit, person, begin, sure_from, act.begun, act.done)
            today = wall(act.begun).date()
            unit, person = act.unit_id or unit, act.person_id or person
            deadline = self._deadline(act, deadline, since, today)
            before, state = state, _STATE_AFTER.get(act.trigger, state)
            if state != before or act.trigger == "reassign":
                since = today
            due = self._due(state, since, deadline, act, said)
            begin, sure_from = act.begun, act.done
        if state in CLOCKS and due is not None:
            yield Span(state, due, unit, person, begin, sure_from, self.record.ended, self.record.ended)

    def _deadline(self, act: Act, deadline: date | None, since: date, today: date) -> date | None:
        """Return the deadline after an act; a suspended one is later by the working days for which it stood still."""
        if act.trigger in ("assign", "extend"):
            return act.day
        if act.trigger == "resume" and deadline is not None:
            stood = self.days.between(since, today)
            return self.days.after(deadline, stood) if stood else deadline
        return deadline

    def _due(self, state: str, since: date, deadline: date | None, act: Act, said: dict[str, Any]) -> date | None:
        if state == "rectifying":
            return deadline
        if state == "suspended":
            return act.day
        name = f"{CLOCKS.get(state, '')}_days"
        return self.days.after(since, said.get(name, DAYS[name])) if name in DAYS else None

    def _of_span(self, issue: dict[str, Any], span: Span, said: dict[str, Any]) -> Iterator[tuple[Told, Due]]:
        terms = TERMS | said.get(issue["severity"], {})
        if issue["severity"] == "major":
            terms = TERMS | {"urgent_from": "red"} | said.get("major", {})
        steps = list(self._steps(span, terms, said))
        for number, (rule, at, is_urgent) in enumerate(steps):
            late = self.when(at, is_urgent)
            overtaken = late != at and any(self.when(a, u) <= late for _r, a, u in steps[number + 1 :])
            must = span.sure_from < at and late + UNSURE < span.sure_to and not overtaken
            day = wall(at).date()
            for person in self._who(issue, span, said, day):
                sure = must and person in self._who(issue, span, said, wall(late).date())
                yield (issue["id"], person, f"{CLOCKS[span.state]}.{rule}", span.due), Due(at, sure, is_urgent, span)

    def _steps(self, span: Span, terms: dict[str, Any], said: dict[str, Any]) -> Iterator[tuple[str, float, bool]]:
        """Yield each step of a clock that falls into the span: its name, when, and whether it is urgent."""
        long = span.state == "rectifying"
        before = terms["remind_before"] if long else said.get("clock_remind_before", DAYS["clock_remind_before"])
        series = [(f"before{n}", self.days.before(span.due, n), "soon") for n in before]
        series.append(("yellow", self.days.after(span.due, terms["yellow_from"]), "yellow"))
        series.append(("red", self.days.after(span.due, terms["red_from"]), "red"))
        n = terms["red_from"]
        while series[-1][1] <= wall(self.record.ended).date():
            n += terms["late_every"]
            series.append((f"late{n}", self.days.after(span.due, n), "red"))
        for rule, day, grade in series:
            is_urgent = grade in GRADES[terms["urgent_from"]]
            at = instant(day, URGENT if is_urgent else DIGEST)
            if (is_urgent or terms["in_digest"]) and span.begin - UNSURE <= at <= min(span.end, self.record.ended):
                yield rule, at, is_urgent

    def when(self, at: float, is_urgent: bool) -> float:
        """Return when a reminder that falls due at ``at`` can come: later where nothing ran."""
        for stopped, again in sorted(self.record.outages):
            if stopped - UNSURE <= at < again:
                day = wall(again)
                opens = URGENT if is_urgent else DIGEST
                if self.days.counts(day.date()) and opens <= day.time() < QUIET:
                    at = again
                    continue
                later = day.date() if day.time() < opens else day.date() + DAY
                while not self.days.counts(later):
                    later += DAY
                at = instant(later, opens)
        return at

    # ---- who had to be told

    def _who(self, issue: dict[str, Any], span: Span, said: dict[str, Any], day: date) -> set[int]:
        office = self._held(self.by_role["office"], day)
        if span.state in ("registered", "verified", "suspended"):
            return office
        if span.state == "submitted":
            return self._checkers(issue, said, day) or office
        named = [post for post in self.by_person[span.person_id] if post["role"] in RECTIFIERS]
        at_unit = [] if issue["is_confidential"] else self.by_unit[span.unit_id]
        return self._held([*named, *(post for post in at_unit if post["role"] in RECTIFIERS)], day) or office

    def _checkers(self, issue: dict[str, Any], said: dict[str, Any], day: date) -> set[int]:
        """Return the groups with the place on their roster and the one that found it; by policy without that one."""
        finders = issue["found_by_group_id"]
        groups = self.groups_of[issue["location_id"]] | self.groups_of[self.above.get(issue["location_id"])] | {finders}
        if said.get("other_group_must_recheck"):
            groups -= {finders}
        posts = [post for group in groups for post in self.by_group[group]]
        if issue["is_confidential"]:
            posts = [post for post in posts if post["role"] == "group_lead" and post["group_id"] == finders]
        return self._held(posts, day)

    def _held(self, posts: Iterable[dict[str, Any]], day: date) -> set[int]:
        return {post["person_id"] for post in posts if post["valid_to"] is None or post["valid_to"] >= day}

    def rows(self, words: str) -> list[dict[str, Any]]:
        """Return what a plain statement finds."""
        return [dict(row) for row in self.connection.execute(text(words)).mappings()]


def _sorted(rows: Iterable[dict[str, Any]], name: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def day_of(value: Any) -> Any:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
