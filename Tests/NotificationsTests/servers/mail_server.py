"""An SMTP server for tests: aiosmtpd, with STARTTLS and AUTH, that can misbehave.

Prints its port, then a line of JSON for each message that it has taken, as Python's own parser of mail reads it.
"""

import argparse
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def parsed(envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]

    def text_of(kind):
        for part in parts:
            if part.get_content_type() == kind and part.get_filename() is None:
                return part.get_content()
        return None

    return {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "headers": [[name, str(value)] for name, value in message.items()],
        "raw_subject": next(
            (line for line in envelope.content.decode("latin-1").split("\r\n") if line.startswith("Subject:")), ""
        ),
        "type": message.get_content_type(),
        "text": text_of("text/plain"),
        "html": text_of("text/html"),
        "attachments": [
            {"name": part.get_filename(), "type": part.get_content_type(), "text": part.get_content()}
            for part in parts
            if part.get_filename() is not None
        ],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "longest_line": max(len(line) for line in envelope.content.split(b"\r\n")),
        "bare_line_ends": envelope.content.replace(b"\r\n", b"").count(b"\n"),
    }


class Handler:
    def __init__(self, options):
        self.options = options
        self.taken = 0
        self.known = set()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("nobody"):
            return "550 5.1.1 <%s> no such user" % address
        if address.startswith("grey") and address not in self.known:
            self.known.add(address)
            return "450 4.2.0 <%s> greylisted, try again" % address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        if self.taken <= self.options.later:
            return "451 4.3.0 come back later"
        if b"please-refuse" in envelope.content:
            return "554 5.7.1 refused by policy"
        line = parsed(envelope)
        line["tls"] = session.ssl is not None or self.options.smtps
        line["login"] = session.authenticated
        print(json.dumps(line), flush=True)
        if self.taken <= self.options.swallow:
            # It has the message, and nobody hears of it.
            server.transport.abort()
        if self.options.silent:
            await asyncio.sleep(3600)
        return "250 2.0.0 Ok: queued as %d" % self.taken


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"ada" and data.password == b"s3cr&t p@ss"
    return AuthResult(success=right, handled=right)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--auth", action="store_true")
    parser.add_argument("--later", type=int, default=0, help="answer so many messages with 451")
    parser.add_argument("--silent", action="store_true", help="take messages and never say so")
    parser.add_argument("--swallow", type=int, default=0, help="take so many messages without saying so")
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    handler = Handler(options)
    starttls = None if options.smtps else context

    def factory():
        return SMTP(
            handler,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=authenticate,
            auth_required=options.auth,
            auth_require_tls=starttls is not None,
        )

    server = await asyncio.get_running_loop().create_server(
        factory, "127.0.0.1", options.port, ssl=context if options.smtps else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # The test that started it holds its standard input open for as long as it lives.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
