"""Has a workbook read by a child process, so that a hostile one takes nothing but its own time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tracker.errors import InvalidError, TooLargeError
from tracker.languages import _

_WORKER = Path(__file__).with_name("sheet_worker.py")
MOST_BYTES = 10 * 1024 * 1024
_MEMORY = 768 * 1024 * 1024
_CPU_SECONDS, _WALL_SECONDS = 10, 20


def sheets_read(content: bytes) -> dict[str, list[list[str]]]:
    """Return sheet name → rows → cells as text; raise ``InvalidError`` on ``file`` for what is no usable workbook."""
    if len(content) > MOST_BYTES:
        raise TooLargeError(_("工作簿不能超过 10MB"))
    answer = _asked(content)
    if answer.get("error") == "large":
        raise InvalidError({"file": _("工作表过大：最多 20000 行、40 列，请删除多余的行列后重试")})
    if "sheets" not in answer:
        raise InvalidError({"file": _("文件不是有效的 Excel 工作簿，请另存为 .xlsx 后重试")})
    sheets: dict[str, list[list[str]]] = answer["sheets"]
    return sheets


def _asked(content: bytes) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-I", str(_WORKER), str(_MEMORY), str(_CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603  # our own file and our own figures
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_WALL_SECONDS,
            check=False, env=environment,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        return {}
    return answer
