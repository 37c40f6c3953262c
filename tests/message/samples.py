# SPDX-License-Identifier: GPL-2.0
"""What the tests of ifax-message have in common: TAP, page files, TIFFs with
any quirk, mails, and running the program. Nothing here uses its code."""

import base64
import multiprocessing
import os
import random
import struct
import subprocess
import sys
import tempfile

BUILD = os.environ.get("B", "build")
PROGRAM, CODEC = os.path.join(BUILD, "ifax-message"), os.path.join(BUILD, "ifax-codec")
RAW, MH, MR, MMR, JBIG = 0, 1, 2, 3, 4
NAMES = ["raw", "mh", "mr", "mmr"]
LSB_FIRST, EOL, EOL_ALIGNED, END, ROW_ALIGNED, WHITE_IS_1 = 1, 2, 4, 8, 16, 32

directory = tempfile.TemporaryDirectory(prefix="ifax-message-")
count = failed = 0


def path(name):
    return os.path.join(directory.name, name)


def ok(condition, name, *details):
    global count, failed
    count += 1
    failed += not condition
    print(f"{'ok' if condition else 'not ok'} {count} - {name}")
    if not condition:
        for detail in details:
            for line in str(detail).splitlines():
                print("#", line)
    sys.stdout.flush()


def done():
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


# ---- pages ----

class Page:
    """Pixels: rows of bytes, 1 is black."""

    def __init__(self, width, lines, rows):
        self.width, self.lines, self.rows = width, lines, rows
        self.stride = (width + 7) // 8

    @property
    def raw(self):
        return b"".join(self.rows)


def drawn(width, lines, seed=1):
    """A page with runs like those of writing, the same for the same seed."""
    dice = random.Random(seed)
    stride, rows, row = (width + 7) // 8, [], 0
    for y in range(lines):
        if y % 7 == 0:
            row, x, black = 0, 0, dice.random() < .2
            while x < width:
                run = min(dice.choice((1, 2, 3, 5, 9, 20, 64, 65, 300)), width - x)
                if black:
                    row |= ((1 << run) - 1) << (stride * 8 - x - run)
                x, black = x + run, not black
            if dice.random() < .3:
                row = 0
        elif dice.random() < .2:
            row ^= row >> 1 & ~(-1 << stride * 8) & (-1 << (stride * 8 - width))
        rows.append(row.to_bytes(stride, "big"))
    return Page(width, lines, rows)


HEADER = "=8sIIIIHHI48xIIQ"    # what is skipped is zero
HEADER_BYTES = struct.calcsize(HEADER)


def page_entry(coding, flags, width, lines, data, x_dpi=204, y_dpi=196, status=0):
    return struct.pack(HEADER, b"IFAXPAGE", coding, flags, width, lines, x_dpi, y_dpi,
                       0, lines, status, len(data)) + data


def read_pages(data):
    """[(coding, flags, width, lines, x_dpi, y_dpi, data)] of a page file."""
    pages, at = [], 0
    while at < len(data):
        (magic, coding, flags, width, length, x_dpi, y_dpi, _, lines, status,
         size) = struct.unpack_from(HEADER, data, at)
        at += HEADER_BYTES
        assert magic == b"IFAXPAGE" and length == lines and status == 0
        assert at + size <= len(data)
        pages.append((coding, flags, width, lines, x_dpi, y_dpi, data[at:at + size]))
        at += size
    return pages


# ---- TIFF ----

SHORT, LONG, RATIONAL, ASCII = 3, 4, 5, 2
SIZES = {SHORT: 2, LONG: 4, RATIONAL: 8, ASCII: 1}


class Directory:
    """An IFD to be: tags {tag: (type, [values])}, strips of bytes."""

    def __init__(self, width, lines, compression, strips, **more):
        self.strips = strips
        self.tags = {
            256: (SHORT, [width]), 257: (SHORT, [lines]), 258: (SHORT, [1]),
            259: (SHORT, [compression]), 262: (SHORT, [more.pop("photometric", 0)]),
            266: (SHORT, [more.pop("fill", 1)]), 277: (SHORT, [1]),
            278: (LONG, [more.pop("rows", lines)]),
            282: (RATIONAL, [more.pop("x", (204, 1))]),
            283: (RATIONAL, [more.pop("y", (196, 1))]), 296: (SHORT, [more.pop("unit", 2)]),
        }
        self.without = more.pop("without", ())
        self.tags.update(more.pop("tags", {}))
        self.next = more.pop("next", None)
        assert not more, more


