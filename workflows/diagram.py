"""Workflow tables as pictures and as pages; the words come in as mappings, for the law knows no language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.bulletin import BULLETIN
from workflows.consent import CONSENT, CONSENT_REQUEST
from workflows.exporting import EXPORT
from workflows.extension import EXTENSION, EXTENSION_REQUEST
from workflows.handover import HANDOVER, HANDOVER_REQUEST
from workflows.importing import IMPORT
from workflows.instruction import GIVING, INSTRUCTION
from workflows.issue import FINAL_STATES, ISSUE, WAITING, IssueState
from workflows.letter import LETTER
from workflows.look_back import LOOK_BACK
from workflows.round import ROUND, STOP
from workflows.spec import Guard, Transition, Workflow


@dataclass(frozen=True)
class Words:
    """The words of one workflow, and ``text`` for headings; a code without words speaks for itself."""

    text: Mapping[str, str]
    states: Mapping[str, str]
    triggers: Mapping[str, str]
    capacities: Mapping[str, str]
    refusals: Mapping[str, str]
    clocks: Mapping[str, str]


TEXT_KEYS = frozenset(
    {
        "generated",
        "states",
        "moves",
        "requests",
        "picture",
        "code",
        "name",
        "whose_move",
        "clock",
        "nobody",
        "none",
        "trigger",
        "from_to",
        "who",
        "refused_with",
        "issue",
        "extension",
        "consent",
        "handover",
        "bulletin",
        "import",
        "export",
        "round",
        "stop",
        "letter",
        "instruction",
        "look_back",
    }
)


def mermaid(workflow: Workflow[Any], words: Words) -> str:
    """Return the workflow as a Mermaid state diagram, in the order of the table."""
    states, triggers = words.states, words.triggers
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{states.get(state, state)}" as {state}' for state in workflow.met]
    lines.append(f"    [*] --> {workflow.initial}")
    lines += [f"    {r.source} --> {r.dest}: {triggers.get(r.trigger, r.trigger)}" for r in workflow.transitions]
    leaving = {row.source for row in workflow.transitions}
    lines += [f"    {state} --> [*]" for state in workflow.met if state in FINAL_STATES or state not in leaving]
    return "\n".join(lines) + "\n"


def pages(words: Mapping[str, Words]) -> dict[str, str]:
    """Map the name of each page to its Markdown; ``words`` has an entry for each workflow, by its name."""
    return {
        "issue.md": _page(ISSUE, words["issue"], _waiting(words["issue"]), ()),
        "extension.md": _page(EXTENSION, words["extension"], (), EXTENSION_REQUEST),
        "consent.md": _page(CONSENT, words["consent"], (), CONSENT_REQUEST),
        "bulletin.md": _page(BULLETIN, words["bulletin"], (), ()),
        "handover.md": _page(HANDOVER, words["handover"], (), HANDOVER_REQUEST),
        "export.md": _page(EXPORT, words["export"], (), ()),
        "import.md": _page(IMPORT, words["import"], (), ()),
        "round.md": _page(ROUND, words["round"], (), ()),
        "stop.md": _page(STOP, words["stop"], (), ()),
        "letter.md": _page(LETTER, words["letter"], (), ()),
        "instruction.md": _page(INSTRUCTION, words["instruction"], (), GIVING),
        "look_back.md": _page(LOOK_BACK, words["look_back"], (), ()),
    }


def _page(workflow: Workflow[Any], words: Words, states: Iterable[str], request: tuple[Guard, ...]) -> str:
    text = words.text
    parts = [f"# {text[workflow.name]}", text["generated"], f"## {text['states']}"]
    parts.append("\n".join(states or _states(workflow, words)))
    if request:
        parts += [f"## {text['requests']}", "\n".join(_refusals(request, words))]
    parts += [f"## {text['moves']}", "\n".join(_moves(workflow, words))]
    parts += [f"## {text['picture']}", f"```mermaid\n{mermaid(workflow, words)}```"]
    return "\n\n".join(parts) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> list[str]:
    return [_row(*cells), _row(*("---" for _ in cells))]


def _states(workflow: Workflow[Any], words: Words) -> Iterator[str]:
    yield from _head(words.text["code"], words.text["name"])
    yield from (_row(f"`{state}`", words.states.get(state, state)) for state in workflow.met)


def _waiting(words: Words) -> tuple[str, ...]:
    text = words.text
    rows = _head(text["code"], text["name"], text["whose_move"], text["clock"])
    for state in IssueState:
        waiting = WAITING[state]
        movers = _joined(words.capacities, waiting.movers) or text["nobody"]
        clock = words.clocks.get(waiting.clock, waiting.clock) if waiting.clock else text["none"]
        rows.append(_row(f"`{state}`", words.states.get(state, state), movers, clock))
    return tuple(rows)


def _moves(workflow: Workflow[Any], words: Words) -> Iterator[str]:
    text = words.text
    yield from _head(text["trigger"], text["from_to"], text["who"], text["refused_with"])
    yield from (_move(row, words) for row in workflow.transitions)


def _move(row: Transition[Any], words: Words) -> str:
    source, dest = (words.states.get(state, state) for state in (row.source, row.dest))
    refusals = _joined(words.refusals, [guard.code for guard in row.guards])
    name = words.triggers.get(row.trigger, row.trigger)
    return _row(f"`{row.trigger}` {name}", f"{source} → {dest}", _joined(words.capacities, row.by), refusals)


def _refusals(guards: tuple[Guard, ...], words: Words) -> Iterator[str]:
    yield from _head(words.text["code"], words.text["refused_with"])
    yield from (_row(f"`{guard.code}`", words.refusals.get(guard.code, guard.code)) for guard in guards)


def _joined(words: Mapping[str, str], codes: Iterable[str]) -> str:
    return "<br>".join(words.get(code, code) for code in codes)
