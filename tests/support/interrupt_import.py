"""interrupt_import.py SIGNAL COMMAND...: the signal to alt alone, as `kill -INT` sends it, while the importer runs: exit code 130
(unless the signal is KILL), and nothing of the importer is left, not what its launchers started either."""
import pathlib
import signal
import subprocess
import sys
import time


def children(pid):
    try:
        return [int(n) for n in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid):
    return [each for child in children(pid) for each in (child, *descendants(child))]


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition):
    for _ in range(1200):
        if found := condition():
            return found
        time.sleep(0.05)
    sys.exit("waited a minute in vain")


number = signal.Signals["SIG" + sys.argv[1]]
alt = subprocess.Popen(sys.argv[2:])
# alt's child for the command, the importer's keeper, the importer, torch-mlir's launcher.
until(lambda: len(descendants(alt.pid)) >= 4)
family = descendants(alt.pid)
alt.send_signal(number)
code = alt.wait()
until(lambda: not any(map(is_alive, family)))
if code != (-signal.SIGKILL if number == signal.SIGKILL else 130):
    sys.exit(f"exit code {code}")
