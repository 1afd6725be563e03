"""Documents of supervision: what waits to be issued, what is under way, one document as page and as PDF."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirect

from tracker import clock, labels
from tracker.errors import InvalidError, TrackerError
from tracker.exporting.shown import letter_shown
from tracker.forms import letters as forms
from tracker.languages import _
from tracker.models import ExportKind, Letter
from tracker.policy import cell_for, letter_capacities
from tracker.queries import letters as queries
from tracker.queries.issues_chosen import issues_chosen
from tracker.queries.places import unit_names
from tracker.queries.rules import policy_on, work_calendar
from tracker.services.letter_making import LetterValues
from tracker.services.letters import LIMIT, letter_write
from tracker.storage import StoredFile
from tracker.views.access import access
from tracker.views.chosen import unit_chosen
from tracker.views.ids import id_of
from tracker.views.issue_photos import size_words
from tracker.views.papers import FILES, order_paper
from tracker.views.received import to_keep
from workflows.engine import NOT_BY_YOU, available
from workflows.instruction import machine_of
from workflows.letter import LetterFacts, LetterKind, LetterState, reply_days

bp = Blueprint("letters", __name__, url_prefix="/letters")
Page = str | tuple[str, int]
WRITTEN = (LetterKind.ORDER, LetterKind.REMIND, LetterKind.SUPERVISE, LetterKind.INTERVIEW)
_STATES = [state for state in LetterState if state is not LetterState.PROPOSED]


def names() -> dict[str, str]:
    """Return the names of the fields in the reader's language, for the list of errors."""
    return {name: _(words) for name, words in forms.LABELS.items()}


@bp.get("")
@access("letter.read")
def index() -> Page:
    return list_page({})


def list_page(errors: dict[str, str]) -> Page:
    """Return the list with what waits to be issued above it; ``errors`` are those of a refused bulk act."""
    try:
        form = forms.ListForm.parse(request.args)
    except InvalidError as error:
        form, errors = forms.ListForm(), errors | error.errors
    chosen = queries.LetterFilter(form.state, form.kind, form.unit, form.late, form.all, form.mine)
    waiting, total = queries.proposals(g.actor)
    page = render_template(
        "letters/index.html", form=form, errors=errors, page=queries.letter_list(g.actor, chosen, form.after),
        proposals=waiting, proposed=total, typed=form.model_dump(mode="json", exclude_defaults=True),
        unit_name=unit_names([form.unit]).get(form.unit, "") if form.unit else "", names=names(),
        states=[(state.value, labels.word(labels.LETTER_STATE, state)) for state in _STATES],
        kinds=[(kind.value, labels.word(labels.LETTER_KIND, kind)) for kind in LetterKind],
        may_write=cell_for("letter.write", g.actor.role).allows,
        may_points=cell_for("points.read", g.actor.role).allows,
    )  # fmt: skip
    return (page, 422) if errors else page


@bp.get("/<int:letter_id>")
@access("letter.read")
def page(letter_id: int) -> str:
    return letter_page(letter_id)


def letter_page(
    letter_id: int, opened: str = "", errors: dict[str, str] | None = None, files: tuple[StoredFile, ...] = ()
) -> str:
    """Return the page of a document, with the form that was refused open and the files that came with it."""
    letter = queries.letter_seen(letter_id, g.actor)
    unit, shown = letter.recipient_unit, letter_shown(letter, clock.now())
    return render_template(
        "letters/page.html", letter=letter, paper=shown.paper, code=shown.code,
        moves=_moves(letter), opened=opened,
        errors=errors or {}, typed=request.form if errors else {}, names=names(), unit_name=unit.name if unit else "",
        skipped=[labels.word(labels.LETTER_KIND, one.partition(":")[0]) for one in letter.skipped],
        is_late=letter.due_on is not None and letter.due_on < g.actor.today, kept=to_keep(files),
        size_words=size_words,
    )  # fmt: skip


def _moves(letter: Letter) -> dict[str, str]:
    """Map each step that could be the reader's to the reason why it cannot be taken now, or to nothing."""
    last = letter.replies[-1] if letter.replies else None
    facts = LetterFacts(
        letter_capacities(g.actor, letter), actor_replied=last is not None and last.by_id == g.actor.person_id
    )
    found = available(machine_of(letter.kind), letter.state, facts)
    return {
        trigger: labels.word(labels.REFUSAL, code) if code else ""
        for trigger, code in found.items()
        if code != NOT_BY_YOU and cell_for(DOORS[trigger], g.actor.role).allows
    }


# The row of the matrix that each step belongs to.
DOORS = {
    "issue": "letter.decide", "withdraw": "letter.decide", "receive": "letter.reply", "reply": "letter.reply",
    "return": "letter.settle", "settle": "letter.settle",
}  # fmt: skip


@bp.post(f"/<int:letter_id>.{FILES}")
@access("letter.read")
def file(letter_id: int, medium: str) -> Redirect:
    return order_paper(ExportKind.LETTER, letter_id, medium, url_for("letters.page", letter_id=letter_id))


@bp.route("/new", methods=["GET", "POST"])
@access("letter.write")
def new() -> Page | Redirect:
    ids = list(dict.fromkeys(id_of(one) for one in request.values.getlist("ids")))
    if len(ids) > LIMIT:
        return _write_page([], {"form": _("一份文书最多列 {n} 个问题，请分批发出").format(n=LIMIT)}), 422
    if request.form.get("confirmed") != "1":
        return _write_page(ids, {})
    try:
        form = forms.WriteForm.parse(looked_up(request.form))
        letter = letter_write(
            kind=form.kind, values=values_of(form), issue_ids=ids, client_key=form.idempotency_key, actor=g.actor,
            at=clock.now(),
        )  # fmt: skip
    except TrackerError as error:
        errors = error.errors if isinstance(error, InvalidError) else {"form": error.message}
        return _write_page(ids, errors), error.status
    flash(_("{number} 已发出").format(number=letter.number), "success")
    return redirect(url_for("letters.page", letter_id=letter.id), 303)


def looked_up(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what was typed with the unit by id, also where only its name came."""
    changed: MultiDict[str, str] = MultiDict(given)
    changed["recipient_unit_id"] = unit_chosen(given, "recipient_unit_id")
    return changed


def values_of(form: forms.WriteForm) -> LetterValues:
    """Return what a form says of the document."""
    return LetterValues(form.recipient_unit_id, form.reply_by, form.subject, form.words)


def _write_page(ids: list[int], errors: dict[str, str]) -> str:
    policy, calendar, today = policy_on(g.actor.today).policy, work_calendar(), g.actor.today
    rows = issues_chosen(ids, g.actor)
    kinds = [
        (kind.value, labels.word(labels.LETTER_KIND, kind), _("回复期限 {day}").format(
            day=calendar.add_workdays(today, reply_days(policy, kind))))
        for kind in WRITTEN
    ]  # fmt: skip
    return render_template(
        "letters/new.html", rows=rows, ids=ids, unseen=len(ids) - len(rows), errors=errors, kinds=kinds, names=names(),
        key=request.form.get("idempotency_key") or uuid.uuid4().hex,
        typed=request.form if request.form.get("confirmed") else {"kind": request.values.get("kind", "order")},
    )  # fmt: skip
