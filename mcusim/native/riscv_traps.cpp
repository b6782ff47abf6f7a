// Traps and privileged instructions of a RISC-V hart (Privileged Architecture 20211203, 3.1
// to 3.3).
#include <algorithm>
#include <stdexcept>

#include "riscv_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kSystem = 0x73U, kAtomic = 0x2FU, kJal = 0x6FU;  // major opcodes
constexpr std::uint32_t kMret = 0x30200073U, kWfi = 0x10500073U;
constexpr std::uint32_t kJumpToSelf = 0x0000006FU;
constexpr std::uint16_t kShortJumpToSelf = 0xA001U;

std::uint32_t opcode(std::uint32_t code) { return code & 0x7FU; }
std::uint32_t rd(std::uint32_t code) { return code >> 7 & 31U; }
std::uint32_t funct3(std::uint32_t code) { return code >> 12 & 7U; }

bool is_wide(std::uint32_t code) { return (code & 3U) == 3; }

// Whether an instruction gives SP a value that its old one does not tell.
bool sets_stack(std::uint32_t code) {
  constexpr std::uint32_t kSp = 2;
  if (rd(code) != kSp) return false;
  if (is_wide(code)) {
    // Stores and branches have no destination.
    const std::uint32_t major = opcode(code);
    if (major == 0x23U || major == 0x27U || major == 0x63U) return false;
    const bool adds = major == 0x13U && funct3(code) == 0 && (code >> 15 & 31U) == kSp;
    return !adds;
  }
  const std::uint32_t group = code >> 13 & 7U;
  if ((code & 3U) == 1) return group == 2;                // C.LI
  return (code & 3U) == 2 && (group == 2 || group == 4);  // C.LWSP, C.MV
}

bool spins(std::uint32_t code) {
  return code == kJumpToSelf || (code & 0xFFFFU) == kShortJumpToSelf;
}

// Where JAL without a link goes.
std::uint32_t jump_target(std::uint32_t pc, std::uint32_t code) {
  const std::uint32_t sign = code >> 31 != 0 ? 0xFFF00000U : 0U;
  return pc + (sign | (code & 0xFF000U) | (code >> 9 & 0x800U) | (code >> 20 & 0x7FEU));
}

}  // namespace

void RiscvEngine::inspect(Block& block, std::span<const std::uint8_t> code) {
  std::uint32_t last = 0;
  for (const Instruction& i : block.code) {
    last = code[i.offset] | std::uint32_t{code[i.offset + 1U]} << 8;
    if (is_wide(last))
      last |= std::uint32_t{code[i.offset + 2U]} << 16 | std::uint32_t{code[i.offset + 3U]} << 24;
    if (sets_stack(last)) block.sets_stack = true;
    const std::uint32_t at = block.address + i.offset;
    if (!is_watched(last) || std::find(watched_.begin(), watched_.end(), at) != watched_.end())
      continue;
    watched_.push_back(at);
    block.needs_care |= kCareAlways;
  }
  block.spins = block.code.size() == 1 && spins(last);
  if (block.spins) block.needs_care |= kCareAlways;
}

bool RiscvEngine::is_watched(std::uint32_t code) const {
  if (opcode(code) == kAtomic) return !options_.has('A');
  // User mode's counters, which Unicorn shows its host's of.
  const std::uint32_t number = code >> 20;
  return opcode(code) == kSystem && (funct3(code) & 3U) != 0 && (number & 0xF60U) == 0xC00U;
}

void RiscvEngine::hook_watched() {
  // Hooks made while the core runs would not be seen.
  for (; hooked_ < watched_.size(); ++hooked_) {
    const std::uint64_t at = watched_[hooked_];
    uc_hook handle = 0;
    check(uc_hook_add(uc_.get(), &handle, UC_HOOK_CODE,
                      reinterpret_cast<void*>(&RiscvEngine::on_watched), this, at, at),
          "adding a hook");
  }
  forget_translations();
}

void RiscvEngine::on_watched(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  const std::uint32_t code = engine.word(at);
  // Code in RAM may have changed.
  if (engine.stopping_ || !engine.is_watched(code)) return;
  if (opcode(code) != kSystem || !engine.access_csr(code, at))
    return engine.stop_with(Stop::kInterrupt, static_cast<int>(kIllegalInstruction), at);
  engine.accountant.give_back(at + 4);
  engine.redirect(at + 4, true);
}

std::optional<std::uint32_t> RiscvEngine::execute_system(std::uint32_t pc) {
  const std::uint32_t code = word(pc);
  if (opcode(code) != kSystem) return std::nullopt;
  const std::uint32_t next = pc + 4;
  if ((funct3(code) & 3U) != 0) {
    if (!access_csr(code, pc)) return std::nullopt;
    return next;
  }
  if (code == kMret && privileged()) return return_from_trap();
  if (code != kWfi || (!privileged() && csrs.waits_may_trap())) return std::nullopt;
  wait_for_interrupt(next);
  return next;
}

