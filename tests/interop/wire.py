# SPDX-License-Identifier: GPL-2.0
"""A wire between a client and a server: what is said on it is kept, and it can misbehave."""
import random
import socket
import socketserver
import threading
import time

from mail import Server


class Fault:
    """What the wire does to one connection; this one does nothing.

    Lines come one by one, with their end; what is returned goes on. None: both ends see
    the connection end.
    """

    def command(self, line):
        return line

    def reply(self, line):
        return line

    pieces = None       # bytes at a time towards the client


class At(Fault):
    """Something happens with the first command @verb, or with the reply to it."""

    def __init__(self, verb):
        self.verb = verb.encode()
        self.there = False

    def command(self, line):
        if line.startswith(self.verb):
            self.there = True
        return line


class CutCommand(At):
    def command(self, line):
        return None if line.startswith(self.verb) else line


class CutReply(At):
    def reply(self, line):
        return None if self.there else line


class CutWithin(At):
    """In the middle of a list or of a message: @lines of it arrive."""

    def __init__(self, verb, lines):
        super().__init__(verb)
        self.lines = lines

    def reply(self, line):
        if self.there:
            self.lines -= 1
        return None if self.lines < 0 else line


class CutLine(CutWithin):
    """The last line arrives by half."""
    half = False

    def reply(self, line):
        if self.half:
            return None
        if super().reply(line) is None:
            self.half = True
            return line[:len(line) // 2]
        return line


class Stall(At):
    """The reply comes when nobody waits for it any more."""

    def reply(self, line):
        if self.there:
            self.there = False
            time.sleep(4)
        return line


class Garbage(At):
    """Bytes in place of the reply."""

    def __init__(self, verb, garbage):
        super().__init__(verb)
        self.garbage = garbage

    def reply(self, line):
        if self.there:
            self.there = False
            return self.garbage
        return line


class Pieces(Fault):
    def __init__(self, pieces):
        self.pieces = pieces


class Somewhere(Fault):
    """Cut after some lines of the server, at most @lines."""

    def __init__(self, lines):
        self.left = random.SystemRandom().randrange(lines)

    def reply(self, line):
        self.left -= 1
        return line if self.left >= 0 else None


GARBAGE = {
    "bytes of no meaning": bytes(range(128, 256)) + b"\0\r\n",
    "an empty line": b"\r\n",
    "a bare LF": b"+O\nK\r\n",
    "a reply twice": b"+OK 1 1\r\n+OK 1 1\r\n",
    "a long line": b"+OK " + b"x" * 100_000 + b"\r\n",
}


class WireHandler(socketserver.BaseRequestHandler):
    def pump(self, source, target, treat, kept, pieces):
        try:
            with source.makefile("rb") as lines:
                for line in lines:
                    kept.append(line)
                    line = treat(line)
                    if line is None:
                        break
                    for start in range(0, len(line), pieces or len(line) or 1):
                        target.sendall(line[start:start + (pieces or len(line))])
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle(self):
        wire = self.server
        fault = wire.next_fault()
        with socket.create_connection(("127.0.0.1", wire.target)) as server:
            for end in (server, self.request):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            up = threading.Thread(target=self.pump, args=(
                self.request, server, fault.command, wire.commands, None), daemon=True)
            up.start()
            self.pump(server, self.request, fault.reply, wire.replies, fault.pieces)
            up.join()
        wire.connections += 1


class Wire(Server):
    """@target: the port of the server. @faults: of the next connections, then none."""

    def __init__(self, target):
        self.target = target
        self.commands = []
        self.replies = []
        self.connections = 0        # that have ended
        self.faults = []
        super().__init__(WireHandler)

    def next_fault(self):
        return self.faults.pop(0) if self.faults else Fault()

    def said(self):
        return b"".join(self.commands).decode("latin-1")
