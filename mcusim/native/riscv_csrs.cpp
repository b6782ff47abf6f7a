#include "riscv_csrs.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kCycleBit = 1U, kInstructionBit = 4U;  // of mcountinhibit and mcounteren
constexpr std::uint32_t kMachineInterrupts = 1U << 3 | 1U << 7 | 1U << 11;

enum Number : std::uint32_t {
  kMstatus = 0x300,
  kMisa = 0x301,
  kMieNumber = 0x304,
  kMtvec = 0x305,
  kMcounteren = 0x306,
  kMcountinhibit = 0x320,
  kMhpmevent3 = 0x323,
  kMhpmevent31 = 0x33F,
  kMscratch = 0x340,
  kMepc = 0x341,
  kMcause = 0x342,
  kMtval = 0x343,
  kMip = 0x344,
  kPmpcfg0 = 0x3A0,
  kPmpaddr0 = 0x3B0,
  kPmpaddr15 = 0x3BF,
  kTselect = 0x7A0,
  kTdata3 = 0x7A3,
  kMcycle = 0xB00,
  kMhpmcounter31h = 0xB9F,
  kCycle = 0xC00,
  kTime = 0xC01,
  kTimeh = 0xC81,
  kHpmcounter31h = 0xC9F,
  kMvendorid = 0xF11,
  kMarchid = 0xF12,
  kMimpid = 0xF13,
  kMhartid = 0xF14,
};

bool within(std::uint32_t number, std::uint32_t first, std::uint32_t last) {
  return first <= number && number <= last;
}

bool is_high(std::uint32_t number) { return (number & 0x80U) != 0; }

std::uint32_t half_of(std::uint64_t value, bool high) {
  return static_cast<std::uint32_t>(high ? value >> 32 : value);
}

std::uint64_t with_half(std::uint64_t value, std::uint32_t half, bool high) {
  return high ? (value & 0xFFFFFFFFU) | std::uint64_t{half} << 32
              : (value & ~std::uint64_t{0xFFFFFFFFU}) | half;
}

}  // namespace

void RiscvCsrs::reset() {
  privilege = kMachine;
  lines = vendor_cause = 0;
  write_status(kMpp);
  enabled_ = cause_ = counter_enable_ = inhibit_ = 0;
  vector_ = options_.vectored_only ? 1U : 0U;
  pmp.reset();
  custom_.clear();
  for (const CustomCsr& each : options_.custom) custom_.push_back(each.at_reset);
}

void RiscvCsrs::restart_counters(const Moment& now) {
  cycle_base_ = 0 - now.cycles;
  instruction_base_ = 0 - now.instructions;
  for (std::size_t i = 0; i < custom_.size(); ++i)
    if (options_.custom[i].counts_cycles) custom_[i] = options_.custom[i].at_reset - now.cycles;
}

const CustomCsr* RiscvCsrs::custom(std::uint32_t number) const {
  for (const CustomCsr& each : options_.custom)
    if (each.number == number) return &each;
  return nullptr;
}

bool RiscvCsrs::exists(std::uint32_t number) const {
  if (custom(number) != nullptr) return true;
  switch (number) {
    case kMstatus:
    case kMisa:
    case kMtvec:
    case kMscratch:
    case kMepc:
    case kMcause:
    case kMtval:
    case kMvendorid:
    case kMarchid:
    case kMimpid:
    case kMhartid:
      return true;
    case kMieNumber:
    case kMip:
      return !options_.vendor_interrupts;
    case kMcounteren:
      return options_.has('U') && options_.counters;
    case kMcountinhibit:
      return options_.counter_inhibit && options_.counters;
    default:
      break;
  }
  if (within(number, kPmpcfg0, kPmpcfg0 + 3) || within(number, kPmpaddr0, kPmpaddr15))
    return options_.pmp_regions != 0;
  if (within(number, kTselect, kTdata3)) return true;  // no trigger exists: tdata1.type is 0
  return options_.counters && counter_exists(number);
}

