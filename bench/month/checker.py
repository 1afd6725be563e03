"""The judge of a simulation. It shares no code with the product: its own working days, its own rule of who hears what.

It reads plain rows by plain SQL, the table of holidays as a file, what the driver saw appear and when, and the mail
server's book. What it says of a rule is written down here once more, from the rules and not from the code.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.month.days import DAY, SHANGHAI, instant, wall
from bench.month.promises import CLOCKS, DIGEST, QUIET, UNSURE, URGENT, Promises, day_of
from bench.month.record import Due, Record, Told, Verdict

LATEST = 90.0  # seconds after a reminder falls due, or after the last leader was lost
LINES = 20  # of a part of a digest that are spelled out


class Judge(Promises):
    """Compares what people had to be told with what they were told."""

    def __init__(self, connection: Connection, record: Record, holidays: Path) -> None:
        super().__init__(connection, record, holidays)
        self.verdict = Verdict()
        self.lost = sorted(record.lost)
        self.lasting: set[str] = set()  # messages with something in them that is still so at the end

    def judge(self) -> Verdict:
        """Return everything that is to be said."""
        wanted = self.wanted()
        self.verdict.due = sum(due.must for due in wanted.values())
        messages = self._messages()
        reminders = self._reminders()
        self._hear(wanted, reminders, messages)
        self._read(reminders, messages)
        self._mailed(messages)
        self._rest(messages)
        return self.verdict

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
            could = could if seen < stopped else self.when(due.at, due.is_urgent)
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
        addresses = {f"{row['login']}@example.org": row["id"] for row in self.rows("SELECT id, login FROM person")}
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
        with_mail = {row["person_id"] for row in self.rows("SELECT person_id FROM person_channel")}
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

    def _messages(self) -> dict[str, dict[str, Any]]:
        """Return what people found in their inboxes of digests and urgent reminders, by key."""
        words = (
            "SELECT id, key, recipient_id, kind, context FROM outbox_message WHERE channel = 'inbox'"
            " AND (kind = 'digest' OR key LIKE 'reminder:%')"
        )
        found = self.rows(words)
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
        for row in self.rows("SELECT * FROM reminder"):
            row["due_on"] = day_of(row["due_on"])
            at = row["delivered_at"]
            if at is None:
                row["message"] = ""
            elif row["is_urgent"]:
                row["message"] = f"reminder:{row['id']}:{row['person_id']}:inbox"
            else:
                local = (at if isinstance(at, datetime) else datetime.fromisoformat(at)) + SHANGHAI
                row["message"] = f"digest:{local.date()}:{row['person_id']}:inbox"
            yield row


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in ("issue", "kind", "deadline", "days", "event"))
