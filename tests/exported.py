"""Files as people get them: ordered by a button, made beside the request, fetched where the button leads."""

from __future__ import annotations

import io

from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse


def ordered(client: FlaskClient, path: str) -> TestResponse:
    """Return what ordering a file leads to: the file, or the page that says why there is none."""
    with client.post(path, follow_redirects=True) as answer:
        assert answer.status_code == 200, path
        assert answer.data
        return answer


def pdf_of(client: FlaskClient, path: str) -> PdfReader:
    """Return the PDF that was ordered."""
    return PdfReader(io.BytesIO(ordered(client, path).data), strict=True)
