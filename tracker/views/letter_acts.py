"""What can be done with one document of supervision, and with many proposals at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import InvalidError, TrackerError
from tracker.forms import letters as forms
from tracker.forms.base import Form
from tracker.languages import N_, _
from tracker.models import Letter
from tracker.services import letters
from tracker.services.letter_bulk import proposals_decide
from tracker.storage import StoredFile
from tracker.views.access import access
from tracker.views.ids import id_of
from tracker.views.issue_pages import MISTAKES, errors_of
from tracker.views.letters import DOORS, Page, letter_page, list_page, looked_up, values_of
from tracker.views.received import files_of_form, kept_files

bp = Blueprint("letter_acts", __name__, url_prefix="/letters")
LIMIT = 200


@dataclass(frozen=True)
class _Act:
    """One step: what is typed, which service takes it, what is said afterwards."""

    trigger: str
    done: str
    form: type[Form]
    call: Callable[[Any, dict[str, Any]], Letter]
    takes_files: bool = False


def _issue(form: forms.WriteForm, by: dict[str, Any]) -> Letter:
    return letters.letter_issue(**by, values=values_of(form))


def _settle(form: forms.OpinionForm, by: dict[str, Any]) -> Letter:
    return letters.letter_settle(**by, opinion=form.opinion)


def _withdraw(form: forms.ReasonForm, by: dict[str, Any]) -> Letter:
    return letters.letter_withdraw(**by, reason=form.reason)


_ACTS = (
    _Act("issue", N_("已发出"), forms.WriteForm, _issue),
    _Act("receive", N_("已签收"), forms.BareForm, lambda form, by: letters.letter_receive(**by)),
    _Act("reply", N_("已回复"), forms.ReplyForm, lambda form, by: letters.letter_reply(**by, words=form.words),
         takes_files=True),
    _Act("return", N_("已退回重报"), forms.ReturnForm,
         lambda form, by: letters.letter_return(**by, reason=form.reason, reply_by=form.reply_by)),
    _Act("settle", N_("已办结"), forms.OpinionForm, _settle),
    _Act("withdraw", N_("已撤回"), forms.ReasonForm, _withdraw),
)  # fmt: skip


def _view(act: _Act) -> Callable[..., Any]:
    def view(letter_id: int) -> Page | Response:
        files: tuple[StoredFile, ...] = ()
        try:
            files = files_of_form() if act.takes_files else ()
            given: MultiDict[str, str] = looked_up(request.form) if act.trigger == "issue" else request.form
            form: Any = act.form.parse(given)
            by = {"letter_id": letter_id, "actor": g.actor, "at": clock.now(), "version": form.version}
            letter = act.call(form, by | {"files": files} if act.takes_files else by)
        except MISTAKES as error:
            return letter_page(letter_id, act.trigger, errors_of(error), files or kept_files()), error.status
        flash(_("{number} {done}").format(number=letter.number or "", done=_(act.done)).strip(), "success")
        return redirect(url_for("letters.page", letter_id=letter.id), 303)

    return access(DOORS[act.trigger])(view)


for _act in _ACTS:
    bp.add_url_rule(f"/<int:letter_id>/{_act.trigger}", _act.trigger, _view(_act), methods=["POST"])


@bp.post("/proposals")
@access("letter.decide")
def proposals() -> Page | Response:
    ids = list(dict.fromkeys(id_of(one) for one in request.form.getlist("ids")))
    if not 0 < len(ids) <= LIMIT:
        return list_page({"ids": _("请先勾选文书，一次最多 {n} 份").format(n=LIMIT)})
    issuing = request.form.get("act") != "withdraw"
    try:
        outcomes = proposals_decide(
            ids=ids, reason=None if issuing else request.form.get("reason", ""), actor=g.actor, at=clock.now()
        )
    except TrackerError as error:
        return list_page(error.errors if isinstance(error, InvalidError) else {"form": error.message})
    done = [one for one in outcomes if one.ok]
    if done:
        words = _("已发出 {n} 份") if issuing else _("已撤回 {n} 份")
        flash(words.format(n=len(done)), "success")
    for one in outcomes:
        if not one.ok:
            flash(_("第 {id} 份未办理：{reason}").format(id=one.letter_id, reason=one.message), "warning")
    return redirect(url_for("letters.index"), 303)
