"""What the list of accounts is narrowed to, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tracker.forms.base import BLANK_IS_NONE, Form
from tracker.languages import N_
from tracker.models import Role
from tracker.queries.accounts import AccountFilter


class AccountListForm(Form):
    """Words, a role, a state, and the login after which the page begins."""

    labels: ClassVar[Mapping[str, str]] = {
        "q": N_("搜索"), "role": N_("岗位"), "state": N_("状态"), "after": N_("翻页"),
    }  # fmt: skip

    q: str = Field(default="", max_length=60)
    role: Annotated[Role | None, BLANK_IS_NONE] = None
    state: Literal["", "active", "disabled", "pending", "bare"] = ""
    after: str = Field(default="", max_length=64)

    def filter(self) -> AccountFilter:
        """Return it for the query."""
        return AccountFilter(self.q, self.role, self.state)