def tiff(directories, big=False, image_first=False, shift=0):
    """A TIFF file; @shift bytes before the first IFD can make its offset odd."""
    e = ">" if big else "<"
    out = bytearray(struct.pack(e + "2sHI", b"MM" if big else b"II", 42, 0))
    link = 4
    out += b"\0" * shift
    for d in directories:
        tags = dict(d.tags)
        data = b"".join(d.strips)
        tags.setdefault(273, (LONG, [0] * len(d.strips)))
        tags.setdefault(279, (LONG, [len(s) for s in d.strips]))
        for tag in d.without:
            del tags[tag]
        if image_first:
            image_at = len(out)
            out += data + b"\0" * (len(data) % 2)
        at = len(out)
        extra_at = at + 6 + 12 * len(tags)
        extra_bytes = sum(n for n in (SIZES[t] * len(v) for t, v in tags.values()) if n > 4)
        if not image_first:
            image_at = extra_at + extra_bytes
        if 273 not in d.tags:
            offsets, strip_at = [], image_at
            for s in d.strips:
                offsets.append(strip_at)
                strip_at += len(s)
            tags[273] = (LONG, offsets)
        struct.pack_into(e + "I", out, link, at)
        ifd, extra = bytearray(struct.pack(e + "H", len(tags))), bytearray()
        for tag, (kind, values) in sorted(tags.items()):
            if kind == RATIONAL:
                packed = b"".join(struct.pack(e + "II", *v) for v in values)
            else:
                packed = b"".join(struct.pack(e + {SHORT: "H", LONG: "I", ASCII: "B"}[kind], v)
                                  for v in values)
            ifd += struct.pack(e + "HHI", tag, kind, len(values))
            if len(packed) > 4:
                ifd += struct.pack(e + "I", extra_at + len(extra))
                extra += packed
            else:
                ifd += packed.ljust(4, b"\0")
        out += ifd
        link = len(out)
        out += struct.pack(e + "I", d.next or 0) + extra
        if not image_first:
            out += data + b"\0" * (len(data) % 2)
    return bytes(out)


def read_tiff(data):
    """[{tag: (offset of its entry, values)}] of a TIFF, "at" and "next" too."""
    e = "<" if data[:2] == b"II" else ">"
    at, found = struct.unpack_from(e + "I", data, 4)[0], []
    while at:
        number, = struct.unpack_from(e + "H", data, at)
        tags = {"at": at}
        for i in range(number):
            entry = at + 2 + 12 * i
            tag, kind, values = struct.unpack_from(e + "HHI", data, entry)
            size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * values
            value_at = entry + 8
            if size > 4:
                value_at, = struct.unpack_from(e + "I", data, value_at)
            form = {1: "B", 2: "B", 3: "H", 4: "I", 5: "II"}[kind] * values
            tags[tag] = (value_at, struct.unpack_from(e + form, data, value_at))
        at, = struct.unpack_from(e + "I", data, at + 2 + 12 * number)
        tags["next"] = at
        found.append(tags)
    return found


def flat(page):
    """A page as an uncompressed TIFF, for other programs to convert."""
    return tiff([Directory(page.width, page.lines, 1, [page.raw])])


def tiffcp(page, *options):
    """The page as libtiff's tiffcp writes it."""
    with open(path("flat.tif"), "wb") as f:
        f.write(flat(page))
    subprocess.run(["tiffcp", *options, path("flat.tif"), path("copy.tif")], check=True,
                   stderr=subprocess.DEVNULL)
    with open(path("copy.tif"), "rb") as f:
        return f.read()


