# SPDX-License-Identifier: GPL-2.0
"""A station on this machine: ifaxd with a fake paper worker, and what the tests ask of it."""
import atexit
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("IFAX_BUILD", os.path.join(HERE, "../../build")))
TIMEOUT_S = 150     # a wait costs nothing when things go well, and machines are slow at times
socket.setdefaulttimeout(TIMEOUT_S)
FINAL = {"handed over", "delivered", "processed", "failed", "printed", "kept", "noted", "cancelled"}


class Tap:
    """Results in the Test Anything Protocol."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, detail=""):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            self.failed += 1
            for line in str(detail).splitlines():
                print(f"# {line}")
        sys.stdout.flush()
        return good

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got:    {got!r}\nwanted: {wanted!r}")

    def contains(self, text, part, name):
        return self.ok(part in text, name, f"got:    {text!r}\nwanted: {part!r}")

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


RESERVED = []


def free_port():
    """A port that is free, no other test's, and that no outgoing connection will be given (they are
    higher)."""
    while True:
        port = random.SystemRandom().randrange(10000, 32000)
        reserved = socket.socket(socket.AF_UNIX)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                # goes with this process
                reserved.bind(f"\0ifax-test-port-{port}")
                sock.bind(("127.0.0.1", port))
                RESERVED.append(reserved)
                return port
            except OSError:
                reserved.close()


def until(condition, what, timeout_s=TIMEOUT_S):
    """The first true value of condition()."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise TimeoutError(f"not within {timeout_s} s: {what}")