bool RiscvEngine::access_csr(std::uint32_t code, std::uint32_t pc) {
  // ISA manual, "Zicsr": write, set, clear; with a register or a constant of five bits.
  const std::uint32_t number = code >> 20, source = code >> 15 & 31U, action = funct3(code) & 3U;
  const bool writes = action == 1 || source != 0;
  if (!csrs.may_access(number, writes)) return false;
  const auto moment = [this](std::uint32_t at) {
    const auto [cycles, instructions] = accountant.counts_before(at);
    return Moment{cycles, instructions};
  };
  const std::uint32_t before = csrs.read(number, moment(pc));
  const std::uint32_t operand = (funct3(code) & 4U) != 0 ? source : registers_[source];
  const std::uint32_t after = action == 1   ? operand
                              : action == 2 ? before | operand
                                            : before & ~operand;
  if (writes) {
    const bool masked = !csrs.interrupts_enabled();
    csrs.write(number, after, moment(pc + 4));
    // A scheduler may leave a handler for another thread without an MRET, as Zephyr's does.
    if (masked && csrs.interrupts_enabled()) trap_cause_ = 0;
    look_at_protection();
  }
  if (rd(code) != 0) registers_[rd(code)] = before;
  return true;
}

std::uint32_t RiscvEngine::read_csr(std::uint32_t number) const {
  if (!csrs.may_access(number, false)) throw std::out_of_range("no such register");
  return csrs.read(number, {accountant.cycles, accountant.instructions});
}

std::uint32_t RiscvEngine::return_from_trap() {
  const std::uint32_t pc = csrs.leave_trap();
  look_at_protection();
  repeats_ = trap_cause_ = 0;
  accountant.leave_exception(pc, registers_[2]);
  return pc;
}

void RiscvEngine::wait_for_interrupt(std::uint32_t pc) {
  accountant.give_back(pc);
  accountant.settle();
  resume_at_ = pc;
  run_events();
  sleeping_ = !woken();
}

void RiscvEngine::set_line(int number, bool high) {
  if (number != 3 && number != 7 && number != 11) throw std::out_of_range("no such interrupt");
  const std::uint32_t bit = 1U << number;
  csrs.lines = high ? csrs.lines | bit : csrs.lines & ~bit;
  attend();
}

void RiscvEngine::set_vendor_cause(std::uint32_t cause) {
  csrs.vendor_cause = cause;
  attend();
}

bool RiscvEngine::has_handler(std::uint32_t cause) const {
  std::uint32_t entry = csrs.handler(cause);
  for (int hop = 0; hop < 2; ++hop) {
    const Memory* memory = memory_at(entry, 2);
    if (entry == 0 || memory == nullptr || (memory->permissions & UC_PROT_EXEC) == 0) return false;
    const std::uint32_t code = word(entry);
    if (spins(code)) return false;
    // A table of vectors holds jumps.
    if (opcode(code) != kJal || rd(code) != 0) return true;
    entry = jump_target(entry, code);
  }
  return true;
}

void RiscvEngine::enter_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
  accountant.enter_exception(pc, registers_[2]);
  accountant.charge_exception(options_.trap_cycles, 0, false, 0);
  trap_cause_ = cause;
  resume_at_ = csrs.enter_trap(cause, pc, value);
  look_at_protection();
}

bool RiscvEngine::raise_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
  if (!has_handler(cause)) return false;
  note_repeat(cause, pc);
  if (in_trap_loop()) return false;
  enter_trap(cause, pc, value);
  return true;
}

bool RiscvEngine::step_over(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
  note_repeat(cause, pc);
  if (in_trap_loop()) return false;
  accountant.settle();
  accountant.charge_exception(options_.trap_cycles, 0, false, 0);
  resume_at_ = csrs.enter_trap(cause, pc, value);
  return true;
}

void RiscvEngine::note_repeat(std::uint32_t cause, std::uint32_t pc) {
  const bool again = pc == repeated_pc_ && cause == repeated_cause_;
  repeats_ = again ? repeats_ + 1 : 0;
  repeated_pc_ = pc;
  repeated_cause_ = cause;
}

bool RiscvEngine::stores_at(std::uint32_t pc) const {
  const std::uint32_t code = word(pc);
  if (!is_wide(code)) return (code >> 15 & 1U) != 0;  // C.SW and its like
  constexpr std::uint32_t kLoadReserved = 2;
  if (opcode(code) == kAtomic) return code >> 27 != kLoadReserved;
  return opcode(code) == 0x23U || opcode(code) == 0x27U;
}

void RiscvEngine::trap_misaligned(std::uint32_t pc) {
  stop_.has_address = true;
  stop_.address = accountant.trapped_address;
  stop_.write = stores_at(pc);
  keep_registers(pc);
  stop_with(Stop::kInterrupt, static_cast<int>(stop_.write ? kStoreMisaligned : kLoadMisaligned),
            pc);
}

void RiscvEngine::keep_registers(std::uint32_t pc) {
  kept_ = true;
  std::copy(registers_, registers_ + kRegisters, kept_registers_);
  kept_pc_ = pc;
}

void RiscvEngine::restore_registers() {
  std::copy(kept_registers_, kept_registers_ + kRegisters, registers_);
  stop_.pc = kept_pc_;
  kept_ = false;
}

void RiscvEngine::request_reset() {
  reset_requested_ = true;
  attend();
}

void RiscvEngine::reset() {
  restart();
  reset_requested_ = sleep_deep_ = false;
  repeats_ = trap_cause_ = 0;
  csrs.reset();
  look_at_protection();
  csrs.restart_counters({accountant.cycles, accountant.instructions});
}

}  // namespace mcusim
