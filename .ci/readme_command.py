"""Prints a command of README.md: the code block behind the marker ``<!-- command: NAME -->``."""

import re
import sys
from pathlib import Path

text = Path(__file__).parent.parent.joinpath("README.md").read_text("utf-8")
block = re.search(rf"<!-- command: {re.escape(sys.argv[1])} -->\n```sh\n(.*?)```", text, re.DOTALL)
if block is None:
    sys.exit(f"README.md has no command {sys.argv[1]}")
print(block.group(1).strip())
