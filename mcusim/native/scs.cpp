#include "scs.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kEnable = 1U;
constexpr std::uint32_t kTickInt = 2U;
constexpr std::uint32_t kClockSource = 4U;
constexpr std::uint32_t kCountFlag = 1U << 16;
constexpr std::uint32_t k24Bits = 0xFFFFFFU;

// Offsets within the space.
constexpr std::uint32_t kIctr = 0x004, kSysTickFirst = 0x010, kSysTickLast = 0x01C;
constexpr std::uint32_t kIser = 0x100, kIcer = 0x180, kIspr = 0x200, kIcpr = 0x280;
constexpr std::uint32_t kIabr = 0x300, kIpr = 0x400, kIprEnd = 0x4F0;
constexpr std::uint32_t kCpuid = 0xD00, kIcsr = 0xD04, kVtor = 0xD08, kAircr = 0xD0C;
constexpr std::uint32_t kScr = 0xD10, kCcr = 0xD14, kShpr = 0xD18, kShprEnd = 0xD24;
constexpr std::uint32_t kShcsr = 0xD24, kCfsr = 0xD28, kHfsr = 0xD2C;
constexpr std::uint32_t kMmfar = 0xD34, kBfar = 0xD38, kCpacr = 0xD88, kStir = 0xF00;
constexpr std::uint32_t kMpuFirst = 0xD90, kMpuEnd = 0xDC8;
constexpr std::uint32_t kFpccr = 0xF34, kFpcar = 0xF38;
constexpr std::uint32_t kActlr = 0x008, kNsacr = 0xD8C, kSecurityFirst = 0xDD0;
constexpr std::uint32_t kSecurityEnd = 0xDEC, kItns = 0x380;
constexpr std::uint32_t kSecureFpuBits = 0x2C000004U;  // of FPCCR: LSPENS, CLRONRETS, TS and S
constexpr std::uint32_t kSleepDeep = 4U, kSleepDeepSecure = 8U;  // of SCR

constexpr std::uint32_t kBusFaultBits = 0xFF00U;  // of CFSR
constexpr std::uint32_t kVectKeyStat = 0xFA05;

bool is_byte_register(std::uint32_t offset) {
  return (offset >= kIpr && offset < kIprEnd) || (offset >= kShpr && offset < kShprEnd) ||
         (offset >= kCfsr && offset < kHfsr);
}

}  // namespace

std::uint32_t SysTick::value(std::uint64_t now) const {
  if ((control_ & kEnable) == 0) return stopped_value_;
  if (now >= zero_at_) return 0;  // and stays there, without a value to reload
  const std::uint64_t ticks = (zero_at_ - now + divider() - 1) / divider();
  return ticks > latched_ ? 0 : static_cast<std::uint32_t>(ticks);
}

void SysTick::start(std::uint64_t now) {
  // From zero the counter first reloads, which takes a tick of its own.
  const std::uint64_t ticks = stopped_value_ != 0 ? stopped_value_ : std::uint64_t{reload_} + 1;
  latched_ = stopped_value_ != 0 ? stopped_value_ : reload_;
  zero_at_ = now + ticks * divider();
  if (reload_ == 0 && stopped_value_ == 0) return timeline_.cancel(source_);
  timeline_.schedule(source_, zero_at_);
}

std::uint32_t SysTick::read(std::uint32_t offset, std::uint64_t now) {
  switch (offset) {
    case 0x0: {
      const std::uint32_t result = control_ | (count_flag_ ? kCountFlag : 0);
      count_flag_ = false;
      return result;
    }
    case 0x4:
      return reload_;
    case 0x8:
      return value(now);
    default:
      return 0x40000000U;  // CALIB: the value for 10 ms is not exact
  }
}

