// System control space: SysTick, NVIC and SCB registers (DDI0403E B3.2 to B3.4; DDI0419 and DDI0553
// where the profiles differ).
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "architecture.hpp"
#include "attribution.hpp"
#include "core_features.hpp"
#include "exceptions.hpp"
#include "mpu.hpp"
#include "timeline.hpp"

namespace mcusim {

// The 24-bit down counter; counts `divider` core cycles a tick.
class SysTick {
 public:
  SysTick(Timeline& timeline, int source) : timeline_(timeline), source_(source) {}

  std::uint32_t read(std::uint32_t offset, std::uint64_t now);
  void write(std::uint32_t offset, std::uint32_t value, std::uint64_t now);
  // The counter reached zero; returns whether that pends the exception.
  bool expire(std::uint64_t now);
  // The core's clock stops and starts again.
  void hold(std::uint64_t now);
  void resume(std::uint64_t now);
  void set_reference_divider(std::uint32_t cycles) { reference_divider_ = cycles; }

 private:
  std::uint32_t value(std::uint64_t now) const;
  std::uint64_t divider() const { return (control_ & 4U) != 0 ? 1 : reference_divider_; }
  void start(std::uint64_t now);

  Timeline& timeline_;
  int source_;
  std::uint32_t control_ = 0;
  std::uint32_t reload_ = 0;
  std::uint32_t latched_ = 0;  // the reload value of the count under way
  std::uint32_t stopped_value_ = 0;
  bool count_flag_ = false;
  std::uint64_t zero_at_ = 0;
  std::uint32_t reference_divider_ = 8;
};

// Registers that each security state has its own of; the only ones without the extension.
struct StateRegisters {
  StateRegisters(const Architecture& architecture, std::uint32_t mpu_regions)
      : configuration(architecture.fixed_configuration | kStackAlign),
        mpu(architecture, mpu_regions) {}

  static constexpr std::uint32_t kStackAlign = 0x200U;

  std::uint32_t vector_table = 0;
  std::uint32_t system_control = 0;  // SCR
  std::uint32_t configuration;       // CCR
  std::uint32_t coprocessor_access = 0;
  Mpu mpu;
  std::uint32_t fault_status = 0;    // CFSR; that of bus faults is in the Secure one
  std::uint32_t memory_address = 0;  // MMFAR
};

// Holds the registers of the present state as its own, those of the other one beside them.
class SystemControl : public StateRegisters {
 public:
  SystemControl(Exceptions& exceptions, Timeline& timeline, std::array<int, 2> systick_sources,
                std::uint32_t cpuid, const Architecture& architecture, const CoreOptions& options)
      : StateRegisters(architecture, options.mpu_regions),
        features(architecture, options.fpu),
        systick{SysTick(timeline, systick_sources[0]), SysTick(timeline, systick_sources[1])},
        other(architecture, options.mpu_regions),
        architecture_(architecture),
        options_(options),
        exceptions_(exceptions),
        cpuid_(cpuid) {}

  std::uint32_t read(std::uint32_t offset, std::uint32_t size, std::uint64_t now);
  void write(std::uint32_t offset, std::uint32_t size, std::uint32_t value, std::uint64_t now);

  // Fault status, set by the engine when it takes a fault of the present state.
  void report_fault(std::uint32_t cfsr, std::uint32_t hfsr, bool has_address,
                    std::uint32_t address);
  // SFSR and SFAR.
  void report_secure_fault(std::uint32_t status, bool has_address, std::uint32_t address);

  // With the Security Extension: which state the core is in.
  bool non_secure() const { return non_secure_; }
  void change_state(bool non_secure);
  // The number of an exception that is the present state's, where each has its own.
  int own(int number) const {
    return non_secure_ && Exceptions::is_banked(number) ? number + Exceptions::kOfNonSecure
                                                        : number;
  }
  const StateRegisters& of_state(bool non_secure) const {
    if (non_secure == non_secure_) return *this;
    return other;
  }
  bool any_mpu_enabled() const { return mpu.enabled() || other.mpu.enabled(); }

  CoreFeatures features;
  std::array<SysTick, 2> systick;  // the second is that of Non-secure state
  StateRegisters other;
  Attribution attribution;
  int active_exception = 0;  // IPSR
  bool reset_requested = false;
  bool mpu_changed = false;  // the memory map does not show the rules of MPU and SAU yet

  // Lazy stacking of the FPU (B1.5.7): FPCCR and FPCAR.
  bool lazy_active = false;
  std::uint32_t lazy_frame = 0;
  bool stacks_fpu() const { return (fpu_context_control_ & 1U << 31) != 0; }
  bool stacks_lazily() const { return (fpu_context_control_ & 1U << 30) != 0; }

