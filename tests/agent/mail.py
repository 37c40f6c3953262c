# SPDX-License-Identifier: GPL-2.0
"""Mail for the tests: messages, certificates, scripted SMTP and POP3 servers."""
import atexit
import hashlib
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time

from station import BUILD, HERE, free_port, until


def page_file(*lines):
    """A page file as the fake scanner writes it."""
    with tempfile.TemporaryDirectory() as directory:
        device = os.path.join(directory, "device")
        os.mkdir(device)
        with open(os.path.join(device, "feeder"), "w") as file:
            file.write("".join(f"{n}\n" for n in lines))
        path = os.path.join(directory, "pages")
        with open(path, "wb") as pages, open(os.path.join(directory, "lines"), "wb") as progress:
            subprocess.run(["sh", "-c", 'exec "$@" 4>&1 5>&2 1>/dev/null', "sh",
                            os.path.join(HERE, "fake-paper"), "scan", "--device", device],
                           stdout=pages, stderr=progress, check=True)
        with open(path, "rb") as file:
            return file.read()


def message(*lines, to="fax@b.example.com", sender="someone@example.net", subject="a fax"):
    """A fax with a page for each of the numbers of lines, as bytes with CRLF."""
    with tempfile.TemporaryFile() as pages, tempfile.TemporaryFile() as mail:
        pages.write(page_file(*lines))
        pages.flush()
        pages.seek(0)
        os.set_inheritable(pages.fileno(), True)
        values = (f"from={sender}\nto={to}\nsubject={subject}\n"
                  f"message-id=<{os.urandom(8).hex()}@example.net>\ndate=1700000000\n")
        done = subprocess.run(["bash", "-c", f"exec \"$@\" 3<&{pages.fileno()} 4<&{mail.fileno()}",
                               "bash", os.path.join(BUILD, "ifax-message"), "compose"],
                              input=values.encode(), capture_output=True,
                              pass_fds=(pages.fileno(), mail.fileno()), check=False)
        if done.returncode:
            raise RuntimeError(done)
        mail.seek(0)
        return mail.read()


def page_fields(mail):
    """Compression, width, lines and lines per inch of the first page of a mail's TIFF."""
    data = [p for p in mail.walk() if p.get_content_maintype() == "image"][0].get_content()
    at, found = int.from_bytes(data[4:8], "little"), {}
    for i in range(int.from_bytes(data[at:at + 2], "little")):
        entry = data[at + 2 + 12 * i:at + 14 + 12 * i]
        size = 2 if entry[2] == 3 else 4
        found[int.from_bytes(entry[:2], "little")] = int.from_bytes(entry[8:8 + size], "little")
    return (found[259], found[256], found[257],
            int.from_bytes(data[found[283]:found[283] + 4], "little"))


