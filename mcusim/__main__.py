"""`python -m mcusim` is the same as the `mcusim` command."""

import sys

from mcusim.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
