"""A real SMTP server for tests (aiosmtpd), controlled by recipients' addresses.

usage: smtp_server.py plain|utf8|auth|starttls|inject|tls

The first line of output is {"port": …, "ca": …}: the port on 127.0.0.1, and the certificate (PEM)
of the authority that signed the server's. Each accepted mail is one more line of JSON.

- Recipients that start with "reject" are rejected with 550, "stall" gets no reply.
- "defer" is deferred with 451 once, "defer3" three times, per address.
- After a mail to "leave", the server closes the connection.
- A message with "SPAM" in its subject is rejected with 554 and a quote of its text.
- With "auth" and "tls" the user is "tokenvue" and the password "p@ss/word: 1"; "auth" offers
  STARTTLS and accepts the password only after it.
- "inject" is "starttls" with an attacker in between: the reply to STARTTLS is followed, still
  unencrypted, by a reply to the EHLO that the client sends after it (RFC 3207, section 6).

Lines on standard input change its behavior. Each is acknowledged with {"done": …}:
- "mail 550 5.7.0 Too many", also with "rcpt" and "data", sends this reply to the command;
  "mail" alone accepts mails again. "limit 2" allows two connections at a time, "limit" any number.
  "delay 0.5" waits half a second before the reply to RCPT.

The server ends when its standard input is closed, so it does not outlive the test.
"""

import asyncio
import json
import logging
import os
import re
import ssl
import sys
import warnings
from email import message_from_bytes, policy

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"tokenvue", b"p@ss/word: 1"


# Some tests disconnect early or send passwords without TLS.
logging.disable()
warnings.simplefilter("ignore")


def emit(line):
    print(json.dumps(line), flush=True)


class Server(SMTP):
    """Counts its connections. With "inject", sends a reply too early."""

    def __init__(self, handler, *, injects, **options):
        super().__init__(handler, **options)
        self.handler, self.injects = handler, injects

    async def _handle_client(self):
        self.handler.open += 1
        try:
            if self.handler.limit and self.handler.open > self.handler.limit:
                await self.push("421 4.7.0 Too many connections")
                self.transport.close()
            else:
                await super()._handle_client()
        finally:
            self.handler.open -= 1

    async def push(self, status):
        if self.injects and "Ready to start TLS" in str(status):
            status = f"{status}\r\n250-localhost\r\n250 8BITMIME"
        return await super().push(status)


class Handler:
    def __init__(self):
        self.deferred = {}
        self.connections = {}
        self.answers = {}
        self.limit = self.open = self.delay = 0

    def obey(self, command, rest):
        if command == "limit":
            self.limit = int(rest or 0)
        elif command == "delay":
            self.delay = float(rest or 0)
        else:
            self.answers[command] = rest
        emit({"done": command})

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.answers.get("mail"):
            return self.answers["mail"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answers.get("rcpt"):
            return self.answers["rcpt"]
        await asyncio.sleep(self.delay)
        if address.startswith("reject"):
            return "550 5.1.1 No such mailbox here"
        if address.startswith("stall"):
            await asyncio.Event().wait()
        if defer := re.match(r"defer(\d*)", address):
            times = self.deferred[address] = self.deferred.get(address, 0) + 1
            if times <= int(defer[1] or 1):
                return "451 4.7.1 Greylisted, please come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers.get("data"):
            return self.answers["data"]
        message = message_from_bytes(envelope.content, policy=policy.default)
        text = message.get_body(("plain",))
        html = message.get_body(("html",))
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": [[name, str(value)] for name, value in message.items()],
            "subject": str(message["Subject"]),
            "text": text.get_content() if text else None,
            "html": html.get_content() if html else None,
            "parts": [part.get_content_type() for part in message.walk()],
            "ehlo": session.host_name,
            "connection": self.connections.setdefault(session, len(self.connections)),
            "tls": session.ssl is not None,
            "user": session.auth_data.decode() if session.authenticated else None,
        }
        if "SPAM" in mail["subject"]:
            quoted = " ".join(mail["text"].split()).encode("ascii", "replace").decode()
            return f"554 5.7.1 Refused for {quoted:.300}"
        emit(mail)
        if envelope.rcpt_tos[0].startswith("leave"):
            asyncio.get_running_loop().call_soon(server.transport.close)  # after the reply
        return "250 Queued"


def authenticate(server, session, envelope, mechanism, data):
    known = data.login == USER and data.password == PASSWORD
    return AuthResult(success=known, handled=False, auth_data=data.login)


async def main(mode):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    options = {"hostname": "localhost", "enable_SMTPUTF8": mode == "utf8"}
    if mode in ("starttls", "auth", "inject"):
        options |= {"tls_context": context, "require_starttls": True}
    if mode in ("auth", "tls"):
        # aiosmtpd does not recognize implicit TLS as TLS.
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": mode == "auth"}
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Server(handler, injects=mode == "inject", loop=loop, **options),
        host="127.0.0.1",
        port=0,
        ssl=context if mode == "tls" else None,
    )
    port = server.sockets[0].getsockname()[1]
    emit({"port": port, "ca": authority.cert_pem.bytes().decode()})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, _, rest = line.strip().partition(" ")
        handler.obey(command, rest)
    os._exit(0)  # Connections may still be open.


asyncio.run(main(sys.argv[1]))
