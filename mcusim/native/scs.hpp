// System control space: SysTick, NVIC and SCB registers (DDI0403E B3.2 to B3.4; DDI0419 and DDI0553
// where the profiles differ).
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "architecture.hpp"
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
  // Whether it got to zero in the block under way, and asks for its exception.
  bool is_due(std::uint64_t now) const;
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

class SystemControl {
 public:
  SystemControl(Exceptions& exceptions, Timeline& timeline, int systick_source, std::uint32_t cpuid,
                const Architecture& architecture, const CoreOptions& options)
      : features(architecture, options.fpu),
        systick(timeline, systick_source),
        configuration(architecture.fixed_configuration | kStackAlign),
        mpu(architecture, options.mpu_regions),
        architecture_(architecture),
        options_(options),
        exceptions_(exceptions),
        cpuid_(cpuid) {}

  std::uint32_t read(std::uint32_t offset, std::uint32_t size, std::uint64_t now);
  void write(std::uint32_t offset, std::uint32_t size, std::uint32_t value, std::uint64_t now);

  // Fault status, set by the engine when it takes a fault.
  void report_fault(std::uint32_t cfsr, std::uint32_t hfsr, bool has_address,
                    std::uint32_t address);

  CoreFeatures features;
  SysTick systick;
  std::uint32_t vector_table = 0;
  int active_exception = 0;          // IPSR
  std::uint32_t system_control = 0;  // SCR
  std::uint32_t configuration;       // CCR
  std::uint32_t coprocessor_access = 0;
  bool reset_requested = false;
  Mpu mpu;
  bool mpu_changed = false;  // the memory map does not show the MPU's rules yet

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
  std::uint32_t fault_status() const { return cfsr_; }
  bool stack_align() const { return (configuration & kStackAlign) != 0; }
  bool clears_fpu_on_return() const { return (fpu_context_control_ & 1U << 28) != 0; }
  bool fpu_enabled() const { return (coprocessor_access & 0xF00000U) != 0; }

 private:
  static constexpr std::uint32_t kStackAlign = 0x200U;

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
  std::uint32_t interrupt_bits(std::uint32_t index, bool (Exceptions::*get)(int) const) const;
  std::uint32_t control_state(std::uint64_t now) const;
  void write_control_state(std::uint32_t value);
  std::uint32_t handler_state() const;
  std::uint32_t added_in_v8() const;
  void write_handler_state(std::uint32_t value);

  const Architecture& architecture_;
  CoreOptions options_;
  Exceptions& exceptions_;
  std::uint32_t cpuid_;
  std::uint32_t secure_reset_control_ = 0;  // of AIRCR
  std::uint32_t cfsr_ = 0;
  std::uint32_t hfsr_ = 0;
  std::uint32_t mmfar_ = 0;
  std::uint32_t bfar_ = 0;
  std::uint32_t fpu_context_control_ = 0xC0000000U;  // ASPEN, LSPEN
  std::array<std::uint32_t, 1024> stored_{};
};

}  // namespace mcusim
