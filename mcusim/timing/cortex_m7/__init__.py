"""Timing of the Cortex-M7 and its FPU: cycles of a basic block from TCM or the level-1 caches.

Arm publishes no table of cycles for this core. The sources, by the name used in the comments:

- JNK: measurements on an STM32H743 published in jnk0le/random, "pipeline cycle
  test/doc/cortex_m7.md" (commit 3dfc2abd);
- LLVM: its scheduling model, ARMScheduleM7.td and ARMLatencyMutations.cpp, for what JNK is silent
  on;
- GCC: its pipeline description, config/arm/cortex-m7.md, where it is compared.

A block starts with an empty pipeline and all results ready. One that branches back to its own
start is timed as it repeats, since that is where loops spend their time.

Caches, memories, banks, the store buffer, operand values and predictions are the native core's
part. Not modelled: fetching, but for the least that a loop takes; what one block leaves over for
the next; the extra cycle of an LDM among 32-bit instructions only.
"""

from mcusim.timing.cortex_m7.block import time_block

__all__ = ["time_block"]