void SysTick::write(std::uint32_t offset, std::uint32_t word, std::uint64_t now) {
  if (offset == 0x4) {
    const bool held = (control_ & kEnable) != 0 && reload_ == 0 && value(now) == 0;
    reload_ = word & k24Bits;
    if (held) {  // B3.3.1: it loads the new value with the next tick
      stopped_value_ = 0;
      start(now);
    }
    return;
  }
  if (offset == 0x8) {
    stopped_value_ = 0;  // any write clears it
    count_flag_ = false;
    if ((control_ & kEnable) != 0) start(now);
    return;
  }
  if (offset != 0x0) return;
  stopped_value_ = value(now);
  const std::uint32_t was = control_;
  control_ = word & (kEnable | kTickInt | kClockSource);
  // TICKINT alone leaves the count as it is.
  if (((was ^ control_) & (kEnable | kClockSource)) == 0) return;
  if ((control_ & kEnable) != 0)
    start(now);
  else
    timeline_.cancel(source_);
}

void SysTick::hold(std::uint64_t now) {
  if ((control_ & kEnable) == 0) return;
  stopped_value_ = value(now);
  timeline_.cancel(source_);
}

void SysTick::resume(std::uint64_t now) {
  if ((control_ & kEnable) != 0) start(now);
}

bool SysTick::expire(std::uint64_t now) {
  count_flag_ = true;
  stopped_value_ = 0;
  if (reload_ != 0) {
    latched_ = reload_;
    // A long block may have seen it pass zero several times.
    const std::uint64_t period = (std::uint64_t{reload_} + 1) * divider();
    zero_at_ += ((now - zero_at_) / period + 1) * period;
    timeline_.schedule(source_, zero_at_);
  }
  return (control_ & kTickInt) != 0;
}

std::uint32_t SystemControl::interrupt_bits(std::uint32_t index,
                                            bool (Exceptions::*get)(int) const) const {
  std::uint32_t word = 0;
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    const std::uint32_t number = kFirstInterrupt + index * 32 + bit;
    if (exceptions_.exists(static_cast<int>(number)) &&
        (exceptions_.*get)(static_cast<int>(number)))
      word |= 1U << bit;
  }
  return word & visible(index);
}

std::uint32_t SystemControl::control_state() const {
  std::uint32_t word = static_cast<std::uint32_t>(active_exception);
  if (architecture_.configurable_faults && exceptions_.active_count() <= 1)
    word |= 1U << 11;  // RETTOBASE
  const int urgent = exceptions_.most_urgent();
  word |= static_cast<std::uint32_t>(Exceptions::plain(urgent)) << 12;
  if (Exceptions::plain(urgent) >= kFirstInterrupt) word |= 1U << 22;  // ISRPENDING
  if (exceptions_.pending(own(kSysTick))) word |= 1U << 26;
  if (exceptions_.pending(own(kPendSv))) word |= 1U << 28;
  if (exceptions_.pending(kNmi) && owns_bus_faults()) word |= 1U << 31;
  return word;
}

void SystemControl::write_control_state(std::uint32_t value) {
  if (owns_bus_faults()) {
    if ((value >> 31 & 1U) != 0) exceptions_.set_pending(kNmi);
    if ((value >> 30 & 1U) != 0 && architecture_.profile == Profile::kV8M)
      exceptions_.clear_pending(kNmi);
  }
  if ((value >> 28 & 1U) != 0) exceptions_.set_pending(own(kPendSv));
  if ((value >> 27 & 1U) != 0) exceptions_.clear_pending(own(kPendSv));
  if ((value >> 26 & 1U) != 0) exceptions_.set_pending(own(kSysTick));
  if ((value >> 25 & 1U) != 0) exceptions_.clear_pending(own(kSysTick));
}

namespace {

// B3.2.13: all bits may be written; context switching of operating systems relies on it. The last
// is of Secure code alone (DDI0553, SHCSR).
struct HandlerBits {
  int exception;
  int active;
  int pending;
  int enabled;
};
constexpr HandlerBits kHandlerBits[] = {
    {kMemManage, 0, 13, 16}, {kBusFault, 1, 14, 17}, {kUsageFault, 3, 12, 18}, {kSvCall, 7, 15, -1},
    {kPendSv, 10, -1, -1},   {kSysTick, 11, -1, -1}, {kSecureFault, 4, 20, 19}};

}  // namespace

