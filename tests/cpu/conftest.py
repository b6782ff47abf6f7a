"""The helpers of tests/native and tests/exceptions serve here too."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("exceptions", "native"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))