class Certificate:
    """A key and its certificate, signed by @by or by itself, in files that go with the test."""

    def __init__(self, *names, by=None, days=30, authority=False):
        self.directory = tempfile.mkdtemp(prefix="ifax-test-")
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        self.path = os.path.join(self.directory, "certificate.pem")
        self.key = os.path.join(self.directory, "key.pem")
        names = ",".join(("IP:" if name[0].isdigit() else "DNS:") + name for name in names)
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test", "-days",
                   str(days), "-keyout", self.key, "-out", self.path]
        command += ["-addext", "basicConstraints=critical,CA:" + ("TRUE" if authority else "FALSE")]
        if names:
            command += ["-addext", f"subjectAltName={names}"]
        if by:
            command += ["-CA", by.path, "-CAkey", by.key]
        subprocess.run(command, check=True, capture_output=True)
        os.chmod(self.key, 0o600)

    def pin(self):
        key = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        return hashlib.sha256(key).hexdigest()

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, handler, port=None, address="127.0.0.1"):
        self.port = port or free_port()
        self.talking = set()     # clients
        if ":" in address:
            self.address_family = socket.AF_INET6
        super().__init__((address, self.port), handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def process_request_thread(self, request, client_address):
        self.talking.add(client_address)
        super().process_request_thread(request, client_address)
        self.talking.discard(client_address)

    def settle(self):
        """Wait until what a station has said that is gone now was heard."""
        until(lambda: not self.talking, "the end of all sessions")

    def handle_error(self, request, address):
        pass    # a station that is killed is no error here


class SmtpHandler(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def secure(self):
        """The TLS handshake; False: it failed."""
        try:
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError) as error:
            self.server.tls_errors.append(str(error))
            return False
        self.server.open.append(self.connection)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        return True

    def finish(self):
        super().finish()
        self.connection.close()     # that with TLS is another one than the socket server knows

    def handle(self):
        server = self.server
        said = []
        server.connections += 1
        server.sessions.append(said)
        server.open.append(self.connection)
        if server.implicit and not self.secure():
            return
        if server.stall == "greeting":
            self.rfile.read()
            return
        self.say(server.answer("greeting", ""))
        while True:
            line = self.rfile.readline().decode("latin-1")
            if not line:
                return
            line = line.rstrip("\r\n")
            verb = line.split(" ")[0].upper()
            stalls = server.stall == verb       # who sees the command may end the stall
            server.commands.append(line)
            said.append(line)
            reply = "" if server.auth and verb == "AUTH" else server.answer(verb, line)
            if stalls:
                self.rfile.read()
                return
            if verb == "BDAT" and server.stall == "chunk":
                server.wait()
                return
            if verb == "BDAT":      # a whole message, as the client sends it
                server.messages.append(self.rfile.read(int(line.split(" ")[1])))
            if reply is None:
                return
            if reply:
                self.say(reply)
            if verb == "QUIT":
                return
            if server.auth and verb == "AUTH" and not server.auth(self, line):
                return
            if (verb, server.stall) in (("STARTTLS", "handshake"), ("DATA", "content")):
                server.wait()
                return
            if verb == "STARTTLS" and reply.startswith("220") and not self.secure():
                return
            if verb == "DATA" and reply.startswith("3"):
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    text = self.rfile.readline()
                    if not text:
                        return
                    data += text
                if server.stall == ".":
                    self.rfile.read()
                    return
                server.messages.append(data[:-3])
                reply = server.answer(".", "")
                if reply is None:
                    return
                self.say(reply)


class SmtpServer(Server):
    """Answers of @script win over the usual ones: verb, or the whole line, to reply or None, or to
    a list of them, one for each time, or to what gives one when called.

    @stall: the verb after which nothing is said any more.
    @tls: context for STARTTLS, or (@implicit) for TLS from the first byte.
    """
    USUAL = {"greeting": "220 test", "EHLO": "250 test", "HELO": "250 test", "DATA": "354 go on",
             "QUIT": "221 bye", ".": "250 2.0.0 taken"}

    def __init__(self, script=None, port=None, tls=None, implicit=False, address="127.0.0.1"):
        self.script = script or {}
        self.commands = []
        self.sessions = []      # commands of each connection
        self.messages = []
        self.connections = 0
        self.stall = None
        self.auth = None        # does AUTH with the handler and the line; False: close
        self.tls = tls
        self.implicit = implicit
        self.offers = []        # more lines of EHLO
        self.tls_errors = []
        self.open = []
        super().__init__(SmtpHandler, port, address)

    def wait(self):
        """Read nothing until the stall is over."""
        while self.stall:
            time.sleep(0.05)

    def drop(self):
        """Close all connections, as a server does that waits no more."""
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open.clear()

    def answer(self, verb, line):
        for key in (line, verb):
            if isinstance(self.script.get(key), list):      # only once each
                if self.script[key]:
                    return self.script[key].pop(0)
            elif key in self.script:
                reply = self.script[key]
                return reply() if callable(reply) else reply
        if verb == "EHLO" and (self.tls and not self.implicit or self.offers):
            lines = ["test", *(["STARTTLS"] if self.tls and not self.implicit else []),
                     *self.offers]
            return "\r\n".join(["250-" + text for text in lines[:-1]] + ["250 " + lines[-1]])
        if verb == "STARTTLS":
            return "220 go ahead" if self.tls else "502 no"
        return self.USUAL.get(verb, "250 ok")


class Pop3Handler(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def listing(self, lines):
        self.say("+OK")
        for line in lines:
            self.say(line)
        self.say(".")

    def handle(self):
        server = self.server
        server.began.append(time.monotonic())
        server.visits += 1
        drop = list(server.messages)            # (unique-id, message) as they are now
        deleted, read = set(), set()
        self.say("+OK ready")
        while True:
            line = self.rfile.readline().decode("latin-1").strip()
            if not line:
                return
            server.commands.append(line)
            verb, *words = line.split(" ")
            verb = verb.upper()
            if server.cut == verb:
                return
            if verb == "CAPA":
                self.listing(["USER"] + server.capabilities + ([] if server.no_uidl else ["UIDL"]))
            elif verb == "AUTH" and server.auth:
                server.auth(self, words)
            elif verb == "PASS" and words != ["secret"]:
                self.say("-ERR wrong")
            elif verb == "STAT":
                self.say(f"+OK {len(drop)} {sum(len(m) for _, m in drop)}")
            elif verb == "LIST":
                self.listing(f"{i} {server.listed_bytes or len(m)}"
                             for i, (_, m) in enumerate(drop, 1))
            elif verb == "UIDL":
                if server.no_uidl:
                    self.say("-ERR unknown")
                else:
                    self.listing(f"{i} {u}" for i, (u, _) in enumerate(drop, 1))
            elif verb == "TOP" and server.on_top:
                server.on_top(self, int(words[0]))
            elif verb == "TOP" and not server.no_top:
                header = drop[int(words[0]) - 1][1].split(b"\r\n\r\n")[0]
                self.listing(("." if text.startswith(".") else "") + text
                             for text in [*header.decode("latin-1").split("\r\n"), ""])
            elif verb == "TOP":
                self.say("-ERR unknown")
            elif verb == "RETR" and server.retr:
                server.retr(self, int(words[0]))
            elif verb == "RETR":
                server.on_retr(int(words[0]))
                read.add(int(words[0]))
                self.say("+OK")
                lines = drop[int(words[0]) - 1][1].split(b"\r\n")[:-1]
                for text in lines:
                    self.wfile.write((b"." if text.startswith(b".") else b"") + text + b"\r\n")
                self.say(".")
            elif verb == "DELE":
                server.on_dele()
                deleted.add(int(words[0]))
                self.say("+OK")
            elif verb == "RSET":
                deleted.clear()
                self.say("+OK")
            elif verb == "QUIT":
                # what came meanwhile stays
                gone = [id(m) for i, m in enumerate(drop, 1) if server.deletes and
                        i in deleted | (read if "EXPIRE 0" in server.capabilities else set())]
                server.messages[:] = [m for m in server.messages if id(m) not in gone]
                self.say("+OK")
                return
            else:
                self.say("+OK")


class Pop3Server(Server):
    """A maildrop. @cut: the verb at which the connection is cut."""
    listed_bytes = None     # what LIST says of each
    deletes = True          # at QUIT

    def __init__(self, *messages):
        self.messages = list(messages)
        self.commands = []
        self.visits = 0
        self.began = []         # when
        self.cut = None
        self.no_uidl = False
        self.no_top = False
        self.on_top = None      # answers TOP with the handler and the number
        self.auth = None        # does AUTH with the handler and what comes behind it
        self.capabilities = []
        self.on_dele = lambda: None
        self.on_retr = lambda number: None
        self.retr = None        # answers RETR, as on_top
        super().__init__(Pop3Handler)