bool SystemControl::sees(int number) const {
  if (number == kSecureFault) return options_.security && !non_secure_;
  return number != kBusFault || owns_bus_faults();
}

std::uint32_t SystemControl::handler_state() const {
  const auto bit = [](bool on, int at) { return on && at >= 0 ? 1U << at : 0U; };
  std::uint32_t word = added_in_v8();
  for (const auto& [exception, active, pending, enabled] : kHandlerBits) {
    if (!sees(exception)) continue;
    const int number = own(exception);
    word |= bit(exceptions_.active(number), active) | bit(exceptions_.pending(number), pending) |
            bit(exceptions_.enabled(number), enabled);
  }
  return word;
}

std::uint32_t SystemControl::added_in_v8() const {
  // DDI0553, SHCSR: HARDFAULTACT, NMIACT and HARDFAULTPENDED.
  if (architecture_.profile != Profile::kV8M) return 0;
  const Exceptions& e = exceptions_;
  const int hard = own(kHardFault);
  return (e.active(hard) ? 1U << 2 : 0U) | (e.active(kNmi) && owns_bus_faults() ? 1U << 5 : 0U) |
         (e.pending(hard) ? 1U << 21 : 0U);
}

void SystemControl::write_handler_state(std::uint32_t value) {
  for (const auto& [exception, active, pending, enabled] : kHandlerBits) {
    if (!sees(exception)) continue;
    const int number = own(exception);
    exceptions_.set_active(number, (value >> active & 1U) != 0);
    if (enabled >= 0) exceptions_.set_enabled(number, (value >> enabled & 1U) != 0);
    if (pending < 0) continue;
    if ((value >> pending & 1U) != 0)
      exceptions_.set_pending(number);
    else
      exceptions_.clear_pending(number);
  }
}

std::uint32_t SystemControl::fpu_context_bits() const {
  // ASPEN and LSPEN; CLRONRET; LSPENS, CLRONRETS, TS and S.
  if (architecture_.profile != Profile::kV8M) return 0xC0000000U;
  return options_.security ? 0xFC000004U : 0xD0000000U;
}

std::uint32_t SystemControl::fpu_context_control() const {
  return fpu_context_control_ | (lazy_active ? 1U : 0U);
}

void SystemControl::report_fault(std::uint32_t cfsr, std::uint32_t hfsr, bool has_address,
                                 std::uint32_t address) {
  if (!architecture_.configurable_faults) return;
  fault_status |= cfsr & ~kBusFaultBits;
  bus_fault_status() |= cfsr & kBusFaultBits;
  hfsr_ |= hfsr;
  if (!has_address) return;
  if ((cfsr & 0xFFU) != 0) memory_address = address;
  if ((cfsr & kBusFaultBits) != 0) bfar_ = address;
}

bool SystemControl::has(std::uint32_t offset) const {
  const bool timer = offset >= kSysTickFirst && offset <= kSysTickLast;
  const bool protection = offset >= kMpuFirst && offset < kMpuEnd;
  if (timer && !options_.systick) return false;
  if (protection && options_.mpu_regions == 0) return false;
  if (offset == kVtor && !options_.vector_table_register) return false;
  if (architecture_.profile == Profile::kV8M && options_.security) return true;
  if (architecture_.profile == Profile::kV8M)
    return !(offset >= kItns && offset < kIpr) &&
           !(offset >= kSecurityFirst && offset < kSecurityEnd);
  if (architecture_.profile == Profile::kV7M) return true;
  // DDI0419, B3.2.2, B3.3.2, B3.4.2 and B3.5.3: all registers that there are.
  const bool interrupts = offset == kIser || offset == kIcer || offset == kIspr || offset == kIcpr;
  const bool priorities = offset >= kIpr && offset < kIpr + 32;
  const bool handlers = offset == kShpr + 4 || offset == kShpr + 8;
  const bool control = offset >= kCpuid && offset <= kCcr;
  return timer || interrupts || priorities || handlers || control || offset == kActlr ||
         (protection && offset < kMpuFirst + 0x14U);
}

