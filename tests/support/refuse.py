"""refuse.py CODE COMMAND...: the command must end with the exit code CODE, say one sentence on stderr,
print nothing on stdout, and leave no file behind, neither here nor in $TMPDIR. Prints the sentence."""
import os
import subprocess
import sys
import tempfile


def everything(folder):
    return sorted(os.path.join(at, name) for at, folders, files in os.walk(folder)
                  for name in folders + files)


code, command = int(sys.argv[1]), sys.argv[2:]
with tempfile.TemporaryDirectory() as temporary:
    before = everything(".")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": temporary})
    left = everything(temporary) + [path for path in everything(".") if path not in before]
problems = []
if done.returncode != code:
    problems.append(f"exit code {done.returncode}, not {code}")
if done.stdout:
    problems.append("something on stdout:\n" + done.stdout)
if left:
    problems.append("left behind: " + " ".join(left))
errors = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
if len(errors) != 1 or not errors[0].startswith("error: ") or errors[0][-1] not in ".?":
    problems.append("not one sentence on stderr")
print(done.stderr, end="")
if problems:
    sys.exit("refuse.py: " + "; ".join(problems))
