// Physical memory protection on Unicorn, which stays in user mode without entries of its own: while
// anything is forbidden, each instruction is looked up before it executes.
#include <optional>

#include "riscv_engine.hpp"

namespace mcusim {

namespace {

// What an instruction loads or stores, at a register and an offset.
struct DataAccess {
  std::uint32_t base;
  std::int32_t offset;
  std::uint32_t bytes;
  std::uint8_t rights;
};

constexpr std::uint32_t kStackPointer = 2;

std::uint32_t field(std::uint32_t code, int from, std::uint32_t bits, int to) {
  return (code >> from & ((1U << bits) - 1U)) << to;
}

std::optional<DataAccess> wide_access(std::uint32_t code) {
  const std::uint32_t base = code >> 15 & 31U, bytes = 1U << (code >> 12 & 3U);
  const auto high = static_cast<std::int32_t>(code) >> 20;
  switch (code & 0x7FU) {
    case 0x03:
    case 0x07:  // of the FPU
      return DataAccess{base, high, bytes, Pmp::kRead};
    case 0x23:
    case 0x27:
      return DataAccess{base, (high & ~31) | static_cast<std::int32_t>(code >> 7 & 31U), bytes,
                        Pmp::kWrite};
    case 0x2F: {
      constexpr std::uint32_t kLoadReserved = 2, kStoreConditional = 3;
      const std::uint32_t action = code >> 27;
      const std::uint8_t rights = action == kLoadReserved       ? Pmp::kRead
                                  : action == kStoreConditional ? Pmp::kWrite
                                                                : Pmp::kRead | Pmp::kWrite;
      return DataAccess{base, 0, bytes, rights};
    }
    default:
      return std::nullopt;
  }
}

std::optional<DataAccess> short_access(std::uint32_t code) {
  // "C" extension, table of quadrants 0 and 2: 1 and 5 are of doubles, all from 4 on store.
  const std::uint32_t quadrant = code & 3U, function = code >> 13 & 7U;
  if (quadrant == 1 || function % 4 == 0) return std::nullopt;
  const bool wide = function % 4 == 1, stores = function > 4;
  std::uint32_t base = kStackPointer, offset = 0;
  if (quadrant == 0) {
    base = 8U + (code >> 7 & 7U);
    offset = field(code, 10, 3, 3) |
             (wide ? field(code, 5, 2, 6) : field(code, 6, 1, 2) | field(code, 5, 1, 6));
  } else if (stores) {
    offset = wide ? field(code, 10, 3, 3) | field(code, 7, 3, 6)
                  : field(code, 9, 4, 2) | field(code, 7, 2, 6);
  } else {
    offset = field(code, 12, 1, 5) | (wide ? field(code, 5, 2, 3) | field(code, 2, 3, 6)
                                           : field(code, 4, 3, 2) | field(code, 2, 2, 6));
  }
  return DataAccess{base, static_cast<std::int32_t>(offset), wide ? 8U : 4U,
                    stores ? Pmp::kWrite : Pmp::kRead};
}

}  // namespace

void RiscvEngine::look_at_protection() {
  guards_code_ = csrs.pmp.restricts(privileged());
  guards_data_ = csrs.pmp.restricts(csrs.data_privilege() == RiscvCsrs::kMachine);
}

void RiscvEngine::hook_guard() {
  // The hook of accurate mode looks as well.
  guard_hooked_ = true;
  add_hook(UC_HOOK_CODE, reinterpret_cast<void*>(&RiscvEngine::on_guarded), this);
  forget_translations();
}

void RiscvEngine::on_guarded(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  if (engine.guarded()) engine.refuses(static_cast<std::uint32_t>(address));
}

bool RiscvEngine::refuses(std::uint32_t pc) {
  const std::uint32_t code = word(pc);
  const bool is_wide = (code & 3U) == 3;
  if (guards_code_) {
    // The part of an instruction that can't be fetched is told (3.1.16).
    for (std::uint32_t at = pc; at < pc + (is_wide ? 4U : 2U); at += 2)
      if (!csrs.pmp.allows(at, Pmp::kExecute, privileged()))
        return forbid(kInstructionFault, pc, at);
  }
  if (!guards_data_) return false;
  const auto access = is_wide ? wide_access(code) : short_access(code & 0xFFFFU);
  if (!access) return false;
  const std::uint32_t address =
      registers_[access->base] + static_cast<std::uint32_t>(access->offset);
  const bool machine = csrs.data_privilege() == RiscvCsrs::kMachine;
  const bool stores = (access->rights & Pmp::kWrite) != 0;
  // One that is split is looked up in parts, and the part that fails is told (3.7.1.3, 3.1.16).
  for (std::uint32_t at = address; at - address < access->bytes;
       at = (at & ~(Pmp::kGranule - 1)) + Pmp::kGranule)
    if (!csrs.pmp.allows(at, access->rights, machine))
      return forbid(stores ? kStoreFault : kLoadFault, pc, at);
  return false;
}

bool RiscvEngine::forbid(std::uint32_t cause, std::uint32_t pc, std::uint32_t address) {
  stop_.has_address = true;
  stop_.address = address;
  stop_.write = cause == kStoreFault;
  keep_registers(pc);
  stop_with(Stop::kInterrupt, static_cast<int>(cause), pc);
  return true;
}

}  // namespace mcusim
