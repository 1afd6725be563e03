"""Pictures and pages of the tables, and that the pages kept on disk are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker import labels
from tracker.languages import speaking
from workflows.diagram import TEXT_KEYS, Words, mermaid, pages
from workflows.extension import EXTENSION
from workflows.issue import ISSUE

DOCS = Path(__file__).parents[2] / "docs" / "workflow"
BARE = Words(dict.fromkeys(TEXT_KEYS, "x"), {}, {}, {}, {}, {})


def chinese_pages() -> dict[str, str]:
    with speaking("zh_CN"):
        return pages(labels.workflow_words())


@pytest.mark.parametrize("name", sorted(chinese_pages()))
def test_page_on_disk_is_current(name: str) -> None:
    """To renew them: ``tracker workflow diagram --write docs/workflow``."""
    assert (DOCS / name).read_text(encoding="utf-8") == chinese_pages()[name]


def test_no_page_is_left_over() -> None:
    assert {path.name for path in DOCS.glob("*.md")} == set(chinese_pages())


def test_diagram_draws_every_row_once_and_the_ends() -> None:
    with speaking("zh_CN"):
        lines = mermaid(ISSUE, labels.workflow_words()["issue"]).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert '    state "待销号" as verified' in lines
    assert "    [*] --> draft" in lines
    assert "    verified --> signed_off: 销号" in lines
    assert [line.strip() for line in lines if line.endswith("--> [*]")] == ["signed_off --> [*]", "dismissed --> [*]"]
    assert sum(": " in line for line in lines) == len(ISSUE.transitions)
    assert len(lines) == len(set(lines))


def test_diagram_ends_where_nothing_leaves() -> None:
    lines = mermaid(EXTENSION, BARE).splitlines()
    assert '    state "approved" as approved' in lines
    assert "    requested --> approved: approve" in lines
    assert [line.split()[0] for line in lines if line.endswith("--> [*]")] == ["approved", "refused", "withdrawn"]


def test_a_code_without_words_speaks_for_itself() -> None:
    page = pages(dict.fromkeys(labels.workflow_words(), BARE))["issue.md"]
    assert "| `dismiss` dismiss | registered → dismissed | office | no_reason_or_original |" in page
    assert "| `suspended` | suspended | office | review |" in page
    assert "| `dismissed` | dismissed | x | x |" in page
    assert "| `accept` accept | assigned → rectifying | responsible | no_measures<br>undated_measures |" in page


def test_pages_show_conditions_of_requests() -> None:
    made = chinese_pages()
    assert f"| `extension_late` | {labels.REFUSAL['extension_late']} |" in made["extension.md"]
    assert f"| `consent_pending` | {labels.REFUSAL['consent_pending']} |" in made["consent.md"]
    assert "| `verified` | 待销号 | 创建办 | 销号期限 |" in made["issue.md"]
    assert "| `approved` | 已同意 |" in made["extension.md"]


def test_every_heading_has_words() -> None:
    assert set(labels.PAGE_TEXT) == TEXT_KEYS
    assert set(labels.EXPLORED) == {"worlds", "moves", "cells", "refused", "violations"}
