"""Devices of the user: from a Python file, or from an installed package."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
from os import PathLike
from pathlib import Path

from mcusim.devices.device import Device
from mcusim.errors import BoardError, UsageError

ENTRY_POINTS = "mcusim.devices"


def load_device_file(path: str | PathLike[str]) -> list[type[Device]]:
    """The device classes that a Python file defines; runs the file.

    Raises:
        UsageError: for a file that isn't there, doesn't run, or has no device.
    """
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"--device {path}: no such file")
    spec = importlib.util.spec_from_file_location(f"mcusim_device_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise UsageError(f"--device {path}: not a Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"--device {path}: {type(error).__name__}: {error}") from error
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Device)
        and value.__module__ == module.__name__
        and value.type_name
    ]
    if not found:
        raise UsageError(
            f"--device {path}: defines no device; write a subclass of mcusim.devices.Device with a "
            f"`type_name`"
        )
    return found


def installed_devices() -> dict[str, type[Device]]:
    """Device classes of installed packages (entry points of the group `mcusim.devices`).

    Raises:
        BoardError: for an entry point that leads to something else.
    """
    found: dict[str, type[Device]] = {}
    for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        loaded = point.load()
        if not inspect.isclass(loaded) or not issubclass(loaded, Device):
            raise BoardError(f"entry point {point.name!r} of {ENTRY_POINTS}: not a Device class")
        found[point.name] = loaded
    return found
