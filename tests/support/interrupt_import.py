"""interrupt_import.py COMMAND...: SIGINT to alt alone, as `kill -INT` sends it, while the importer runs: 130, and nothing of the
importer is left."""
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


alt = subprocess.Popen(sys.argv[1:])
importer = until(lambda: children(alt.pid))[0]
tool = until(lambda: children(importer))[0]
alt.send_signal(signal.SIGINT)
code = alt.wait()
until(lambda: not is_alive(importer) and not is_alive(tool))
sys.exit(f"exit code {code}" if code != 130 else 0)
