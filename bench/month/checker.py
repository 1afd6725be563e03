"""The judge of a simulation. It shares no code with the product: its own working days, its own rule of who hears what.

It reads plain rows by plain SQL, the table of holidays as a file, what the driver saw appear and when, and the mail
server's book. What it says of a rule is written down here once more, from the rules and not from the code.
"""

from __future__ import annotations

import csv
import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

DAY = timedelta(days=1)
SHANGHAI = timedelta(hours=8)
DIGEST, URGENT, QUIET = time(8, 30), time(8), time(20)
LATEST = 90.0  # seconds after a reminder falls due, or after the last leader was lost
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
LINES = 20  # of a part of a digest that are spelled out
Told = tuple[int, int, str, date]  # issue, person, rule, last day


class WorkingDays:
    """The days that count: Monday to Friday, but for the notices' holidays and make-up days."""

    def __init__(self, table: Path) -> None:
        with table.open(encoding="utf-8") as file:
            self._ruled = {date.fromisoformat(row["date"]): row["kind"] == "workday" for row in csv.DictReader(file)}

    def counts(self, day: date) -> bool:
        """Tell whether ``day`` is worked."""
        return self._ruled.get(day, day.weekday() < 5)

    def after(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after ``day``."""
        while n > 0:
            day += DAY
            n -= self.counts(day)
        return day

    def before(self, day: date, n: int) -> date:
        """Return the working day from which there are ``n`` more until ``day``."""
        while not self.counts(day):
            day -= DAY
        while n > 0:
            day -= DAY
            n -= self.counts(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after ``first`` until ``last``."""
        return sum(self.counts(first + DAY * n) for n in range(1, (last - first).days + 1))


def instant(day: date, hour: time) -> float:
    """Return that wall time in Shanghai as seconds since 1970."""
    return (datetime.combine(day, hour, UTC) - SHANGHAI).timestamp()


def wall(at: float) -> datetime:
    """Return the wall time in Shanghai."""
    return datetime.fromtimestamp(at, UTC) + SHANGHAI


@dataclass(frozen=True)
class Act:
    """Something somebody did, between two instants: the trigger, and what the form said."""

    issue_id: int
    trigger: str
    begun: float
    done: float
    day: date | None = None
    unit_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Span:
    """A time during which an issue waited for the same thing; ``sure_from`` and ``sure_to`` lie inside it."""

    state: str
    due: date
    unit_id: int | None
    person_id: int | None
    begin: float
    sure_from: float
    sure_to: float
    end: float


@dataclass
class Record:
    """What was seen of a simulation."""

    began: float = 0
    ended: float = 0
    issues: list[dict[str, Any]] = field(default_factory=list)  # as they were before it began
    policies: dict[int, dict[str, Any]] = field(default_factory=dict)  # what each version says, beside the usual
    acts: list[Act] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)  # when a leader was killed, frozen or went wrong, or one was back
    outages: list[tuple[float, float]] = field(default_factory=list)  # when nothing ran at all
    seen: dict[int, float] = field(default_factory=dict)  # message → when it was first there
    mails: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Due:
    """One reminder that one person must get, or may get where ``must`` is false."""

    at: float
    must: bool
    is_urgent: bool
    span: Span


@dataclass
class Verdict:
    """What was promised and what came of it."""

    due: int = 0
    missing: list[Any] = field(default_factory=list)
    unexpected: list[Any] = field(default_factory=list)
    outdated: list[Any] = field(default_factory=list)
    twice: list[Any] = field(default_factory=list)
    disturbing: list[Any] = field(default_factory=list)
    digests_wrong: list[Any] = field(default_factory=list)
    mails_missing: list[Any] = field(default_factory=list)
    mails_twice: list[Any] = field(default_factory=list)
    late: list[Any] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)  # since due, or since the leader was lost
    delays: list[float] = field(default_factory=list)  # since due

    @property
    def faults(self) -> dict[str, list[Any]]:
        """Return every kind of finding."""
        names = ("missing", "unexpected", "outdated", "twice", "disturbing", "digests_wrong", "mails_missing",
                 "mails_twice", "late")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    @property
    def holds(self) -> bool:
        """Tell whether every promise was kept, and whether there was one."""
        return self.due > 0 and not any(self.faults.values())