  bool sleep_on_exit() const { return (system_control & 2U) != 0; }
  bool sleep_deep() const { return (system_control & 4U) != 0; }
  bool send_event_on_pend() const { return (system_control & 16U) != 0; }
  bool instruction_cache_enabled() const { return (configuration & 1U << 17) != 0; }
  bool data_cache_enabled() const { return (configuration & 1U << 16) != 0; }
  // On Armv6-M Unicorn's core does it.
  bool traps_unaligned() const {
    return (configuration & ~architecture_.fixed_configuration & 8U) != 0;
  }
  bool traps_division() const { return (configuration & 16U) != 0; }
  bool thread_from_nested() const { return (configuration & 1U) != 0; }
  bool user_may_pend() const { return (configuration & 2U) != 0; }
  bool stack_align() const { return (configuration & kStackAlign) != 0; }
  bool clears_fpu_on_return() const { return (fpu_context_control_ & 1U << 28) != 0; }
  bool fpu_enabled() const { return (coprocessor_access & 0xF00000U) != 0 && !fpu_withheld(); }
  // DDI0553, NSACR: CP10 and CP11 are for Non-secure code when Secure code allows it.
  bool fpu_withheld() const { return non_secure_ && (nsacr_ & 0xC00U) != 0xC00U; }

 private:
  // Whether the profile and the chip's options have a register at all; others read as zero.
  bool has(std::uint32_t offset) const;
  bool narrow_access_allowed(std::uint32_t size) const {
    return size == 4 || architecture_.narrow_accesses;
  }
  std::uint32_t read_word(std::uint32_t offset, std::uint64_t now);
  void write_word(std::uint32_t offset, std::uint32_t value, std::uint64_t now);
  std::uint32_t bytes_at(std::uint32_t aligned) const;
  std::uint32_t fpu_context_bits() const;
  std::uint32_t fpu_context_control() const;
  void write_bytes(std::uint32_t offset, std::uint32_t size, std::uint32_t value);
  void set_handler_priority(std::uint32_t number, std::uint8_t priority);
  void write_interrupt_bits(std::uint32_t offset, std::uint32_t value);
  void write_reset_control(std::uint32_t value);
  void write_sleep_control(std::uint32_t value);
  std::uint32_t interrupt_bits(std::uint32_t index, bool (Exceptions::*get)(int) const) const;
  std::uint32_t control_state() const;
  void write_control_state(std::uint32_t value);
  std::uint32_t handler_state() const;
  std::uint32_t added_in_v8() const;
  // Whether the present state may see and set BusFault, HardFault and NMI.
  bool owns_bus_faults() const { return !non_secure_ || exceptions_.faults_non_secure(); }
  // The interrupts of a word that the present state may see; words go on behind the last interrupt.
  std::uint32_t visible(std::uint32_t index) const {
    if (index >= non_secure_interrupts_.size()) return 0;
    return non_secure_ ? non_secure_interrupts_[index] : 0xFFFFFFFFU;
  }
  bool sees(int number) const;
  bool shows(int interrupt) const {
    const auto index = static_cast<std::uint32_t>(interrupt - kFirstInterrupt);
    return (visible(index / 32) >> index % 32 & 1U) != 0;
  }
  void clear_faults(std::uint32_t bits);
  std::uint32_t read_security(std::uint32_t offset) const;
  // Whether a register is Secure code's, so that nothing else is to be done.
  bool write_security(std::uint32_t offset, std::uint32_t value);
  std::uint32_t reset_control() const;
  std::uint32_t fault_bits() const;
  std::uint32_t& bus_fault_status() { return non_secure_ ? other.fault_status : fault_status; }
  void write_handler_state(std::uint32_t value);

  const Architecture& architecture_;
  CoreOptions options_;
  Exceptions& exceptions_;
  std::uint32_t cpuid_;
  bool non_secure_ = false;
  std::uint32_t secure_reset_control_ = 0;  // of AIRCR
  std::uint32_t nsacr_ = 0;
  std::array<std::uint32_t, 8> non_secure_interrupts_{};  // NVIC_ITNS
  std::uint32_t hfsr_ = 0;
  std::uint32_t bfar_ = 0;
  std::uint32_t secure_status_ = 0;                  // SFSR
  std::uint32_t secure_address_ = 0;                 // SFAR
  std::uint32_t fpu_context_control_ = 0xC0000000U;  // ASPEN, LSPEN
  std::array<std::uint32_t, 1024> stored_{};
};

}  // namespace mcusim