class Station:
    """One ifaxd. Use as a context: it is ended. The directory goes with the test."""

    def __init__(self, domain="a.example.com", extra="", paper_worker=None, message_worker=None,
                 confirm="delivery = no processing = no"):
        self.directory = tempfile.mkdtemp(prefix="ifax-test-")
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        atexit.register(self.end)
        self.domain = domain
        self.address = f"fax@{domain}"
        self.port = free_port()
        self.device = os.path.join(self.directory, "device")
        os.mkdir(self.device)
        # device names have no slash: the worker is called in its directory
        self.worker = os.path.join(self.directory, "paper")
        with open(self.worker, "w") as file:
            file.write(f"#!/bin/sh\ncd {self.directory} && exec "
                       f"{paper_worker or os.path.join(HERE, 'fake-paper')} \"$@\"\n")
        os.chmod(self.worker, 0o755)
        self.message_worker = message_worker or os.path.join(BUILD, "ifax-message")
        self.control = os.path.join(self.directory, "control")
        self.spool = os.path.join(self.directory, "spool")
        self.config = os.path.join(self.directory, "ifaxd.conf")
        self.log_path = os.path.join(self.directory, "log")
        self.extra = extra
        self.confirm = confirm      # most tests are about something else
        self.process = None
        self.environment = None
        self.prefix = []        # how ifaxd is started
        self.write_config()

    def write_config(self):
        with open(self.config, "w") as file:
            file.write(f"""
name = "{self.domain}"
address = "{self.address}"
spool = "{self.spool}"
control = "{self.control}"
scanner = "device"
printer = "device"
paper_worker = "{self.worker}"
message_worker = "{self.message_worker}"
spf_worker = "{BUILD}/ifax-spf"
smtp_listen = {{ "127.0.0.1:{self.port}" }}
domains = {{ "{self.domain}" }}
retry {{ quick = {{ 200ms, 300ms }} interval = 500ms paper = 200ms }}
limits {{ free_space = 1M mails_per_connection = 1 }}
confirm {{ {self.confirm} }}
{self.extra}
""")

    def start(self):
        log = open(self.log_path, "a")
        command = [*self.prefix, os.path.join(BUILD, "ifaxd"), "-f", "-c", self.config]
        self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL,
                                        close_fds=False, env=self.environment)
        log.close()
        until(lambda: self.process.poll() is not None or
              (os.path.exists(self.control) and self.try_request({"command": "status"})),
              f"start of {self.domain}")
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.domain}: ifaxd did not start\n{self.log()}")
        return self

    def preload_faults(self):
        """From the next start on fault() can make the disk fail."""
        self.environment = dict(os.environ, FAULT=os.path.join(self.directory, "fault"),
                                LD_PRELOAD=os.path.join(BUILD, "tests/agent/faults.so"))

    def fault(self, text):
        """What fails from now on (faults.c), None: nothing."""
        path = os.path.join(self.directory, "fault")
        if text is None:
            with open(path) as file:
                fcntl.flock(file, fcntl.LOCK_EX)    # nothing is killed later
                os.unlink(path)
        else:
            with open(path + ".new", "w") as file:
                file.write(text)
            os.rename(path + ".new", path)

    def is_killed(self):
        return self.process.poll() is not None

    def outlives(self):
        """Ends a fault that kills at a step, and what is under way; False: it has killed."""
        self.fault(None)
        # is answered when all is on disk
        if self.try_request({"command": "status"}):
            return True
        self.process.wait(TIMEOUT_S)
        return False

    def stop(self, how=signal.SIGTERM):
        if not self.process:
            return None
        process, self.process = self.process, None
        process.send_signal(how)
        try:
            return process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    def end(self):
        """What a test that failed has left running."""
        if self.process and not self.is_killed():
            self.process.kill()

    def kill(self):
        return self.stop(signal.SIGKILL)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        code = self.stop()
        if exception[0] or code:
            print(f"# log of {self.domain}:")
            for line in self.log().splitlines():
                print(f"# {line}")
        if code:
            raise RuntimeError(f"{self.domain}: ifaxd ended with {code}")

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    # the control socket

    def try_request(self, request):
        try:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(self.control)
                sock.sendall(json.dumps(request).encode() + b"\n")
                return json.loads(sock.makefile().readline())
        except (OSError, ValueError):
            return None

    def jobs(self, reports=False, limit=100):
        return self.try_request({"command": "jobs", "reports": reports, "limit": limit})["jobs"]

    def job(self, number):
        return self.try_request({"command": "jobs", "job": number}).get("job")

    def wait(self, number, states=FINAL, reason=""):
        states = {states} if isinstance(states, str) else states

        def there():
            job = self.job(number)
            return job if job and job["state"] in states and reason in job["reason"] else None

        try:
            return until(there, "")
        except TimeoutError:
            job = self.job(number) or {}
            raise TimeoutError(f"{self.domain}: job {number} is not {states} {reason}, but "
                               f"{job.get('state')}: {job.get('reason')}")

    def ifax(self, *arguments):
        """Runs the command line; its exit code, standard output and standard error."""
        done = subprocess.run([os.path.join(BUILD, "ifax"), "-s", self.control, *arguments],
                              capture_output=True, text=True, timeout=TIMEOUT_S)
        return done.returncode, done.stdout, done.stderr

    # paper

    def put(self, name, text):
        with open(os.path.join(self.device, name), "w") as file:
            file.write(str(text))

    def take_away(self, name):
        os.unlink(os.path.join(self.device, name))

    def feed(self, *lines):
        self.put("feeder", "".join(f"{n}\n" for n in lines))

    def tray(self):
        """Lines of each printed page."""
        try:
            with open(os.path.join(self.device, "tray")) as file:
                return [int(line) for line in file]
        except FileNotFoundError:
            return []

    def spool_files(self):
        # what is told is on disk, and what nobody needs is gone
        if self.process:
            self.try_request({"command": "status"})
        files = {place: sorted(os.listdir(os.path.join(self.spool, place)))
                 for place in ("tmp", "page", "progress", "pdf")}
        return dict(files, message=mail_files(self.spool))


def mail_files(spool):
    """Of mails; beside them are empty ones, for mails to come."""
    place = os.path.join(spool, "message")
    return sorted(name for name in os.listdir(place) if size_of(os.path.join(place, name)))


def size_of(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def route(domain, port, more="", host="127.0.0.1"):
    return f'route "{domain}" {{ host = "{host}" port = {port} {more} }}\n'
