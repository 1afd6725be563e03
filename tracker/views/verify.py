"""Whether a document is genuine: the page that the code on it leads to, open to everybody."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker import clock
from tracker.errors import NotFoundError, TooManyError
from tracker.languages import _
from tracker.models import PaperCode
from tracker.policy import cell_for
from tracker.queries.documents import document_seen
from tracker.queries.letters import letter_seen
from tracker.queries.notices import notice_for
from tracker.services.verifying import code_look
from tracker.views.access import access
from workflows.letter import LetterState

bp = Blueprint("verify", __name__, url_prefix="/verify")
Page = str | tuple[str, int]


@bp.get("")
@access("public")
def index() -> Page | Response:
    typed = "".join(request.args.get("code", "").split()).upper()[:40]
    if typed:
        return redirect(url_for("verify.paper", code=typed), 303)
    return render_template("verify/index.html", typed="", error="")


@bp.get("/<code>")
@access("public")
def paper(code: str) -> Page:
    try:
        found = code_look(code=code.upper(), address=request.remote_addr or "", at=clock.now())
    except NotFoundError:
        words = _("没有这个核验码，请核对后重新输入；仍查不到的，该文书不是本系统出具的")
        return render_template("verify/index.html", typed=code[:40], error=words), 404
    except TooManyError as error:
        return render_template("verify/index.html", typed=code[:40], error=error.message), error.status
    return render_template("verify/paper.html", found=found, link=_link(found), is_withdrawn=_is_withdrawn(found))


def _is_withdrawn(found: PaperCode) -> bool:
    return found.letter is not None and found.letter.state is LetterState.WITHDRAWN


def _link(found: PaperCode) -> str:
    """Return the address of the document for somebody signed in who may see it, else nothing."""
    looks = (
        (found.document_id, "document.read", document_seen, "documents.page", "document_id"),
        (found.letter_id, "letter.read", letter_seen, "letters.page", "letter_id"),
        (found.notice_id, "issue.read", notice_for, "notices.page", "notice_id"),
    )
    for record_id, action, look, endpoint, name in looks:
        if record_id is None or g.actor is None or not cell_for(action, g.actor.role).allows:
            continue
        try:
            look(record_id, g.actor)
        except NotFoundError:
            return ""
        return url_for(endpoint, **{name: record_id})  # type: ignore[arg-type]  # names of our own
    return ""
