"""curve.py REPORT.html OUT.svg: the first picture of a report as a file of its own, for the README."""
import pathlib
import re
import sys

html = pathlib.Path(sys.argv[1]).read_text()
style = re.search(r"<style>(.*?)</style>", html, re.S)[1]
svg = re.search(r"<svg.*?</svg>", html, re.S)[0]
rules = "".join(line + "\n" for line in style.replace("} .", "}\n.").splitlines()
                if line.startswith((".grid", ".axis", ".curve")))
svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
svg = svg.replace(">", "><style>" + rules + "text { font: 11px sans-serif; fill: #444; }</style>"
                  '<rect width="100%" height="100%" fill="white"/>', 1)
pathlib.Path(sys.argv[2]).write_text(svg + "\n")
