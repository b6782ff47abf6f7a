"""Python reads this first: Capstone loads its library in a way that ASan refuses, if it can."""

import os

del os.RTLD_DEEPBIND
