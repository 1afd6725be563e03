"""Drives a simulation: steps the clock, lets everybody take a turn, and does harm in between and in the middle.

The clock steps on when every process that lives has had its turn, or waits for a lock that a frozen one holds. So a
slow machine lengthens the simulation and changes nothing in it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection, Listener, wait
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Database
from sqlalchemy import Engine, text

from bench.month.county import FIRST, Size
from bench.month.days import DAY, WorkingDays, instant, wall
from bench.month.hands import Hands
from bench.month.people import Wish
from bench.month.record import Act, Record

STEP = (2.0, 7.0)  # seconds that pass at a time
PATIENCE = 30.0  # seconds for which PostgreSQL bears a process that is silent in a transaction, as the product asks
TOLERANCE = 60.0  # seconds by which the clock of a process may be off for it to lead
_SETTLED = 75.0  # seconds after which a leader that nothing happened to has ticked
_HUNG = 120.0  # seconds of ours after which a turn that does not end is an error
_ORDERLY = 60  # turns after which messages that came out of the order of their numbers are there


@dataclass
class Log:
    """What was done to the processes, and what they did."""

    kills: Counter[str] = field(default_factory=Counter)  # by job and place
    of_leaders: int = 0
    freezes: Counter[str] = field(default_factory=Counter)
    ended_by_database: int = 0
    jumps: int = 0
    outages: int = 0
    steps: int = 0
    leaders: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Slot:
    """Where a process lives, one after another."""

    number: int
    line: Connection | None = None
    pid: int = 0
    busy: bool = False
    leads: bool = False
    frozen_since: float = 0
    held: bool = False  # whether it froze in the middle of a transaction
    thaws_at: float = 0
    starts_at: float = 0
    blocked: bool = False
    is_coming: bool = False
    fate: tuple[str, int, str] | None = None  # that it is to be told of

    @property
    def is_up(self) -> bool:
        """Tell whether it can take a turn."""
        return self.line is not None and not self.frozen_since


class Month:
    """The processes, the people and the days."""

    def __init__(
        self, size: Size, hands: Hands, engine: Engine, listener: Listener, orders: Connection, holidays: Path
    ) -> None:
        self.size, self.hands, self.engine, self.listener, self.orders = size, hands, engine, listener, orders
        self.dice = random.Random(size.seed + 1)  # noqa: S311  # chance, no secret
        self.days = WorkingDays(holidays)
        self.record, self.log = Record(), Log()
        self.slots = [Slot(n) for n in range(1, size.schedulers + 1)]
        self.people: Connection | None = None
        self.people_busy = False
        self.at, self.turn, self.low = 0.0, 0, 0
        self.planned: list[float] = []  # when kills are due
        self.state: dict[int, str] = {}
        self.is_postgres = engine.dialect.name == "postgresql"

    # ---- the course of things

    def run(self, folder: Path) -> Record:
        """Let the days pass; return what was seen."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as self.database:
            self._begin()
            windows = list(self._windows())
            whole = sum(weight * seconds for _start, seconds, weight, _acts in windows)
            busy = [n for n, window in enumerate(windows[:-4]) if window[2] > 1]
            outages = set(self.dice.sample(busy, min(self.size.outages, len(busy))))
            done = 0.0
            for number, (start, seconds, weight, acts) in enumerate(windows):
                self._jump(start)
                done += weight * seconds
                kills = round(self.size.kills * done / whole) - self.log.kills.total() - len(self.planned)
                self.planned = sorted(
                    [*self.planned, *(start + self.dice.random() * seconds for _n in range(max(0, kills)))]
                )
                stops = start + self.dice.uniform(0.2, 0.6) * seconds if number in outages else None
                self._window(start + seconds, stops, acts)
            self._finish()
            self.record.ended = self.at
            self.log.leaders = self._one("SELECT fence FROM lease")
        self.record.mails = _book(folder / "mails.jsonl")
        return self.record

    def _begin(self) -> None:
        for slot in self.slots:
            self._order("scheduler", slot.number)
            slot.is_coming = True
        self._order("people", 0)
        while self.people is None or any(slot.is_coming for slot in self.slots):
            self._accept()
        rows = self.database.execute(text("SELECT * FROM issue ORDER BY id")).mappings()
        self.record.issues = [dict(row) for row in rows]
        self.state = {issue["id"]: issue["state"] for issue in self.record.issues}
        self.units = self._all("SELECT person_id, unit_id FROM post WHERE role = 'assignee' AND valid_to IS NULL")
        self.record.began = instant(FIRST, datetime.min.time().replace(hour=7, minute=50))
        self._put(self.record.began)

    def _windows(self) -> Iterator[tuple[float, float, float, float]]:
        """Yield the times that are lived through: start, seconds, weight of harm, share of the day's acts."""
        day, left = FIRST, self.size.days
        while left:
            if self.days.counts(day):
                noon = self.dice.uniform(9 * 3600, 17 * 3600)
                yield from ((_at(day, start), seconds, weight, acts) for start, seconds, weight, acts in (
                    (8 * 3600 - 20, 110, 3, 0.1), (8.5 * 3600 - 20, 180, 3, 0.15), (noon, 70, 1, 0.75),
                    (20 * 3600 - 25, 50, 1, 0),
                )[: 4 if left > 1 else 3])  # fmt: skip
                left -= 1
            else:
                yield _at(day, 8.5 * 3600 - 20), 60, 1, 0
            if left and self.dice.random() < 0.3:
                yield _at(day, self.dice.uniform(21 * 3600, 31 * 3600)), 60, 1, 0
            day += DAY

    def _window(self, end: float, stops: float | None, acts: float) -> None:
        wishes = self._wishes(round(self.size.acts * acts))
        seconds = end - self.at
        times = sorted(self.at + self.dice.random() * seconds for _wish in wishes)
        while self.at < end:
            if stops is not None and self.at >= stops:
                stops = None
                self._stand_still()
                return
            due = sum(one <= self.at for one in times)
            self._step(wishes[:due])
            wishes, times = wishes[due:], times[due:]

    def _finish(self) -> None:
        """Let what is under way come to its end: no more harm, and the mails that are still tried."""
        self.planned = []
        for slot in self.slots:
            slot.fate = None
        end = self.at + 600
        while self.at < end or (self._one(_UNSENT) and self.at < end + 7200):
            self._step(())

    def _stand_still(self) -> None:
        """Let everything stop in the middle of its work for hours, as a machine does that is suspended, and go on."""
        up = [slot for slot in self.slots if slot.is_up and slot.fate is None]
        for slot in up:
            slot.fate = (self.dice.choice(("tick", "tick", "relay")), round(10 ** self.dice.uniform(0, 2.5)), "stop")
        kept, self.planned, self.is_stopping = self.planned, [], True
        until = self.at + 70  # by then every clock has ticked
        while self.at < until and any(slot.is_up for slot in up):
            self._step(())
        begun = self.at
        self.is_stopping = False
        self._put(begun + self.dice.uniform(2, 26) * 3600)
        self.log.outages += 1
        self.record.outages.append((begun, self.at))
        self.record.lost.append(self.at)
        for slot in self.slots:
            if slot.frozen_since:
                self._thaw(slot)
            elif slot.is_up:
                slot.fate = ("", 0, "")  # it was not reached
        self.planned = kept
        for _n in range(25):
            self._step(())

    # ---- one step

    def _step(self, wishes: Sequence[Wish]) -> None:
        self._put(self.at + self.dice.uniform(*STEP))
        self.turn += 1
        self.log.steps += 1
        self._care()
        self._harm()
        for slot in self.slots:
            if slot.is_up:
                self._send(slot, (self.turn, slot.fate))
        if wishes and self.people is not None and not self.people_busy:
            self.people.send(list(wishes))
            self.people_busy = True
        self._wait()
        self._look()

    def _care(self) -> None:
        """Start what is to start again, let go on what was frozen long enough, set clocks right."""
        for slot in self.slots:
            if self.is_stopping:
                continue
            if slot.line is None and not slot.is_coming and slot.starts_at <= self.at:
                self._start(slot)
            if slot.frozen_since and slot.thaws_at <= self.at:
                self._thaw(slot)
            elif slot.frozen_since and slot.held and self.at - slot.frozen_since >= PATIENCE:
                self._end_by_database(slot)
        while any(slot.is_coming for slot in self.slots):
            self._accept()

    def _start(self, slot: Slot) -> None:
        slot.is_coming = True
        is_right = self.dice.random() < 0.85 or not self._others(slot)
        self.hands.set_off(slot.number, self.dice.uniform(-25, 25) if is_right else self._wrong())
        self._order("scheduler", slot.number)

    def _thaw(self, slot: Slot) -> None:
        slot.frozen_since, slot.held, slot.busy = 0, False, True
        os.kill(slot.pid, signal.SIGCONT)

    def _end_by_database(self, slot: Slot) -> None:
        """End the transactions of a frozen process, as PostgreSQL does by the timeout that the product sets."""
        words = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = :name AND state LIKE 'idle in transaction%'"
        )
        self.log.ended_by_database += len(self._all(words, {"name": f"slot{slot.number}"}))
        slot.held = False

    def _harm(self) -> None:
        due = [at for at in self.planned if at <= self.at]
        for _at in due:
            self._doom()
        if self.dice.random() < 0.01:
            self._shift(self.dice.choice(self.slots))

    def _doom(self) -> None:
        """Give one process its fate, where another one may lead."""
        hale = [slot for slot in self.slots if slot.is_up and slot.fate is None and self._others(slot)]
        if not hale:
            return  # at the next step
        self.planned.pop(0)
        leader = [slot for slot in hale if slot.leads]
        slot = leader[0] if leader and self.dice.random() < 0.6 else self.dice.choice(hale)
        job = self.dice.choices(("tick", "relay", "beat"), (60, 25, 15))[0]
        point = max(1, round(10 ** self.dice.uniform(0, {"tick": 2.8, "relay": 2.0, "beat": 1.2}[job])))
        slot.fate = (job, point, "kill")
        if self.dice.random() < 0.06:
            slot.fate = (job, point, "stop")
            self.planned.insert(0, self.at)  # a freeze is no kill

    def _others(self, slot: Slot) -> bool:
        """Tell whether another process lives that may lead."""
        free = [one for one in self.slots if one is not slot and one.is_up and one.fate is None and not one.blocked]
        return any(abs(self.hands.off(one.number)) <= TOLERANCE for one in free)

    def _shift(self, slot: Slot) -> None:
        """Let the own clock of a process jump, away or back."""
        if abs(self.hands.off(slot.number)) > TOLERANCE:
            self.hands.set_off(slot.number, self.dice.uniform(-25, 25))
        elif self._others(slot):
            self.hands.set_off(slot.number, self._wrong())
            self._loses(slot)
            self.log.jumps += 1

    def _wrong(self) -> float:
        return self.dice.choice((-1, 1)) * self.dice.uniform(75, 12 * 3600)

    # ---- waiting for everybody

    def _wait(self) -> None:
        begun, looked = time.monotonic(), time.monotonic()
        while self._working():
            lines: list[Any] = [slot.line for slot in self.slots if slot.line is not None]
            lines += [self.people] if self.people is not None else []
            for line in wait(lines, 0.1):
                self._hear(line)  # type: ignore[arg-type]
            now = time.monotonic()
            if now - looked > 0.3 and any(slot.frozen_since for slot in self.slots):
                looked = now
                self._see_blocked()
            if now - begun > _HUNG:
                raise RuntimeError(f"a turn does not end: {self.slots}")

    def _working(self) -> bool:
        slots = any(slot.is_up and slot.busy and not slot.blocked for slot in self.slots)
        return slots or (self.people_busy and not self.people_blocked)

    people_blocked = is_stopping = False

    def _see_blocked(self) -> None:
        """Find out who waits for a lock that a frozen process holds."""
        if not self.is_postgres:
            return
        words = (
            "SELECT a.application_name, b.application_name FROM pg_stat_activity a"
            " JOIN pg_stat_activity b ON b.pid = ANY(pg_blocking_pids(a.pid))"
        )
        waits: dict[str, set[str]] = {}
        for name, other in self._all(words):
            waits.setdefault(name, set()).add(other)
        stuck = {f"slot{slot.number}" for slot in self.slots if slot.frozen_since}
        while more := {name for name, others in waits.items() if others & stuck and name not in stuck}:
            stuck |= more
        for slot in self.slots:
            slot.blocked = slot.is_up and f"slot{slot.number}" in stuck
        self.people_blocked = "slot0" in stuck

    def _hear(self, line: Connection) -> None:
        slot = next((slot for slot in self.slots if slot.line is line), None)
        try:
            said = line.recv()
        except (EOFError, ConnectionResetError):
            if slot is None:
                raise RuntimeError("the people are gone") from None
            self._died(slot)
            return
        if said[0] == "acts":
            self.people_busy = self.people_blocked = False
            self._note_acts(said[1])
        elif slot is not None and said[0] == "fate":
            self._fated(slot, *said[1:])
        elif slot is not None and said[1] == self.turn:
            slot.busy = slot.blocked = False
            slot.leads = said[2]
            self.log.faults.update(said[3])

    def _fated(self, slot: Slot, how: str, job: str, place: str) -> None:
        if how == "kill":
            self.log.kills[f"{job}, {place}"] += 1
            self.log.of_leaders += slot.leads or f":{slot.pid}:" in str(self._one("SELECT holder FROM lease"))
        else:
            begun = time.monotonic()
            while not _is_stopped(slot.pid):
                time.sleep(0.001)
                if time.monotonic() - begun > _HUNG:
                    raise RuntimeError(f"a process does not stop: {slot}")
            self.log.freezes[f"{job}, {place}"] += 1
            slot.frozen_since, slot.fate, slot.blocked = self.at, None, False
            slot.held = self.is_postgres  # if not this thread, another one may have been in a transaction
            slot.thaws_at = self.at + self.dice.uniform(25, 180)
        self._loses(slot)

    def _died(self, slot: Slot) -> None:
        if slot.line is not None:
            slot.line.close()
        self._loses(slot)
        self.slots[slot.number - 1] = Slot(slot.number, starts_at=self.at + self.dice.uniform(2, 10))

    def _loses(self, slot: Slot) -> None:
        holder = str(self._one("SELECT holder FROM lease") or "")  # it may have begun to lead in this very turn
        if slot.leads or slot.blocked or f":{slot.pid}:" in holder:
            self.record.lost.append(self.at)

    def _send(self, slot: Slot, what: Any) -> None:
        slot.fate = slot.fate if what[1] is None else None
        slot.busy = True
        with suppress(BrokenPipeError):
            if slot.line is not None:
                slot.line.send(what)

    def _accept(self) -> None:
        line = self.listener.accept()
        kind, number, pid = line.recv()
        if kind == "people":
            self.people = line
            return
        slot = self.slots[number - 1]
        slot.line, slot.pid, slot.is_coming, slot.busy = line, pid, False, False
        if not self._others(slot):
            self.record.lost.append(self.at)

    def _order(self, kind: str, number: int) -> None:
        self.orders.send((kind, number))

    # ---- people

    def _wishes(self, number: int) -> list[Wish]:
        found = []
        for issue_id in self.dice.sample(sorted(self.state), min(number, len(self.state))):
            choices = _MAY.get(self.state[issue_id], ())
            if choices:
                found.append(self._wish(issue_id, self.dice.choice(choices)))
        return found

    def _wish(self, issue_id: int, trigger: str) -> Wish:
        today = wall(self.at).date()
        person, unit = self.dice.choice(self.units)
        ahead = {"assign": 12, "suspend": 10, "extend": 40}.get(trigger)
        day = today + timedelta(days=self.dice.randrange(2, ahead)) if ahead else None
        named = trigger in ("assign", "reassign")
        return Wish(issue_id, trigger, day, unit if named else None, person if named else None)

    def _note_acts(self, done: list[tuple[Wish, float, float, str]]) -> None:
        for wish, begun, ended, refusal in done:
            if refusal:
                self.log.refused[f"{wish.trigger}: {refusal}"] += 1
                continue
            self.log.acts[wish.trigger] += 1
            self.state[wish.issue_id] = _AFTER.get(wish.trigger, self.state[wish.issue_id])
            given = (wish.day, wish.unit_id, wish.person_id)
            self.record.acts.append(Act(wish.issue_id, wish.trigger, begun, ended, *given))

    # ---- the clock and the database

    def _put(self, at: float) -> None:
        self.at = at
        self.hands.put(at, self.database if self.is_postgres else None)

    def _jump(self, at: float) -> None:
        """Skip a time in which nothing is due: whoever leads has gone on leading through it.

        Where nobody had led for a whole tick, what was still to come is reckoned from the end of it.
        """
        if at <= self.at:
            return
        if max(self.record.lost, default=0) > self.at - _SETTLED or not any(slot.leads for slot in self.slots):
            self.record.lost.append(at)
        words = "UPDATE lease SET expires_at = :later WHERE holder <> '' AND expires_at > :now"
        values = {"now": _stamp(self.at, self.is_postgres), "later": _stamp(at + 15, self.is_postgres)}
        self.database.execute(text(words), values)
        for slot in self.slots:
            slot.starts_at = min(slot.starts_at, at)
        self._put(at)

    def _look(self) -> None:
        """Note which messages are there that were not there before."""
        words = "SELECT id FROM outbox_message WHERE id > :low"
        new = [row[0] for row in self._all(words, {"low": self.low}) if row[0] not in self.record.seen]
        self.record.seen.update(dict.fromkeys(new, self.at))
        if self.turn % _ORDERLY == 0 and not any(slot.frozen_since for slot in self.slots):
            self.low = max(self.record.seen, default=0)

    def _one(self, words: str) -> Any:
        return self.database.execute(text(words)).scalar()

    def _all(self, words: str, values: dict[str, Any] | None = None) -> list[Any]:
        return list(self.database.execute(text(words), values or {}).all())

    database: Database


_MAY = {
    "registered": ("assign",), "assigned": ("accept", "accept", "reassign"),
    "rectifying": ("submit", "submit", "extend", "suspend", "reassign"), "submitted": ("verify", "verify", "fail"),
    "verified": ("sign_off", "sign_off", "refuse"), "suspended": ("resume",),
}  # fmt: skip
_AFTER = {
    "assign": "assigned", "reassign": "assigned", "accept": "rectifying", "submit": "submitted", "verify": "verified",
    "fail": "rectifying", "refuse": "rectifying", "sign_off": "signed_off", "suspend": "suspended",
    "resume": "rectifying",
}  # fmt: skip
_UNSENT = "SELECT count(*) FROM outbox_message WHERE sent_at IS NULL AND failed_at IS NULL"


def _at(day: date, seconds: float) -> float:
    return instant(day, datetime.min.time()) + seconds


def _stamp(at: float, is_postgres: bool) -> Any:
    moment = wall(at).replace(tzinfo=None) - timedelta(hours=8)
    return moment if is_postgres else f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _is_stopped(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "TZX"
    return True


def _book(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