def strip(page, coding, fill="msb2lsb"):
    """The page coded by libtiff, as one strip."""
    data = tiffcp(page, "-r", str(page.lines), "-c", coding, "-f", fill)
    tags, = read_tiff(data)
    at, = tags[273][1]
    size, = tags[279][1]
    return data[at:at + size]


# ---- mail ----

def base64_lines(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def part(data, kind=b'image/tiff; name="fax.tif"', encoding=b"base64", more=b""):
    body = base64_lines(data) if encoding == b"base64" else data
    return (b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding +
            b"\r\n" + more + b"\r\n" + body)


def multipart(parts, boundary=b"=-=frontier=-=", kind=b"multipart/mixed", end=True):
    body = b"".join(b"--" + boundary + b"\r\n" + p + b"\r\n" for p in parts)
    return (b"Content-Type: " + kind + b'; boundary="' + boundary + b'"\r\n\r\n' + body +
            (b"--" + boundary + b"--\r\n" if end else b""))


HEADERS = (b"From: Sender <sender@example.com>\r\nTo: fax@example.net\r\nSubject: a fax\r\n"
           b"Message-ID: <1@example.com>\r\nDate: Sun, 22 Nov 2026 03:00:00 +0000\r\n"
           b"MIME-Version: 1.0\r\n")


def mail(*tiffs):
    return HEADERS + multipart([part(t) for t in tiffs])


# ---- the program ----

def launch(arguments):
    """Runs the program on the files; returns its exit code, CPU seconds and peak MB."""
    pid = os.fork()
    if not pid:
        for fd, name, mode in ((0, "text", os.O_RDONLY), (1, "stdout", os.O_WRONLY),
                               (2, "stderr", os.O_WRONLY), (3, "in", os.O_RDONLY),
                               (4, "out", os.O_RDWR)):
            os.dup2(os.open(path(name), mode | (mode and os.O_CREAT | os.O_TRUNC)), fd)
            os.set_inheritable(fd, True)
        os.execv(PROGRAM, [PROGRAM, *arguments])
    _, status, usage = os.wait4(pid, 0)
    return (os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024)


# The kernel counts into a program's peak memory that of the process it was
# forked from: fork from one that is still small.
here, there = multiprocessing.Pipe()
if not os.fork():
    here.close()
    try:
        while True:
            there.send(launch(there.recv()))
    except EOFError:
        os._exit(0)
there.close()


class Run:
    """What the program said and made, and what it took."""

    def __init__(self, arguments, data, text=b""):
        for name, contents in (("in", data), ("text", text)):
            with open(path(name), "wb") as f:
                f.write(contents)
        here.send(arguments)
        self.code, self.seconds, self.megabytes = here.recv()
        self.stdout, self.stderr, self.out = (
            open(path(name), "rb").read() for name in ("stdout", "stderr", "out"))
        self.lines = self.stdout.decode("utf-8", "backslashreplace").split("\n")[:-1]
        self.last = self.lines[-1] if self.lines else ""

    def __str__(self):
        return (f"exit code {self.code}, {self.seconds:.1f} s, {self.megabytes:.0f} MB\n" +
                "\n".join(self.lines[-5:]) + "\n" + self.stderr.decode("utf-8", "replace")[-2000:])


def open_mail(data, *arguments):
    return Run(["open", *arguments], data)


def compose(pages, text=b"from=a@example.com\nto=b@example.net\n"):
    return Run(["compose"], pages, text)


def opens(data, expected, name, *arguments):
    """The mail opens to these (coding, flags, data)."""
    run = open_mail(data, *arguments)
    found = [(p[0], p[1], p[6]) for p in read_pages(run.out)] if run.code == 0 else []
    short = [(c, f, len(d)) for c, f, d in found]
    ok(run.code == 0 and found == expected and run.last == f"ok pages={len(expected)}", name,
       run, f"pages {short}", f"wanted {[(c, f, len(d)) for c, f, d in expected]}")
    return run


def refused(data, word, name, *arguments):
    """The mail is refused with an error that says @word; nothing is left."""
    run = open_mail(data, *arguments)
    ok(run.code == 1 and run.last.startswith("error ") and word in run.last and not run.out and
       "breaks the program" not in run.last and not run.stderr, name, run)
    return run
