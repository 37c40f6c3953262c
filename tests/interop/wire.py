# SPDX-License-Identifier: GPL-2.0
"""A wire between a client and a server: what is said on it is kept, and it can misbehave."""
import socket
import socketserver
import threading

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
