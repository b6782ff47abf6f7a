// Control and status registers of a RISC-V hart with machine mode and perhaps user mode.
//
// The RISC-V Instruction Set Manual, Volume II: Privileged Architecture, version 20211203; numbers
// of sections are its.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "pmp.hpp"

namespace mcusim {

// One that the architecture leaves to the vendor.
struct CustomCsr {
  std::uint32_t number;
  std::uint32_t writable;  // bits
  std::uint32_t at_reset;
  bool counts_cycles;
};

// What the chip's maker chose for the hart.
struct RiscvOptions {
  std::uint32_t misa = 0;
  std::uint32_t vendor_id = 0;
  std::uint32_t architecture_id = 0;
  std::uint32_t implementation_id = 0;
  std::uint32_t vector_alignment = 4;  // of mtvec.BASE in vectored mode, bytes
  std::uint32_t pmp_regions = 0;
  std::uint32_t trap_cycles = 0;  // from the instruction that does not execute to the handler
  bool vectored_only = false;
  bool counters = true;            // mcycle, minstret and what user mode sees of them
  bool counter_inhibit = true;     // mcountinhibit
  bool vendor_interrupts = false;  // mie and mip are missing: another controller names the cause
  bool traps_misaligned = false;   // loads and stores; else the hart splits them
  std::vector<CustomCsr> custom;

  bool has(char extension) const { return (misa >> (extension - 'A') & 1U) != 0; }
};

// Cycles and retired instructions, as the counters see them.
struct Moment {
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
};

enum RiscvCause : std::uint32_t {  // 3.1.15
  kInstructionFault = 1,
  kIllegalInstruction = 2,
  kBreakpoint = 3,
  kLoadMisaligned = 4,
  kLoadFault = 5,
  kStoreMisaligned = 6,
  kStoreFault = 7,
  kUserCall = 8,
  kMachineCall = 11,
};

class RiscvCsrs {
 public:
  static constexpr std::uint32_t kUser = 0, kMachine = 3;  // levels of privilege
  static constexpr std::uint32_t kInterrupt = 1U << 31;    // in mcause
  static constexpr std::uint32_t kFpuState = 3U << 13;     // mstatus.FS

  explicit RiscvCsrs(const RiscvOptions& options) : pmp(options.pmp_regions), options_(options) {
    reset();
  }

  // The state of 3.4.
  void reset();
  void restart_counters(const Moment& now);
  // Whether an access does not trap.
  bool may_access(std::uint32_t number, bool writes) const;
  std::uint32_t read(std::uint32_t number, const Moment& before) const;
  // `after`: when the instruction that writes is over.
  void write(std::uint32_t number, std::uint32_t value, const Moment& after);

  // Goes to machine mode; returns where the handler begins.
  std::uint32_t enter_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value);
  std::uint32_t handler(std::uint32_t cause) const;
  // MRET; returns where execution goes on.
  std::uint32_t leave_trap();

  // The cause of the interrupt that is to be taken now, whatever is masked by mstatus; 0: none.
  std::uint32_t ready_interrupt() const;
  bool interrupts_enabled() const { return privilege < kMachine || (status_ & kMie) != 0; }
  bool waits_may_trap() const { return (status_ & kTw) != 0; }
  // The level whose loads and stores are allowed (3.1.6.3).
  std::uint32_t data_privilege() const {
    return (status_ & kMprv) != 0 ? status_ >> 11 & 3U : privilege;
  }

  std::uint32_t privilege = kMachine;
  std::uint32_t lines = 0;              // mip
  std::uint32_t vendor_cause = 0;       // of a vendor's controller
  std::uint32_t* fpu_state = nullptr;   // mstatus of Unicorn's core, which has FS
  std::function<std::uint64_t()> time;  // mtime, where the hart sees it
  Pmp pmp;

 private:
  static constexpr std::uint32_t kMie = 1U << 3, kMpie = 1U << 7, kMpp = 3U << 11;
  static constexpr std::uint32_t kMprv = 1U << 17, kTw = 1U << 21;

  bool exists(std::uint32_t number) const;
  bool counter_exists(std::uint32_t number) const;
  const CustomCsr* custom(std::uint32_t number) const;
  std::uint32_t status() const;
  void write_status(std::uint32_t value);
  void write_vector(std::uint32_t value);
  std::optional<std::uint64_t> counter(std::uint32_t number, const Moment& now) const;
  void write_counter(std::uint32_t number, std::uint32_t value, const Moment& after);
  void write_inhibit(std::uint32_t value, const Moment& after);
  std::uint32_t read_protection(std::uint32_t number) const;
  void write_protection(std::uint32_t number, std::uint32_t value);

  RiscvOptions options_;
  std::uint32_t status_ = 0;
  std::uint32_t enabled_ = 0;  // mie
  std::uint32_t vector_ = 0;
  std::uint32_t counter_enable_ = 0;
  std::uint32_t inhibit_ = 0;
  std::uint32_t scratch_ = 0;
  std::uint32_t exception_pc_ = 0;
  std::uint32_t cause_ = 0;
  std::uint32_t trap_value_ = 0;
  // What is added to the run's counts; while inhibited, the counter itself.
  std::uint64_t cycle_base_ = 0;
  std::uint64_t instruction_base_ = 0;
  std::vector<std::uint64_t> custom_;  // values, or bases of counters
};

}  // namespace mcusim
