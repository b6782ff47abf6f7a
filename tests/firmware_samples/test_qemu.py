"""QEMU as an independent oracle of what the samples do.

QEMU's mps2-an386 is a Cortex-M4F with memory at 0 and at 0x20000000 and ignores stray peripheral
writes at 0x40000000, so it runs the nRF52840's files as they are. It has no memory at the STM32's
flash address; for that board the same objects are linked to address 0. Corstone-300's files run on
its mps3-an547 as they are, and so do those of the HiFive1 Rev B on its sifive_e.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

QEMU = "qemu-system-arm"
QEMU_RISCV = "qemu-system-riscv32"
TIMEOUT_SECONDS = 60

ElfOf = Callable[[str], Path]

EXPECTED = {
    "hello": "hello, world\n",
    "coremix": "coremix: 50 iterations, crc16 5fb4, correct\n",
    "spin": "",
    "fibonacci": "fibonacci(22) = 17711\n",
    "memory": (
        "heap: 16320 bytes requested, 16384 bytes taken\nstack: 40 calls deep, 4232 bytes\n"
    ),
    "cpp": "run 1: 2480\nrun 2: 4960\nrun 3: 7440\n",
}

FAULTS = {
    "fault-udf": "[Undefined Instruction]",
    "fault-bus": "with CFSR.PRECISERR and BFAR 0x60000000",
    "fault-jump": "with CFSR.IBUSERR",
    "fault-nofpu": "[v7M NOCP UsageFault]",
    "fault-svc": "[SVC]",
}

pytestmark = pytest.mark.skipif(shutil.which(QEMU) is None, reason=f"{QEMU} is not installed")


def command(elf: Path, machine: str = "mps2-an386", qemu: str = QEMU) -> list[str]:
    return [
        *(qemu, "-M", machine, "-display", "none", "-serial", "none", "-monitor", "none"),
        *("-chardev", "stdio,id=console"),
        *("-semihosting-config", "enable=on,target=native,chardev=console"),
        *("-kernel", str(elf)),
    ]


def run(elf: Path, machine: str = "mps2-an386", qemu: str = QEMU) -> tuple[str, int]:
    """What the firmware prints and its exit status."""
    done = subprocess.run(
        command(elf, machine, qemu),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return done.stdout, done.returncode


@pytest.fixture(params=["nrf52840", "nucleo-l4r5zi"])
def elf_of(
    request: pytest.FixtureRequest, build: ModuleType, samples: Path, tmp_path: Path
) -> ElfOf:
    """A function from a sample's name to an ELF of it that QEMU can run."""

    def elf(sample: str) -> Path:
        if request.param == "nrf52840":
            return samples / "prebuilt" / f"{sample}-nrf52840.elf"
        request.getfixturevalue("toolchain")
        (target,) = build.select([sample], [request.param])
        built: Path = build.build(target, tmp_path, ["-Wl,--defsym=FLASH_ORIGIN=0"])
        return built

    return elf


@pytest.mark.parametrize("sample", EXPECTED)
def test_output(elf_of: ElfOf, sample: str) -> None:
    assert run(elf_of(sample)) == (EXPECTED[sample], 0)


def test_digits_equals_the_numpy_reference(elf_of: ElfOf, reference: ModuleType) -> None:
    output, status = run(elf_of("digits"))
    assert output == reference.report()
    assert status == 0


@pytest.mark.parametrize("sample", ["digits", "digits-helium"])
def test_digits_on_a_cortex_m55(samples: Path, reference: ModuleType, sample: str) -> None:
    elf = samples / "prebuilt" / f"{sample}-corstone-300.elf"
    assert run(elf, "mps3-an547") == (reference.report(), 0)


def test_a_secure_and_a_non_secure_image_on_mps3(samples: Path) -> None:
    firmware, secure = (
        samples / "prebuilt" / f"{name}-corstone-300.elf"
        for name in ("trustzone", "trustzone-secure")
    )
    done = subprocess.run(
        [*command(secure, "mps3-an547"), "-device", f"loader,file={firmware}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=TIMEOUT_SECONDS, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("sum a17f1bce of 100\nof Secure memory: 0\n", 0)


@pytest.mark.skipif(shutil.which(QEMU_RISCV) is None, reason=f"{QEMU_RISCV} is not installed")
@pytest.mark.parametrize("sample", ["hello", "coremix", "digits"])
def test_output_of_a_sifive_e31(samples: Path, reference: ModuleType, sample: str) -> None:
    elf = samples / "prebuilt" / f"{sample}-hifive1-revb.elf"
    expected = reference.report() if sample == "digits" else EXPECTED[sample]
    assert run(elf, "sifive_e,revb=true", QEMU_RISCV) == (expected, 0)


def test_overflow_damages_bss(elf_of: ElfOf) -> None:
    output, status = run(elf_of("overflow"))
    assert output == "overflow: 8772 bytes of .bss overwritten by the stack\n"
    assert status == 1


@pytest.mark.parametrize(("sample", "damaged"), [("overflow", 31), ("heap-overflow", 29)])
def test_overflow_of_a_task_damages_what_lies_below(
    elf_of: ElfOf, sample: str, damaged: int
) -> None:
    output, status = run(elf_of(f"tasks-{sample}"))
    assert output == f"tasks: 10 turns, {damaged} damaged words\n"
    assert status == 1


@pytest.mark.parametrize("sample", FAULTS)
def test_fault(samples: Path, sample: str) -> None:
    """The firmware announces the fault, and QEMU logs it; then the handler loops for ever."""
    elf = samples / "prebuilt" / f"{sample}-nrf52840.elf"
    with subprocess.Popen(
        [*command(elf), "-d", "int"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as qemu:
        deadline = threading.Timer(TIMEOUT_SECONDS, qemu.kill)
        deadline.start()
        assert qemu.stdout is not None
        seen = []
        for line in qemu.stdout:
            seen.append(line)
            if FAULTS[sample] in line:
                break
        deadline.cancel()
        qemu.kill()
    assert any(line.startswith("before: ") for line in seen)
    assert FAULTS[sample] in seen[-1]
