"""What a maker is given: what was asked, by whom, of which instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.exporting.pulse import Pulse
from tracker.models import ExportKind, ExportMedium
from tracker.policy import Actor


@dataclass(frozen=True)
class Work:
    """One file to be made: ``given`` as it was ordered, ``at`` the instant it shows, ``now`` when it is made.

    ``picture`` returns the bytes of a stored picture by its hash; ``fonts`` is the folder of licensed fonts, or empty.
    """

    kind: ExportKind
    given: Mapping[str, Any]
    medium: ExportMedium
    at: datetime
    now: datetime
    actor: Actor
    pulse: Pulse
    picture: Callable[[str], bytes]
    fonts: str = ""
