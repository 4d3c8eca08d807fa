"""reports.py ALT TESTS: makes report.html and compare.html, opens both in a headless Chromium (installed
when it is missing) and looks: no console message, nothing fetched, every curve drawn with an extent."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

alt, tests = sys.argv[1:3]

# Put into a copy of the page: measures what was laid out, and proves that a message would be heard.
PROBE = """<script>
const drawn = [...document.querySelectorAll('svg .curve')].map(c => c.getBoundingClientRect());
document.body.dataset.curves = drawn.filter(r => r.width > 20).length;
document.body.dataset.fetched = performance.getEntriesByType('resource').length;
%s
</script></body>"""


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    apt = [] if os.geteuid() == 0 else ["sudo"]
    apt += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-qq"]
    subprocess.run(apt + ["update"], check=True)
    subprocess.run(apt + ["install", "--no-install-recommends", "chromium"], check=True,
                   stdout=subprocess.DEVNULL)
    return shutil.which("chromium") or sys.exit("chromium was installed and is not in the PATH")


def look(chromium, page, folder, extra=""):
    """What the page came out as, and what was said on its console."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    assert text.count("</body>") == 1, f"{page} is not one whole page"
    copy = os.path.join(folder, "page.html")
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text.replace("</body>", PROBE % extra))
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={folder}/profile", "--enable-logging=stderr", "--v=0",
         "--virtual-time-budget=2000", "--dump-dom", "file://" + copy],
        capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    data = dict(re.findall(r'data-(curves|fetched)="(\d+)"', done.stdout))
    assert data, "the page's own script did not run:\n" + done.stderr
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return int(data["curves"]), int(data["fetched"]), console


def check(chromium, page, folder, curves):
    found, fetched, console = look(chromium, page, folder)
    assert not console, f"{page} complains: {console}"
    assert fetched == 0, f"{page} fetches {fetched} things"
    assert found == curves, f"{page} shows {found} curves, not {curves}"
    # The same page with a mistake in it: so the check above can fail.
    assert look(chromium, page, folder, "undefined.mistake;")[2], "the console is not heard"
    print(f"{os.path.basename(page)}: {found} curves, no console message, nothing fetched")


with tempfile.TemporaryDirectory() as folder:
    chromium = browser()
    tuned, compared = os.path.join(folder, "tuned"), os.path.join(folder, "compared")
    subprocess.run([alt, "tune", f"{tests}/support/inputs/matmul.mlir", "--trials", "12", "--out", tuned,
                    "-q"], check=True, stdout=subprocess.DEVNULL)
    check(chromium, f"{tuned}/report.html", folder, 1)
    subprocess.run([alt, "compare", "--space", f"{tests}/data/pnpoly-rtx-3060-laptop.csv.gz", "--tuner",
                    "alt,annealing,random", "--baseline", "random", "--seeds", "3", "--trials", "60",
                    "--out", compared], check=True, stdout=subprocess.DEVNULL)
    check(chromium, f"{compared}/compare.html", folder, 3)