class Judge:
    """Compares what people had to be told with what they were told."""

    def __init__(self, connection: Connection, record: Record, holidays: Path) -> None:
        self.connection, self.record, self.days = connection, record, WorkingDays(holidays)
        self.verdict = Verdict()
        self.posts = self._rows("SELECT person_id, role, unit_id, group_id, valid_to FROM post")
        for post in self.posts:
            post["valid_to"] = _day(post["valid_to"])
        self.by_unit, self.by_person = _sorted(self.posts, "unit_id"), _sorted(self.posts, "person_id")
        self.by_group, self.by_role = _sorted(self.posts, "group_id"), _sorted(self.posts, "role")
        self.groups_of: dict[Any, set[int]] = defaultdict(set)
        for row in self._rows("SELECT group_id, unit_id FROM group_village"):
            self.groups_of[row["unit_id"]].add(row["group_id"])
        self.above = {row["id"]: row["parent_id"] for row in self._rows("SELECT id, parent_id FROM unit")}
        self.lost = sorted(record.lost)
        self.lasting: set[str] = set()  # messages with something in them that is still so at the end

    def judge(self) -> Verdict:
        """Return everything that is to be said."""
        wanted = self._wanted()
        messages = self._messages()
        reminders = self._reminders()
        self._hear(wanted, reminders, messages)
        self._read(reminders, messages)
        self._mailed(messages)
        self._rest(messages)
        return self.verdict

    # ---- what had to come

    def _wanted(self) -> dict[Told, Due]:
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
        self.verdict.due = sum(due.must for due in found.values())
        return found

    def _spans(self, issue: dict[str, Any], acts: Sequence[Act], said: dict[str, Any]) -> Iterator[Span]:
        """Yield what an issue waited for, one thing after another."""
        state, due, deadline = issue["state"], _day(issue["move_due_on"]), _day(issue["deadline"])
        unit, person, since = issue["responsible_unit_id"], issue["responsible_id"], wall(self.record.began).date()
        since = _day(str(issue["state_since"])[:10]) or since
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
            late = self._when(at, is_urgent)
            overtaken = late != at and any(self._when(a, u) <= late for _r, a, u in steps[number + 1 :])
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

    def _when(self, at: float, is_urgent: bool) -> float:
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

    # ---- what came

    def _hear(self, wanted: dict[Told, Due], reminders: list[dict[str, Any]], messages: dict[str, Any]) -> None:
        """Compare the reminders that people were told with those they had to be told."""
        heard: Counter[Told] = Counter()
        for row in reminders:
            message = messages.get(row["message"])
            if message is None:
                continue  # noted down, and nobody was told
            told = (row["issue_id"], row["person_id"], row["rule"], row["due_on"])
            heard[told] += 1
            due = wanted.get(told)
            if due is None:
                self.verdict.unexpected.append((told, str(wall(message["seen"]))))
            else:
                self._timely(told, due, message["seen"])
                if due.span.end >= self.record.ended:
                    self.lasting.add(row["message"])
        self.verdict.twice += [told for told, number in heard.items() if number > 1]
        self.verdict.missing += [
            (told, str(wall(due.at)), due.span) for told, due in wanted.items() if due.must and told not in heard
        ]

    def _timely(self, told: Told, due: Due, seen: float) -> None:
        if seen > due.span.end or seen < due.at:
            self.verdict.outdated.append((told, str(wall(seen))))
        could = due.at
        for stopped, _again in self.record.outages:
            could = could if seen < stopped else self._when(due.at, due.is_urgent)
        place = bisect_right(self.lost, seen)
        since = max(could, self.lost[place - 1] if place else 0.0)
        self.verdict.delays.append(seen - could)
        self.verdict.lateness.append(seen - since)
        if seen - since > LATEST:
            self.verdict.late.append((told, str(wall(seen)), round(seen - since)))

    def _read(self, reminders: list[dict[str, Any]], messages: dict[str, Any]) -> None:
        """Look at the digests themselves: one a person and day, with everything in it and nothing else."""
        inside: dict[str, dict[tuple[Any, ...], str]] = defaultdict(dict)
        for row in sorted([*reminders, *self._others()], key=lambda row: row["id"]):
            about = (row["issue_id"], row["subject"], row["rule"].partition(".")[0])
            inside[row["message"]][about] = row["section"]  # of one clock what was noted down last
        days: Counter[tuple[int, date]] = Counter()
        lines: Counter[tuple[Any, ...]] = Counter()
        for key, message in messages.items():
            if message["kind"] == "digest":
                days[message["recipient_id"], wall(message["seen"]).date()] += 1
                parts = message["context"].get("parts", [])
                expected = Counter(inside[key].values())
                if {part["section"]: part["total"] for part in parts} != expected or any(
                    len(part["lines"]) != min(LINES, part["total"]) for part in parts
                ):
                    self.verdict.digests_wrong.append((key, expected, parts))
                said = [line for part in parts for line in part["lines"]]
            else:
                said = [message["context"] | {"kind": message["kind"]}] if key.startswith("reminder:") else []
            lines.update((message["recipient_id"], *_said(line)) for line in said if "issue" in line)
        self.verdict.twice += [one for one, number in days.items() if number > 1]
        self.verdict.twice += [one for one, number in lines.items() if number > 1]

    def _mailed(self, messages: dict[str, Any]) -> None:
        """Hold the mail server's book against the messages: each is one mail, by its Message-ID, at a decent time."""
        addresses = {f"{row['login']}@example.org": row["id"] for row in self._rows("SELECT id, login FROM person")}
        must, may = self._to_mail(messages)
        ids: dict[int, set[str]] = defaultdict(set)
        owners: dict[str, str] = {}
        for mail in self.record.mails:
            if mail["reply"] and not mail["reply"].startswith("250"):
                continue
            ids[addresses[mail["to"][0]]].add(mail["id"])
            if owners.setdefault(mail["id"], mail["to"][0]) != mail["to"][0]:
                self.verdict.mails_twice.append(mail)
            if not self._is_decent(mail["at"]):
                self.verdict.disturbing.append(("mail", mail["to"][0], str(wall(mail["at"]))))
        for person in may.keys() | ids.keys():
            if len(ids[person]) < must[person]:
                self.verdict.mails_missing.append((person, must[person] - len(ids[person])))
            elif len(ids[person]) > may[person]:
                self.verdict.mails_twice.append((person, len(ids[person]) - may[person]))

    def _to_mail(self, messages: dict[str, Any]) -> tuple[Counter[int], Counter[int]]:
        """Return how many mails each person must get, and may: what is so no more when it leaves may be dropped."""
        leaders = {post["person_id"] for post in self.by_role["leader"]}
        with_mail = {row["person_id"] for row in self._rows("SELECT person_id FROM person_channel")}
        told = [(key, row["recipient_id"]) for key, row in messages.items() if row["recipient_id"] in with_mail]
        must = Counter(person for key, person in told if key in self.lasting or person in leaders)
        return must, Counter(person for _key, person in told)

    def _rest(self, messages: dict[str, Any]) -> None:
        """Look at when messages came, and whether leaders had their digest on every working day."""
        for key, message in messages.items():
            if not self._is_decent(message["seen"]):
                self.verdict.disturbing.append((key, str(wall(message["seen"]))))
        leaders = [post["person_id"] for post in self.posts if post["role"] == "leader"]
        day = wall(self.record.began).date()
        while instant(day, DIGEST) + UNSURE < self.record.ended:
            stood = any(stopped - UNSURE <= instant(day, DIGEST) < again for stopped, again in self.record.outages)
            if self.days.counts(day) and not stood and instant(day, DIGEST) > self.record.began:
                wanted = [f"digest:{day}:{person}:inbox" for person in leaders]
                self.verdict.missing += [key for key in wanted if key not in messages]
            day += DAY

    def _is_decent(self, at: float) -> bool:
        """Tell whether people may be disturbed at ``at``."""
        local = wall(at)
        return self.days.counts(local.date()) and URGENT <= local.time() < QUIET

    # ---- plain rows

    def _rows(self, words: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(text(words)).mappings()]

    def _messages(self) -> dict[str, dict[str, Any]]:
        """Return what people found in their inboxes of digests and urgent reminders, by key."""
        words = (
            "SELECT id, key, recipient_id, kind, context FROM outbox_message WHERE channel = 'inbox'"
            " AND (kind = 'digest' OR key LIKE 'reminder:%')"
        )
        found = self._rows(words)
        for row in found:
            row["context"] = json.loads(row["context"]) if isinstance(row["context"], str) else row["context"]
            row["seen"] = self.record.seen[row["id"]]
        return {row["key"]: row for row in found}

    def _reminders(self) -> list[dict[str, Any]]:
        """Return what was noted down of clocks, each with the key of the message that must have told it."""
        return [row for row in self._noted() if row["rule"].partition(".")[0] in set(CLOCKS.values())]

    def _others(self) -> list[dict[str, Any]]:
        return [row for row in self._noted() if row["rule"].partition(".")[0] not in set(CLOCKS.values())]

    def _noted(self) -> Iterator[dict[str, Any]]:
        for row in self._rows("SELECT * FROM reminder"):
            row["due_on"] = _day(row["due_on"])
            at = row["delivered_at"]
            if at is None:
                row["message"] = ""
            elif row["is_urgent"]:
                row["message"] = f"reminder:{row['id']}:{row['person_id']}:inbox"
            else:
                local = (at if isinstance(at, datetime) else datetime.fromisoformat(at)) + SHANGHAI
                row["message"] = f"digest:{local.date()}:{row['person_id']}:inbox"
            yield row


_STATE_AFTER = {
    "assign": "assigned", "reassign": "assigned", "accept": "rectifying", "submit": "submitted", "verify": "verified",
    "fail": "rectifying", "refuse": "rectifying", "sign_off": "signed_off", "suspend": "suspended",
    "resume": "rectifying",
}  # fmt: skip


def _sorted(rows: Iterable[dict[str, Any]], name: str) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in ("issue", "kind", "deadline", "days", "event"))


def _day(value: Any) -> Any:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
