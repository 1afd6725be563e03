"""The words of a workbook that comes back with its faults marked."""

from __future__ import annotations

from tracker.languages import LANGUAGES, N_, _, speaking

# Heads the column that explains the faults of each row; nothing of it is ever imported.
FAULT_COLUMN = N_("导入问题")
# Begins what the check adds to the note of a cell, so that it is known again when the workbook returns.
FAULT_MARK = N_("【导入检查】")


def in_every_language(words: str) -> tuple[str, ...]:
    """Return these words (a msgid) as each language says them: a workbook may return to a reader of another one."""
    found = []
    for language in LANGUAGES:
        with speaking(language):
            found.append(_(words))
    return tuple(dict.fromkeys(found))


def is_fault_heading(words: str) -> bool:
    """Tell whether a heading, in any language, is the one of the column that explains faults."""
    return words.strip() in in_every_language(FAULT_COLUMN)
