"""``tracker workflow``: the law, for those who want to read or check it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracker import labels
from tracker.languages import speaking
from workflows.bulletin import BULLETIN
from workflows.consent import CONSENT
from workflows.diagram import mermaid, pages
from workflows.explore import check as explore
from workflows.exporting import EXPORT
from workflows.extension import EXTENSION
from workflows.handover import HANDOVER
from workflows.importing import IMPORT
from workflows.instruction import INSTRUCTION
from workflows.issue import ISSUE
from workflows.letter import LETTER
from workflows.look_back import LOOK_BACK
from workflows.round import ROUND, STOP
from workflows.spec import Workflow

_WORKFLOWS: dict[str, Workflow[Any]] = {
    "issue": ISSUE, "extension": EXTENSION, "consent": CONSENT, "import": IMPORT, "round": ROUND,
    "stop": STOP, "letter": LETTER, "instruction": INSTRUCTION,
    "handover": HANDOVER, "look_back": LOOK_BACK, "bulletin": BULLETIN, "export": EXPORT,
}  # fmt: skip
_LANGUAGE = click.option("--language", type=click.Choice(["zh_CN", "en"]), default="zh_CN", help="语言 / language")
_NAME = click.argument("name", type=click.Choice(sorted(_WORKFLOWS)), default="issue")


@click.group("workflow")
def group() -> None:
    """工作流程（状态与流转规则）。 The workflow tables."""


@group.command("show")
@_NAME
@_LANGUAGE
def show(name: str, language: str) -> None:
    """列出一个流程的每一行。 Print a workflow: its states, its rows, what refuses them."""
    with speaking(language):
        click.echo(pages(labels.workflow_words())[f"{name}.md"])


@group.command("check")
@_LANGUAGE
def check(language: str) -> None:
    """穷举所有可达路径并核对不变量。 Explore every reachable path and check the invariants; print the counts."""
    report = explore()
    with speaking(language):
        for code, number in report.counts().items():
            click.echo(f"{labels.word(labels.EXPLORED, code)}: {number}")
    for line in list(report.lines())[len(report.counts()) :]:
        click.echo(line)
    if not report.holds:
        raise SystemExit(1)


@group.command("diagram")
@_NAME
@_LANGUAGE
@click.option(
    "--write", "folder", type=click.Path(file_okay=False, path_type=Path), help="写入文档页 / write the pages"
)
def diagram(name: str, language: str, folder: Path | None) -> None:
    """输出 Mermaid 流程图。 Print the diagram as Mermaid, or write all pages of the documentation."""
    with speaking(language):
        words = labels.workflow_words()
        if folder is None:
            click.echo(mermaid(_WORKFLOWS[name], words[name]))
            return
        folder.mkdir(parents=True, exist_ok=True)
        for file_name, text in pages(words).items():
            (folder / file_name).write_text(text, encoding="utf-8")
            click.echo(folder / file_name)


COMMANDS = (group,)
