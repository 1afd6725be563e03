"""Who may do what: reads, never writes. The permission matrix, the scope of every query, the capacities for the law."""

from tracker.policy.actor import Actor, actor_of
from tracker.policy.capacities import capacities
from tracker.policy.letters import RECEIVING, is_mine_to_answer, is_recipient, letter_capacities, letter_visible
from tracker.policy.matrix import Cell, cell_for, matrix
from tracker.policy.scope import IS_OPEN, listed, listed_open, listed_singly, listed_standing, recorded, visible

__all__ = [
    "IS_OPEN",
    "RECEIVING",
    "Actor",
    "Cell",
    "actor_of",
    "capacities",
    "cell_for",
    "is_mine_to_answer",
    "is_recipient",
    "letter_capacities",
    "letter_visible",
    "listed",
    "listed_open",
    "listed_singly",
    "listed_standing",
    "matrix",
    "recorded",
    "visible",
]
