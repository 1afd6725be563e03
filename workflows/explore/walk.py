"""The walk through every world that can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workflows.consent import ConsentState
from workflows.explore.attempts import ASK_CONSENT, ASK_EXTENSION, Attempt, of_consent, of_extension, of_issue
from workflows.explore.facts import Known, known_of_consent, known_of_extension, known_of_issue
from workflows.explore.report import Report, Violation
from workflows.explore.rules import move_faults, request_faults, world_faults
from workflows.explore.world import ACTORS, Actor, Setting, World, consent_kind, outside_moves
from workflows.extension import ExtensionState
from workflows.issue import FINAL_STATES, Capacity, IssueState
from workflows.spec import Workflow


class Answer(NamedTuple):
    """What the law says to one attempt in one case, and what it should not have let pass."""

    passes: bool
    faults: tuple[str, ...]


class Tried(NamedTuple):
    """An attempt that the law lets pass in at least one combination."""

    actor: Actor
    attempt: Attempt
    faults: tuple[str, ...]


class Walk:
    """One walk through all worlds; answers are kept, because equal cases get equal answers."""

    def __init__(
        self,
        issue: Workflow[IssueState],
        extension: Workflow[ExtensionState],
        consent: Workflow[ConsentState],
    ) -> None:
        self.report = Report()
        self._issue = {s: tuple(of_issue(r) for r in issue.transitions if r.source is s) for s in IssueState}
        self._closed = {s: sum(issue.row(t, s) is None for t in issue.triggers) for s in IssueState}
        self._extension = (ASK_EXTENSION, *(of_extension(row) for row in extension.transitions))
        self._consent = (ASK_CONSENT, *(of_consent(row) for row in consent.transitions))
        self._answers: dict[tuple[IssueState, Known], tuple[tuple[Attempt, Answer], ...]] = {}
        self._sources: dict[World, list[World]] = {}

    def run(self, settings: Iterable[Setting]) -> Report:
        """Return the report on every world that these settings lead to."""
        frontier = [World(setting) for setting in settings]
        self._sources = {world: [] for world in frontier}
        while frontier:
            world = frontier.pop()
            for after in self._moves(world):
                if after not in self._sources:
                    self._sources[after] = []
                    frontier.append(after)
                self._sources[after].append(world)
        self._conclude()
        return self.report

    def _moves(self, world: World) -> Iterator[World]:
        movers: set[Capacity] = set()
        for actor, attempt, faults in self._tries(world):
            after = attempt.after(world, actor)
            if attempt.machine == "issue":
                movers |= actor.capacities
            self._note(faults, world, attempt)
            self._note(move_faults(attempt.machine, attempt.trigger, world, after, actor), world, attempt)
            yield after
        self._note(world_faults(world, movers), world)
        yield from outside_moves(world)

    def _tries(self, world: World) -> Iterator[Tried]:
        for actor in ACTORS.values():
            for known, attempts in self._cases(world, actor):
                for attempt, answer in self._ask(world.state, known, attempts):
                    if answer.passes:
                        yield Tried(actor, attempt, answer.faults)

    def _cases(self, world: World, actor: Actor) -> Iterator[tuple[Known, tuple[Attempt, ...]]]:
        yield known_of_issue(world, actor), self._issue[world.state]
        yield known_of_extension(world, actor), self._extension if world.extension_by else (ASK_EXTENSION,)
        if consent_kind(world):
            yield known_of_consent(world, actor), self._consent if world.consent_asked_by else (ASK_CONSENT,)

    def _ask(
        self, state: IssueState, known: Known, attempts: tuple[Attempt, ...]
    ) -> tuple[tuple[Attempt, Answer], ...]:
        key = (state, known)
        if key not in self._answers:
            self._answers[key] = tuple((attempt, self._answer(attempt, known)) for attempt in attempts)
            if known.machine == "issue":
                self.report.cells += self._closed[state]
                self.report.refused += self._closed[state]
        return self._answers[key]

    def _answer(self, attempt: Attempt, known: Known) -> Answer:
        faults: set[str] = set()
        passed = 0
        for brought in attempt.brought:
            facts = known.with_brought(brought)
            if attempt.refusal(facts) is None:
                passed += 1
                faults.update(request_faults(attempt.machine, attempt.trigger, facts))
        self.report.cells += len(attempt.brought)
        self.report.refused += len(attempt.brought) - passed
        return Answer(passed > 0, tuple(sorted(faults)))

    def _note(self, codes: Iterable[str], world: World, attempt: Attempt | None = None) -> None:
        machine, trigger = (attempt.machine, attempt.trigger) if attempt else ("", "")
        self.report.violations.update(Violation(code, machine, trigger, world.state) for code in codes)

    def _conclude(self) -> None:
        report = self.report
        report.worlds = len(self._sources)
        report.moves = sum(map(len, self._sources.values()))
        for state in IssueState:
            report.states[state] = sum(world.state is state for world in self._sources)
        unreached = [state for state in IssueState if not report.states[state]]
        report.violations.update(Violation("never_reached", "", "", state) for state in unreached)
        ending = self._ending()
        for world in self._sources.keys() - ending:
            self._note(["no_way_to_the_end"], world)

    def _ending(self) -> set[World]:
        """Return the worlds from which some path leads to a final state."""
        frontier = [world for world in self._sources if world.state in FINAL_STATES]
        ending = set(frontier)
        while frontier:
            for source in self._sources[frontier.pop()]:
                if source not in ending:
                    ending.add(source)
                    frontier.append(source)
        return ending