bool RiscvCsrs::counter_exists(std::uint32_t number) const {
  if (within(number, kMhpmevent3, kMhpmevent31)) return true;
  if (number == kTime || number == kTimeh) return static_cast<bool>(time);
  const std::uint32_t low = number & ~0x80U;
  const bool machine = within(number, kMcycle, kMhpmcounter31h) && low != kMcycle + 1;
  return (machine || within(number, kCycle, kHpmcounter31h)) && (low & 0x60U) == 0;
}

bool RiscvCsrs::may_access(std::uint32_t number, bool writes) const {
  // 2.1: bits 11 and 10 are ones in read-only registers, bits 9 and 8 are the lowest privilege.
  if ((writes && number >> 10 == 3) || privilege < (number >> 8 & 3U) || !exists(number))
    return false;
  const bool user_counter = within(number, kCycle, kHpmcounter31h);
  if (user_counter && privilege < kMachine) return (counter_enable_ >> (number & 31U) & 1U) != 0;
  return true;
}

std::uint32_t RiscvCsrs::read(std::uint32_t number, const Moment& before) const {
  if (const CustomCsr* own = custom(number)) {
    const std::uint64_t value = custom_[static_cast<std::size_t>(own - options_.custom.data())];
    return static_cast<std::uint32_t>(own->counts_cycles ? value + before.cycles : value);
  }
  if (number == kTime || number == kTimeh) return half_of(time(), number == kTimeh);
  if (const auto count = counter(number, before)) return half_of(*count, is_high(number));
  switch (number) {
    case kMstatus:
      return status();
    case kMisa:
      return options_.misa;
    case kMieNumber:
      return enabled_;
    case kMip:
      return lines;
    case kMtvec:
      return vector_;
    case kMcounteren:
      return counter_enable_;
    case kMcountinhibit:
      return inhibit_;
    case kMscratch:
      return scratch_;
    case kMepc:
      return exception_pc_;
    case kMcause:
      return cause_;
    case kMtval:
      return trap_value_;
    case kMvendorid:
      return options_.vendor_id;
    case kMarchid:
      return options_.architecture_id;
    case kMimpid:
      return options_.implementation_id;
    default:
      return read_protection(number);
  }
}

void RiscvCsrs::write(std::uint32_t number, std::uint32_t value, const Moment& after) {
  if (const CustomCsr* own = custom(number)) {
    std::uint64_t& kept = custom_[static_cast<std::size_t>(own - options_.custom.data())];
    kept = own->counts_cycles ? value - after.cycles
                              : (kept & ~std::uint64_t{own->writable}) | (value & own->writable);
    return;
  }
  if (counter(number, after)) return write_counter(number, value, after);
  switch (number) {
    case kMstatus:
      return write_status(value);
    case kMieNumber:
      enabled_ = value & kMachineInterrupts;
      return;
    case kMtvec:
      return write_vector(value);
    case kMcounteren:
      counter_enable_ = value;
      return;
    case kMcountinhibit:
      return write_inhibit(value, after);
    case kMscratch:
      scratch_ = value;
      return;
    case kMepc:
      exception_pc_ = value & ~(options_.has('C') ? 1U : 3U);
      return;
    case kMcause:
      cause_ = value;
      return;
    case kMtval:
      trap_value_ = value;
      return;
    default:
      write_protection(number, value);
  }
}

std::uint32_t RiscvCsrs::status() const {
  const std::uint32_t fpu = fpu_state != nullptr ? *fpu_state & kFpuState : 0U;
  constexpr std::uint32_t kDirty = 1U << 31;
  return status_ | fpu | (fpu == kFpuState ? kDirty : 0U);
}

void RiscvCsrs::write_status(std::uint32_t value) {
  constexpr std::uint32_t kFixedMpp = kMpp;
  const bool user = options_.has('U');
  const std::uint32_t writable = kMie | kMpie | (user ? kMprv | kTw : 0U);
  std::uint32_t mode = user ? value & kMpp : kFixedMpp;
  // Only the two modes that there are can be written (WARL).
  if (mode != 0 && mode != kMpp) mode = status_ & kMpp;
  status_ = (value & writable) | mode;
  if (fpu_state != nullptr) *fpu_state = (*fpu_state & ~kFpuState) | (value & kFpuState);
}

