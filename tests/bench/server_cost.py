# SPDX-License-Identifier: GPL-2.0
"""What a server costs: CPU time and memory of all its processes; and a Debian for the peers to run in."""
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../agent"))
from station import until    # noqa: E402

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and what descends from it."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parent = int(file.read().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry))
            except (OSError, IndexError):
                pass
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def cpu_ms(pid):
    """Of the processes there are, and of those that ended."""
    ticks = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/stat") as file:
                ticks += sum(int(n) for n in file.read().rsplit(")", 1)[1].split()[11:15])
        except OSError:
            pass
    return ticks * TICK_MS


def pss_kb(pid):
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/smaps_rollup") as file:
                total += int(re.search(r"^Pss: +(\d+)", file.read(), re.M).group(1))
        except OSError:
            pass
    return total


class Peer:
    """A server in the Debian of the peers (tests/bench/peers), which stays as it is."""

    def __init__(self, root, files, command, answers):
        """@files: path and content of what it needs more; @command: in a shell, in that Debian."""
        self.directory = tempfile.mkdtemp(prefix="ifax-bench-")
        os.chmod(self.directory, 0o755)
        for name in ("upper", "work", "root"):
            os.mkdir(os.path.join(self.directory, name))
        for path, content in files:
            path = os.path.join(self.directory, "upper", path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(content if isinstance(content, bytes) else content.encode())
        mounted = os.path.join(self.directory, "root")
        script = f"""
set -e
mount -t overlay overlay -o lowerdir={root},upperdir={self.directory}/upper,workdir={self.directory}/work {mounted}
mount -t proc proc {mounted}/proc
mount --rbind /dev {mounted}/dev
exec chroot {mounted} sh -c '{command}'
"""
        self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", script])
        self.pid = self.process.pid
        until(lambda: self.process.poll() is not None or answers(), command)
        if self.process.poll() is not None:
            raise RuntimeError(f"{command}: ended")

    def stop(self):
        for member in reversed(tree(self.pid)):
            try:
                os.kill(member, signal.SIGTERM)
            except OSError:
                pass
        self.process.wait(20)
        subprocess.run(["rm", "-rf", "--one-file-system", self.directory], check=False)


def write_table(path, rows):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as table:
        table.write("work\tserver\tcpu_ms\twall_ms\tgoal\n")
        table.writelines("\t".join(str(field) for field in row) + "\n" for row in rows)
    print(f"{'work':36}{'server':26}{'CPU ms':>9}{'wall ms':>10}{'goal':>8}")
    for row in rows:
        print(f"{row[0]:36}{row[1]:26}{row[2]:>9}{row[3]:>10}{row[4]!s:>8}")
