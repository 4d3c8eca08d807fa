"""faults.py ALT [--runs N] [--seed S] [--json FILE]: tunes a small kernel and does harm meanwhile, at random moments: to alt,
its servers, its candidates, its records, its disk. Whatever happens: what was measured is kept, nobody else's file is
touched, nothing runs on, and nothing is left in $TMPDIR. Without --runs, each fault once."""
import argparse
import contextlib
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

MATMUL = pathlib.Path(__file__).resolve().parents[1] / "support/inputs/matmul.mlir"
TRIALS = 24
PATIENCE = 600  # seconds of a busy machine


class Fault(Exception):
    """A promise that was broken."""


def expect(condition, what):
    if not condition:
        raise Fault(what)


def until(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise Fault(f"waited in vain: {what}")


class Run:
    """One alt tune in a folder of its own, and the processes that descend from it."""

    def __init__(self, alt, rng, trials=TRIALS, disk=None):
        self.alt, self.rng, self.disk = alt, rng, disk
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        self.temporary, self.records = self.folder / "tmp", self.folder / "new/a/records.jsonl"
        self.temporary.mkdir()
        self.command = [alt, "tune", str(MATMUL), "--trials", str(trials), "--out", "new/a", "--json"]
        self.mark = f"ALT_TEST_MARK={self.folder}"
        self.process = None

    def start(self):
        def before():
            if self.disk:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (self.disk, self.disk))
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=open(self.folder / "stdout", "w"),
            stderr=open(self.folder / "stderr", "w"), preexec_fn=before,
            env={**os.environ, "TMPDIR": str(self.temporary), "ALT_TEST_MARK": str(self.folder)})
        return self

    def lines(self, path=None):
        """Whole lines of measurements."""
        with contextlib.suppress(OSError):
            text = (path or self.records).read_text()
            return [line for line in text[:text.rfind("\n") + 1].splitlines() if '"schedule"' in line]
        return []

    def wait_for_trials(self, count):
        until(lambda: len(self.lines()) >= count or self.process.poll() is not None, f"{count} trials")

    def marked(self, role=None):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if role is None or role.encode() in words[1:2]:
                        found.append(int(entry.name))
        return found

    def end(self):
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Fault("it never ends") from None
        until(lambda: not self.marked(), "processes run on", 60)
        return code

    def said(self):
        return (self.folder / "stderr").read_text()

    def check_clean(self):
        expect(not list(self.temporary.iterdir()), f"left in TMPDIR: {list(self.temporary.iterdir())}")

    def check_whole(self, path=None):
        schedules = [json.loads(line)["schedule"] for line in self.lines(path)]
        expect(len(set(schedules)) == len(schedules), "a schedule was measured twice")
        expect(len(schedules) == TRIALS, f"{len(schedules)} records, not {TRIALS}")


