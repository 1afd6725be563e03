"""Listeners on loopback that stand for the world outside: they record, refuse, hang up and limit as they are told."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PASSWORD = "reeds-and-water"


@dataclass(frozen=True)
class Certificate:
    """A certificate for ``localhost``, its own authority, and a key, as files."""

    ca_file: Path
    key_file: Path

    def context(self) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.ca_file, self.key_file)
        return made


def certificate(folder: Path, name: str = "localhost") -> Certificate:
    """Return a certificate for ``name`` and the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    ca_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    ca_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return Certificate(ca_file, key_file)


@dataclass
class MailSink:
    """An SMTP server's mind: ``replies`` are given in turn to what is sent, ``None`` hangs up after taking it."""

    mails: list[EmailMessage] = field(default_factory=list)
    replies: list[str | None] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def handle_EHLO(  # noqa: N802  # the server's own name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self.replies.pop(0) if self.replies else "250 taken"
        if reply is None or reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if reply is None:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        return reply

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


@contextmanager
def mail_server(proof: Certificate, security: str = "starttls") -> Iterator[MailSink]:
    """Run an SMTP server that wants a login, by STARTTLS or with TLS from the first byte."""
    sink, more = MailSink(), {"authenticator": _login, "auth_required": True, "ready_timeout": 10}
    if security == "starttls":
        running = Controller(
            sink, "127.0.0.1", 0, tls_context=proof.context(), require_starttls=True, **more
        )  # fmt: skip
    elif security == "tls":
        running = Controller(
            sink,
            "127.0.0.1",
            0,
            ssl_context=proof.context(),
            **more | {"auth_required": False, "auth_require_tls": False},
        )
    else:
        running = Controller(sink, "127.0.0.1", 0)
    # The controller would call itself to see whether it answers, on a port that is not known yet.
    running._trigger_server = running._factory_invoked.set  # type: ignore[method-assign]
    running.smtpd = SMTP(sink)
    running.start()
    try:
        assert running.server is not None
        sink.port = running.server.sockets[0].getsockname()[1]
        yield sink
    finally:
        running.stop()


@dataclass
class Call:
    """What came in over HTTP."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class WebSink:
    """An HTTP server's mind: ``answer`` returns status and JSON body for a call, or ``None`` to hang up."""

    answer: Callable[[Call], tuple[int, Any] | None]
    calls: list[Call] = field(default_factory=list)
    more_headers: dict[str, str] = field(default_factory=dict)
    base: str = ""
    host: str = ""


@contextmanager
def web_server(answer: Callable[[Call], tuple[int, Any] | None], proof: Certificate | None = None) -> Iterator[WebSink]:
    """Run an HTTP server, over TLS where it is given a certificate."""
    sink = WebSink(answer)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            body = json.loads(raw) if raw.startswith("{") else raw
            call = Call(self.command, self.path, dict(self.headers.items()), body)
            sink.calls.append(call)
            answered = sink.answer(call)
            if answered is None:
                self.close_connection = True
                return
            content = json.dumps(answered[1]).encode()
            self.send_response(answered[0])
            for name, value in sink.more_headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_given: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if proof is not None:
        server.socket, scheme = proof.context().wrap_socket(server.socket, server_side=True), "https"
    sink.host = f"127.0.0.1:{server.server_port}"
    sink.base = f"{scheme}://{sink.host}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
