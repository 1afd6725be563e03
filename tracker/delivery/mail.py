"""E-mail: one connection for many messages, always encrypted, the server's certificate always verified."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from tracker import outward
from tracker.delivery.outcome import Fault, Outside, Parcel, UndeliveredError, Verdict
from tracker.delivery.web import cut_after, tls_context, unreachable
from tracker.outward import AddressError

_CLOSING, _PERMANENT = 421, 500


class _Plain(smtplib.SMTP):
    """Connects to a checked address only; TLS follows by STARTTLS."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        super().__init__(timeout=outside.timeout, local_hostname="tracker")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # the library's own hook
        return outward.connect(host, port, self._outside.allowed, timeout)


class _Encrypted(_Plain):
    """The same with TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        return tls_context(self._outside.ca_file).wrap_socket(plain, server_hostname=host)


@dataclass
class MailCourier:
    """Carries mail through one server; ``security`` is ``starttls`` or ``tls``."""

    host: str
    port: int
    security: str
    sender: str
    sender_name: str
    user: str
    password: str
    outside: Outside
    _smtp: smtplib.SMTP | None = field(default=None, init=False)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep one connection as long as it lasts."""
        try:
            yield
        finally:
            self._close()

    def carry(self, parcel: Parcel, at: datetime) -> None:
        """Hand one mail to the server, which has taken it when this returns."""
        smtp = self._smtp or self._connect()
        try:
            mail = self._mail(parcel, at)
            with cut_after(smtp.sock, self.outside.timeout):
                smtp.send_message(mail, self.sender, [parcel.address])
        except (smtplib.SMTPException, OSError) as error:
            failure = _failure(error)
            if not isinstance(error, smtplib.SMTPRecipientsRefused) or failure.verdict is Verdict.HOLD:
                self._close()
            raise failure from error
        except (ValueError, IndexError) as error:  # an address no mail can be sent to
            raise UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, "address") from error

    def _connect(self) -> smtplib.SMTP:
        smtp = _Encrypted(self.outside) if self.security == "tls" else _Plain(self.outside)
        smtp._host = self.host  # type: ignore[attr-defined]  # the name STARTTLS verifies; set by connecting at once alone
        try:
            smtp.connect(self.host, self.port)
            with cut_after(smtp.sock, self.outside.timeout):
                smtp.ehlo()
                if self.security != "tls":
                    smtp.starttls(context=tls_context(self.outside.ca_file))
                    smtp.ehlo()
                if self.user:
                    smtp.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            smtp.close()
            raise UndeliveredError(Fault.AUTH, Verdict.HOLD, _said(error)) from error
        except smtplib.SMTPNotSupportedError as error:
            smtp.close()
            raise UndeliveredError(Fault.TLS, Verdict.HOLD, str(error)) from error
        except (smtplib.SMTPException, OSError, AddressError) as error:
            smtp.close()
            raise unreachable(error) from error
        self._smtp = smtp
        return smtp

    def _close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            with cut_after(smtp.sock, 5.0):
                smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _mail(self, parcel: Parcel, at: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = Address(_line(self.sender_name), addr_spec=self.sender)
        mail["To"] = Address(addr_spec=parcel.address)
        mail["Subject"] = _line(parcel.subject)
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{parcel.stable_id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(parcel.text)
        if parcel.html:
            mail.add_alternative(parcel.html, subtype="html")
        return mail


def _line(words: str) -> str:
    """Return the words on one line: a line break would begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def _said(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    return f"{error.smtp_code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _failure(error: Exception) -> UndeliveredError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, words.decode(errors="replace"))
    if isinstance(error, smtplib.SMTPSenderRefused):
        verdict = Verdict.HOLD
        return UndeliveredError(Fault.RATE if error.smtp_code == _CLOSING else Fault.SETTINGS, verdict, _said(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, str(_said(error).partition(" ")[2]))
    return UndeliveredError(Fault.CUT, Verdict.LATER, type(error).__name__)


def _by_code(code: int, words: str) -> UndeliveredError:
    """Judge an SMTP reply: 421 closes the channel, 5xx is final, any other passes."""
    detail = f"{code} {words}"
    if code == _CLOSING:
        return UndeliveredError(Fault.RATE, Verdict.HOLD, detail, 60.0)
    if code >= _PERMANENT:
        return UndeliveredError(Fault.REFUSED, Verdict.GIVE_UP, detail)
    return UndeliveredError(Fault.BUSY, Verdict.LATER, detail)