def signals(run, pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def kill_alt(alt, rng):
    """kill -9, then the same command."""
    run = Run(alt, rng).start()
    time.sleep(rng.uniform(0.2, 4))
    signals(run, [run.process.pid], signal.SIGKILL)
    run.end()
    kept = run.lines()
    expect(run.start().end() == 0, "it does not go on: " + run.said())
    expect(run.lines()[:len(kept)] == kept, "a record was lost or changed")
    run.check_whole()
    run.check_clean()  # what the dead one left, too


def hang_up(alt, rng):
    """The terminal is closed."""
    run = Run(alt, rng, trials=100000).start()
    run.wait_for_trials(rng.randrange(1, 5))
    kept = run.lines()
    signals(run, [run.process.pid], signal.SIGHUP)
    code = run.end()
    expect(code == 130, f"exit code {code}, not 130")
    expect(run.lines()[:len(kept)] == kept, "a record was lost")
    run.check_clean()


def hit(role, number):
    def fault(alt, rng):
        run = Run(alt, rng).start()
        run.wait_for_trials(rng.randrange(1, 8))
        signals(run, run.marked(role)[:1], number)
        expect(run.end() == 0, "it fails: " + run.said())
        run.check_whole()
        run.check_clean()
    fault.__name__ = f"{'stop' if number == signal.SIGSTOP else 'kill'}_{role}_server"
    return fault


def hit_early(alt, rng):
    """Children die at any moment, also while the reference is built and run."""
    run = Run(alt, rng).start()
    for _ in range(3):
        time.sleep(rng.uniform(0.1, 1))
        servers = run.marked("build") + run.marked("time")
        signals(run, rng.sample(servers, min(1, len(servers))), signal.SIGKILL)
    code = run.end()
    expect(code == 0, "it fails: " + run.said())
    run.check_whole()
    run.check_clean()


def lose_runner(alt, rng):
    """alt-runner dies again and again: an error, and nobody's files are lost."""
    run = Run(alt, rng).start()
    run.wait_for_trials(3)
    other = run.folder / "new/b/finished"
    other.parent.mkdir()
    other.write_text("another run's")
    kept = run.lines()
    while run.process.poll() is None:
        signals(run, run.marked("build") + run.marked("time"), signal.SIGKILL)
        time.sleep(0.05)
    run.end()
    expect(run.lines()[:len(kept)] == kept, "records were lost")
    expect(other.read_text() == "another run's", "another run's file was lost")
    run.check_clean()


def fill_disk(alt, rng):
    run = Run(alt, rng, disk=rng.randrange(4000, 9000)).start()
    code = run.end()
    kept = run.lines()
    expect(code == 1, f"exit code {code} on a full disk")
    expect(not run.records.exists() or kept or run.records.stat().st_size, "an empty records file is left")
    run.check_clean()
    run.disk = None
    expect(run.start().end() == 0, "it does not go on: " + run.said())
    expect(run.lines()[:len(kept)] == kept, "a record was lost")
    run.check_whole()


def sabotage(how):
    def fault(alt, rng):
        run = Run(alt, rng).start()
        run.wait_for_trials(rng.randrange(1, 8))
        kept = run.lines()
        if how == "truncate":
            os.truncate(run.records, rng.randrange(50))
        else:
            run.records.unlink()
        if how == "folder":
            run.records.mkdir()
        if how == "replace":
            run.records.write_text("somebody's")
        expect(run.end() == 0, "it fails: " + run.said())
        expect("while alt was appending to it" in run.said(), "not a word of it: " + run.said())
        rescued = pathlib.Path(str(run.records) + ".rescued")
        expect(run.lines(rescued)[:len(kept)] == kept, "a record was lost")
        run.check_whole(rescued)
        expect(how != "replace" or run.records.read_text() == "somebody's", "somebody's file was changed")
        run.check_clean()
    fault.__name__ = f"{how}_records"
    return fault


def two_at_once(alt, rng):
    first, second = Run(alt, rng).start(), Run(alt, rng).start()
    expect(first.end() == 0 and second.end() == 0, "one of two fails")
    for run in (first, second):
        run.check_whole()
        run.check_clean()


FAULTS = [kill_alt, hang_up, hit("build", signal.SIGKILL), hit("time", signal.SIGKILL), hit("build", signal.SIGSTOP),
          hit("time", signal.SIGSTOP), hit_early, lose_runner, fill_disk, *map(sabotage, ("delete", "truncate", "folder", "replace")),
          two_at_once]

parser = argparse.ArgumentParser()
parser.add_argument("alt")
parser.add_argument("--runs", type=int, default=0)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", default="")
parser.add_argument("--json", type=pathlib.Path)
arguments = parser.parse_args()
rng = random.Random(arguments.seed)
chosen = [fault for fault in FAULTS if arguments.only in fault.__name__]
runs = [rng.choice(chosen) for _ in range(arguments.runs)] or chosen
counts, failures, begin = {}, [], time.monotonic()
for fault in runs:
    before = time.monotonic()
    counts[fault.__name__] = counts.get(fault.__name__, 0) + 1
    try:
        fault(os.path.abspath(arguments.alt), rng)
        print(f"ok: {fault.__name__} ({time.monotonic() - before:.1f} s)", flush=True)
    except Fault as broken:
        failures.append(f"{fault.__name__}: {broken}")
        print(f"FAIL: {failures[-1]}", flush=True)
line = {"runs": len(runs), "seed": arguments.seed, "failures": failures, "seconds": round(time.monotonic() - begin, 1), "faults": counts}
if arguments.json:
    arguments.json.write_text(json.dumps(line) + "\n")
print(f"{len(runs)} runs, {len(failures)} broken promises")
sys.exit(bool(failures))
