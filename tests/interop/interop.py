# SPDX-License-Identifier: GPL-2.0
"""Mail software that we did not write: how its Debian is found, and what a test point is.

A program of this folder is a list of features of a peer, each with what proves it.
"--list" prints their names, which are the rows of Documentation/interop.rst; a part of
a name runs those that have it.
"""
import os
import subprocess
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../agent"), os.path.join(HERE, "../bench")]

import server_cost                                          # noqa: E402
from station import BUILD, TIMEOUT_S, Tap                 # noqa: E402

FEATURES = []       # (name, what proves it: raises if it does not)
SECRET = "an office secret"


def feature(peer, name, *arguments):
    """A test point "PEER: NAME", proved by the function with the stand and @arguments."""
    def add(function):
        FEATURES.append((f"{peer}: {name}", function, arguments))
        return function
    return add


def run(stand):
    """Proves all features, one after the other; @stand: a context that gives what they need."""
    if sys.argv[1:] == ["--list"]:
        print("\n".join(name for name, _, _ in FEATURES))
        return
    tap = Tap()
    with stand() as there:
        for name, function, arguments in FEATURES:
            if sys.argv[1:] and sys.argv[1] not in name:
                continue
            try:
                function(there, *arguments)
                tap.ok(True, name)
            except Exception:       # whatever is wrong with one is told, and the next is tried
                tap.ok(False, name, traceback.format_exc())
    tap.end()


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, wanted {wanted!r}")


def has(text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"no {part!r} in {text!r}")


def client(*command, stdin=b"", **options):
    """Runs a client; what it says. It has to end well."""
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False,
                          **options)
    text = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {text}")
    return text


def debian(which=""):
    """The Debian that the peers run in; without one the test is skipped."""
    root = os.environ.get(f"IFAX_PEERS{'_' + which.upper() if which else ''}")
    if not root:
        print("1..0 # SKIP needs the Debian of the peers: make check-interop")
        sys.exit()
    return root


class Peer(server_cost.Peer):
    """A server in that Debian. Its files can be looked at and added to while it runs."""
    log_file = "var/log/maillog"

    def __init__(self, root, files, start, answers):
        """@start: a script that ends in exec of the server."""
        super().__init__(root, [*files, ("start", start)], "sh /start", answers)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if exception[0]:
            print("\n".join("# " + line for line in self.log().splitlines()[-40:]))
        self.stop()

    def path(self, name):
        return os.path.join(f"/proc/{self.pid}/root", name)

    def program(self, *command):
        """Runs something else of that Debian."""
        return client("nsenter", f"--target={self.pid}", "--mount", "--root", *command)

    def log(self):
        try:
            with open(self.path(self.log_file), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""


def secret_file(directory, text=SECRET):
    path = os.path.join(directory, "secret")
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(text + "\n")
    return path


def users_file(directory, *users, plain=True):
    """Who may log in with SECRET; not @plain: only what proves it is kept."""
    path = os.path.join(directory, "users")
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        for user in users:
            file.write(f"{user}:{{PLAIN}}{SECRET}\n" if plain else subprocess.run(
                [os.path.join(BUILD, "ifaxd"), "--secret", user], input=SECRET + "\n", text=True,
                capture_output=True, check=True).stdout)
    return path


def send(station, to):
    """Sends a page of a height of its own; the number of the job, and of lines."""
    send.lines += 1
    station.feed(send.lines)
    station.ifax("send", "--to", to)
    return max(job["id"] for job in station.jobs() if job["direction"] == "outgoing"), send.lines


send.lines = 100


def sent(station, to):
    """The same, when the next server has it."""
    number, lines = send(station, to)
    job = station.wait(number)
    if job["state"] not in ("handed over", "delivered"):
        raise AssertionError(job)
    return number, lines
