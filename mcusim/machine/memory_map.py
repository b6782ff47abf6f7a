"""The chip's memories in the engine: where they are, how they answer, what is in front of them."""

from __future__ import annotations

from mcusim import _native
from mcusim.boards import Board
from mcusim.boards.roms import image
from mcusim.boards.schema import Cache, Memory

ERASED = b"\xff"


def map_memories(engine: _native.Engine, board: Board) -> None:
    """Puts all memories of the board into the engine, flash erased."""
    l1 = board.chip.l1
    if l1 is not None:
        engine.set_memory_system(_geometry(l1.icache), _geometry(l1.dcache), l1.store_buffer)
    for memory in board.chip.memory:
        _map(engine, board, memory)
    set_flash(engine, board)
    set_flash_timing(engine, board)


def set_flash(engine: _native.Engine, board: Board) -> None:
    """The flash with its read width and caches."""
    timing = board.chip.flash_timing
    engine.set_flash(
        board.flash_regions()[0].size_bytes,
        timing.read_bytes,
        _geometry(timing.icache),
        _geometry(timing.dcache),
    )


def set_flash_timing(engine: _native.Engine, board: Board) -> None:
    """The flash interface as it is after a reset."""
    timing = board.chip.flash_timing
    engine.invalidate_icache()
    engine.invalidate_dcache()
    engine.set_wait_states(board.wait_states())
    engine.set_prefetch(timing.prefetch_at_reset)
    engine.set_icache(timing.icache is not None and timing.icache.enabled_at_reset)
    engine.set_dcache(timing.dcache is not None and timing.dcache.enabled_at_reset)


def _map(engine: _native.Engine, board: Board, memory: Memory) -> None:
    flash = memory.kind == "flash"
    read_bytes = board.chip.flash_timing.read_bytes if flash else 0
    engine.map_memory(
        [(base, _place_of(board, memory, base)) for base in (memory.base, *memory.aliases)],
        memory.size_bytes,
        memory.kind == "ram",
        memory.executable,
        memory.read_wait_cycles,
        memory.write_wait_cycles,
        (memory.axi.latency_cycles, read_bytes) if memory.axi else (),
    )
    if flash:
        engine.write(memory.base, ERASED * memory.size_bytes)
    if memory.image:
        engine.write(memory.base, image(memory.image))


def _place_of(board: Board, memory: Memory, base: int) -> str:
    """How the memory answers at one of its bases, as the native core names it."""
    if memory.axi is not None and base not in memory.axi.beside:
        return "axi"
    if memory.kind == "flash":
        uncached, unkept = base in memory.uncached, base in memory.unkept
        if uncached and unkept:
            return "flash-bypass"
        return "flash-uncached" if uncached else "flash-unkept" if unkept else "flash"
    l1 = board.chip.l1
    return "tcm" if l1 is not None and l1.store_buffer else "ram"


def _geometry(cache: Cache | None) -> tuple[int, ...]:
    if cache is None:
        return ()
    policy = int(cache.keeps_prefetched), int(cache.serves_data)
    return cache.line_bytes, cache.sets, cache.ways, cache.hit_wait_cycles, *policy
