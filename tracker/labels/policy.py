"""The words of a policy's choices."""

from __future__ import annotations

# The words of every code that a field of a policy may be set to.
POLICY_CHOICE: dict[str, str] = {}
