"""Makes `tests.report.factory` importable, without hiding the installed mcusim."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
