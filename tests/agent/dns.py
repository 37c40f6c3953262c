# SPDX-License-Identifier: GPL-2.0
"""A name server of our own for the tests, on loopback."""
import socket
import socketserver
import struct
import threading

from station import free_port

A, CNAME, PTR, MX, TXT, AAAA = 1, 5, 12, 15, 16, 28
NO_ERROR, SERVER_FAILURE, NO_NAME = 0, 2, 3


def encode_name(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def decode_name(packet, at):
    labels = []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels).lower(), at + 1


def encode_data(kind, data):
    if kind == A:
        return socket.inet_aton(data)
    if kind == AAAA:
        return socket.inet_pton(socket.AF_INET6, data)
    if kind == TXT:
        data = data.encode()
        return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255]
                        for i in range(0, max(len(data), 1), 255))
    if kind == MX:
        return struct.pack("!H", data[0]) + encode_name(data[1])
    return encode_name(data)


class NameServer:
    """Zones are {name: {kind: [data, ...]}}; a name's "silent", "fails" or "long" say how it misbehaves.

    MX data are (preference, host), TXT data texts of any length. A name that is not there does not exist.
    """

    def __init__(self, zone):
        self.zone = zone
        self.asked = []
        self.port = free_port()
        owner = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                packet, sock = self.request
                reply = owner.answer(packet, True)
                if reply:
                    sock.sendto(reply, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                size = self.rfile.read(2)
                if len(size) == 2:
                    reply = owner.answer(self.rfile.read(struct.unpack("!H", size)[0]), False)
                    if reply:
                        self.wfile.write(struct.pack("!H", len(reply)) + reply)

        class Threaded(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self.servers = [socketserver.ThreadingUDPServer(("127.0.0.1", self.port), Udp),
                        Threaded(("127.0.0.1", self.port), Tcp)]
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05},
                             daemon=True).start()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def answer(self, packet, udp):
        name, end = decode_name(packet, 12)
        kind = struct.unpack("!H", packet[end:end + 2])[0]
        question = packet[12:end + 4]
        self.asked.append((name, kind))
        records, code = [], NO_ERROR
        node = self.zone.get(name)
        if node is None:
            code = NO_NAME
        elif node.get("silent"):
            return None
        elif node.get("fails"):
            code = SERVER_FAILURE
        else:
            seen = 0
            while node is not None and CNAME in node and kind != CNAME and seen < 10:
                records.append((name, CNAME, node[CNAME][0]))
                name, seen = node[CNAME][0], seen + 1
                node = self.zone.get(name)
            records += [(name, kind, data) for data in (node or {}).get(kind, [])]
        cut = udp and self.zone.get(name, {}).get("long")
        flags = 0x8180 | code | (0x0200 if cut else 0)
        body = b""
        for owner, sort, data in [] if cut else records:
            text = encode_data(sort, data)
            body += encode_name(owner) + struct.pack("!HHIH", sort, 1, 0, len(text)) + text
        return packet[:2] + struct.pack("!HHHHH", flags, 1, 0 if cut else len(records), 0, 0) + \
            question + body
