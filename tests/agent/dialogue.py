# SPDX-License-Identifier: GPL-2.0
"""An SMTP client that says exactly what it is told to, and when."""
import base64
import socket
import ssl


class Dialogue:
    """A session. @tls: TLS comes first."""

    def __init__(self, port, source="127.0.0.1", tls=False):
        self.sock = socket.create_connection(("127.0.0.1", port), source_address=(source, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.sock.makefile("rb")
        if tls:
            self.secure()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.lines.close()
        self.sock.close()

    def secure(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.lines.close()
        self.sock = context.wrap_socket(self.sock)
        self.lines = self.sock.makefile("rb")

    def send(self, data):
        self.sock.sendall(data)

    def reply(self):
        """The next reply, its lines joined; "": the end."""
        text = ""
        while True:
            try:
                line = self.lines.readline().decode("latin-1")
            except ConnectionError:
                return text
            text += line.strip() + "\n" if line else ""
            if line[3:4] != "-":
                return text.strip()

    def say(self, *commands):
        """Each command, when the one before was answered; the last reply."""
        text = ""
        for command in commands:
            self.send(command.encode("latin-1") + b"\r\n")
            text = self.reply()
        return text

    def code(self, *commands):
        """The code of the last reply, 0: the end."""
        return int(self.say(*commands)[:3] or 0)

    def begin(self, recipient, sender="someone@example.net", hello="EHLO c.example.net"):
        """From the greeting to the reply to RCPT."""
        self.reply()
        return self.code(hello, f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>")

    def log_in(self, user, secret):
        response = base64.b64encode(f"\0{user}\0{secret}".encode()).decode()
        return self.code(f"AUTH PLAIN {response}")
