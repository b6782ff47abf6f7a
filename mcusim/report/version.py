"""The version of this mcusim."""

from __future__ import annotations


def version() -> str:
    """The installed version, for example "0.1.0"; a source tree that isn't installed says so."""
    # Imported here: it takes more time than the rest of the command line together.
    from importlib import metadata

    try:
        return metadata.version("mcusim")
    except metadata.PackageNotFoundError:
        return "0.0.0+source"