std::uint32_t SystemControl::read_word(std::uint32_t offset, std::uint64_t now) {
  if (!has(offset)) return 0;
  const std::uint32_t index = (offset & 0x7FU) / 4;
  if (offset >= kSysTickFirst && offset <= kSysTickLast)
    return systick[non_secure_].read(offset - kSysTickFirst, now);
  if (offset >= kIser && offset < kIspr) return interrupt_bits(index, &Exceptions::enabled);
  if (offset >= kIspr && offset < kIabr) return interrupt_bits(index, &Exceptions::pending);
  if (offset >= kIabr && offset < 0x340) return interrupt_bits(index, &Exceptions::active);
  if (offset >= kMpuFirst && offset < kMpuEnd) return mpu.read(offset - kMpuFirst);
  if (CoreFeatures::owns(offset)) return features.read(offset);
  if (options_.security && ((offset >= kItns && offset < kIpr) || offset == kNsacr ||
                            (offset >= kSecurityFirst && offset < kSecurityEnd)))
    return read_security(offset);
  switch (offset) {
    case kIctr:
      return static_cast<std::uint32_t>(exceptions_.interrupts() + 31) / 32 - 1;
    case kCpuid:
      return cpuid_;
    case kIcsr:
      return control_state();
    case kVtor:
      return vector_table;
    case kAircr:
      return kVectKeyStat << 16 | reset_control();
    case kScr:
      return system_control;
    case kCcr:
      return configuration;
    case kShcsr:
      return handler_state();
    case kCfsr:
      return fault_bits();
    case kHfsr:
      return owns_bus_faults() ? hfsr_ : 0;
    case kMmfar:
      return memory_address;
    case kBfar:
      return owns_bus_faults() ? bfar_ : 0;
    case kCpacr:
      return coprocessor_access;
    case kFpccr:
      return fpu_context_control() & ~(non_secure_ ? kSecureFpuBits : 0U);
    case kFpcar:
      return lazy_frame;
    default:
      return stored_[offset / 4];
  }
}

std::uint32_t SystemControl::bytes_at(std::uint32_t aligned) const {
  const bool system = aligned < kIpr || aligned >= kIprEnd;
  const int first =
      static_cast<int>(system ? 4 + aligned - kShpr : kFirstInterrupt + aligned - kIpr);
  std::uint32_t word = 0;
  for (int k = 0; k < 4; ++k)
    if (system ? sees(first + k) : shows(first + k))
      word |= std::uint32_t{exceptions_.priority(own(first + k))} << (8 * k);
  return word;
}

std::uint32_t SystemControl::read(std::uint32_t offset, std::uint32_t size, std::uint64_t now) {
  if (offset >= 0x1000 || !narrow_access_allowed(size)) return 0;
  const std::uint32_t aligned = offset & ~3U;
  const bool priorities = is_byte_register(aligned) && aligned != kCfsr && has(aligned);
  std::uint32_t word = priorities ? bytes_at(aligned) : read_word(aligned, now);
  word >>= 8 * (offset & 3U);
  return size == 4 ? word : word & ((1U << (8 * size)) - 1U);
}

void SystemControl::write(std::uint32_t offset, std::uint32_t size, std::uint32_t value,
                          std::uint64_t now) {
  // On Armv6-M a narrow access is UNPREDICTABLE (DDI0419 B3.1.1).
  if (offset >= 0x1000 || !narrow_access_allowed(size) || !has(offset & ~3U)) return;
  if (is_byte_register(offset)) return write_bytes(offset, size, value);
  // Other registers take words (B3.1.1); a smaller write reaches its own bits alone.
  write_word(offset & ~3U, value << (8 * (offset & 3U)), now);
}