void RiscvCsrs::write_vector(std::uint32_t value) {
  // Modes 2 and 3 are reserved (3.1.7).
  const bool vectored = options_.vectored_only || (value & 3U) == 1;
  if (!vectored && (value & 3U) != 0) return;
  vector_ = vectored ? (value & ~(options_.vector_alignment - 1U) & ~3U) | 1U : value & ~3U;
}

std::optional<std::uint64_t> RiscvCsrs::counter(std::uint32_t number, const Moment& now) const {
  if (!within(number, kMcycle, kMhpmcounter31h) && !within(number, kCycle, kHpmcounter31h))
    return std::nullopt;
  switch (number & 31U) {
    case 0:
      return cycle_base_ + ((inhibit_ & kCycleBit) != 0 ? 0 : now.cycles);
    case 2:
      return instruction_base_ + ((inhibit_ & kInstructionBit) != 0 ? 0 : now.instructions);
    default:
      return 0;  // the other counters may be hardwired to zero (3.1.10)
  }
}

void RiscvCsrs::write_counter(std::uint32_t number, std::uint32_t value, const Moment& after) {
  const std::uint64_t now = with_half(*counter(number, after), value, is_high(number));
  if ((number & 31U) == 0)
    cycle_base_ = now - ((inhibit_ & kCycleBit) != 0 ? 0 : after.cycles);
  else if ((number & 31U) == 2)
    instruction_base_ = now - ((inhibit_ & kInstructionBit) != 0 ? 0 : after.instructions);
}

void RiscvCsrs::write_inhibit(std::uint32_t value, const Moment& after) {
  const std::uint64_t cycles = *counter(kMcycle, after);
  const std::uint64_t instructions = *counter(kMcycle + 2, after);
  inhibit_ = value & (kCycleBit | kInstructionBit);
  cycle_base_ = cycles - ((inhibit_ & kCycleBit) != 0 ? 0 : after.cycles);
  instruction_base_ = instructions - ((inhibit_ & kInstructionBit) != 0 ? 0 : after.instructions);
}

std::uint32_t RiscvCsrs::read_protection(std::uint32_t number) const {
  if (within(number, kPmpaddr0, kPmpaddr15)) return pmp.read_address(number - kPmpaddr0);
  return within(number, kPmpcfg0, kPmpcfg0 + 3) ? pmp.read_config(number - kPmpcfg0) : 0;
}

void RiscvCsrs::write_protection(std::uint32_t number, std::uint32_t value) {
  if (within(number, kPmpaddr0, kPmpaddr15)) return pmp.write_address(number - kPmpaddr0, value);
  if (within(number, kPmpcfg0, kPmpcfg0 + 3)) pmp.write_config(number - kPmpcfg0, value);
}

std::uint32_t RiscvCsrs::handler(std::uint32_t cause) const {
  const std::uint32_t base = vector_ & ~3U;
  const bool vectored = (vector_ & 3U) == 1 && (cause & kInterrupt) != 0;
  return vectored ? base + 4 * (cause & ~kInterrupt) : base;
}

std::uint32_t RiscvCsrs::enter_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
  // 3.1.6.1: the stack of privilege and interrupt enable.
  const bool enabled = (status_ & kMie) != 0;
  status_ = (status_ & ~(kMie | kMpie | kMpp)) | (enabled ? kMpie : 0U) | privilege << 11;
  privilege = kMachine;
  exception_pc_ = pc;
  cause_ = cause;
  trap_value_ = value;
  return handler(cause);
}

std::uint32_t RiscvCsrs::leave_trap() {
  const bool enabled = (status_ & kMpie) != 0;
  privilege = status_ >> 11 & 3U;
  const std::uint32_t least = options_.has('U') ? 0U : kMpp;
  status_ = (status_ & ~(kMie | kMpp)) | (enabled ? kMie : 0U) | kMpie | least;
  if (privilege < kMachine) status_ &= ~kMprv;
  return exception_pc_;
}

std::uint32_t RiscvCsrs::ready_interrupt() const {
  if (options_.vendor_interrupts) return vendor_cause != 0 ? kInterrupt | vendor_cause : 0;
  // 3.1.9: external, software, timer.
  for (const std::uint32_t number : {11U, 3U, 7U})
    if ((lines & enabled_) >> number & 1U) return kInterrupt | number;
  return 0;
}

}  // namespace mcusim
