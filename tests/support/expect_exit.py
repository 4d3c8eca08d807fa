"""expect_exit.py CODE COMMAND...: passes the output on and succeeds if the exit code is CODE."""
import subprocess
import sys

code = subprocess.run(sys.argv[2:]).returncode
if code != int(sys.argv[1]):
    sys.exit(f"expect_exit.py: exit code {code}, not {sys.argv[1]}")