void SystemControl::write_bytes(std::uint32_t offset, std::uint32_t size, std::uint32_t value) {
  for (std::uint32_t k = 0; k < size; ++k) {
    const auto byte = static_cast<std::uint8_t>(value >> (8 * k));
    const std::uint32_t at = offset + k;
    if (at >= kCfsr && at < kHfsr)
      clear_faults(std::uint32_t{byte} << (8 * (at - kCfsr)));  // write one to clear
    else if (at >= kShpr && at < kShprEnd)
      set_handler_priority(4 + at - kShpr, byte);
    else if (const int number = static_cast<int>(kFirstInterrupt + at - kIpr);
             exceptions_.exists(number) && shows(number))
      exceptions_.set_priority(number, byte);
  }
}

void SystemControl::set_handler_priority(std::uint32_t number, std::uint8_t priority) {
  const int exception = static_cast<int>(number);
  if ((architecture_.handlers >> number & 1U) != 0 && sees(exception))
    exceptions_.set_priority(own(exception), priority);
}

void SystemControl::write_interrupt_bits(std::uint32_t offset, std::uint32_t value) {
  value &= visible((offset & 0x7FU) / 4);
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    if ((value >> bit & 1U) == 0) continue;
    const int number = static_cast<int>(kFirstInterrupt + (offset & 0x7FU) * 8 + bit);
    if (!exceptions_.exists(number)) return;
    if (offset < kIcer)
      exceptions_.set_enabled(number, true);
    else if (offset < kIspr)
      exceptions_.set_enabled(number, false);
    else if (offset < kIcpr)
      exceptions_.set_pending(number);
    else
      exceptions_.clear_pending(number);
  }
}

void SystemControl::write_sleep_control(std::uint32_t value) {
  const std::uint32_t bits = options_.security && !non_secure_ ? 0x1EU : 0x16U;
  system_control = value & bits;
  if (!options_.security) return;
  // DDI0553, SCR: SLEEPDEEP is one for both states, and Secure code's if SLEEPDEEPS says so.
  if (non_secure_ && (other.system_control & kSleepDeepSecure) != 0)
    system_control = value & bits & ~kSleepDeep;
  else
    other.system_control = (other.system_control & ~kSleepDeep) | (value & kSleepDeep);
}

void SystemControl::write_word(std::uint32_t offset, std::uint32_t value, std::uint64_t now) {
  if (offset >= kSysTickFirst && offset <= kSysTickLast)
    return systick[non_secure_].write(offset - kSysTickFirst, value, now);
  if (offset >= kIser && offset < kIabr) return write_interrupt_bits(offset, value);
  if (offset >= kMpuFirst && offset < kMpuEnd) {
    mpu_changed = mpu.write(offset - kMpuFirst, value) || mpu_changed;
    return;
  }
  if (CoreFeatures::owns(offset)) return features.write(offset, value);
  if (options_.security && write_security(offset, value)) return;
  switch (offset) {
    case kIcsr:
      return write_control_state(value);
    case kVtor:
      vector_table = value & architecture_.vector_table_bits;
      return;
    case kAircr:
      return write_reset_control(value);
    case kScr:
      return write_sleep_control(value);
    case kCcr:
      configuration =
          (value & (architecture_.configuration_bits | (features.has_caches() ? 0x30000U : 0U))) |
          architecture_.fixed_configuration;
      return;
    case kShcsr:
      return write_handler_state(value);
    case kHfsr:
      if (owns_bus_faults()) hfsr_ &= ~value;
      return;
    case kMmfar:
      memory_address = value;
      return;
    case kBfar:
      if (owns_bus_faults()) bfar_ = value;
      return;
    case kCpacr:
      coprocessor_access = value & ((options_.fpu ? 0xF00000U : 0) | options_.coprocessors);
      return;
    case kFpccr:
      if (non_secure_) value = (value & ~kSecureFpuBits) | (fpu_context_control_ & kSecureFpuBits);
      fpu_context_control_ = value & fpu_context_bits();
      lazy_active = (value & 1U) != 0;
      return;
    case kFpcar:
      lazy_frame = value & ~7U;
      return;
    case kStir:
      if (const int number = static_cast<int>(kFirstInterrupt + (value & 0x1FFU));
          exceptions_.exists(number) && shows(number))
        exceptions_.set_pending(number);
      return;
    default:
      stored_[offset / 4] = value;
  }
}

}  // namespace mcusim
