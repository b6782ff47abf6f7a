// WFI and WFE, and what begins anew at a reset (DDI0403E B1.5.5, B1.5.17 to 19).
#include <memory>

#include "arm_engine.hpp"

namespace mcusim {

ArmEngine::Hint ArmEngine::hint_at(std::uint32_t address) const {
  const std::uint16_t first = halfword(address);
  // Wide hints are F3AF 80nn, narrow ones BFn0 (DDI0403E A7.7).
  const std::uint16_t number = first == 0xF3AF               ? halfword(address + 2) ^ 0x8000U
                               : (first & 0xFF0FU) == 0xBF00 ? first >> 4 & 0xFU
                                                             : 0U;
  return number <= 3 ? static_cast<Hint>(number) : Hint::kNone;
}

ArmEngine::Hint ArmEngine::hint_before(std::uint32_t pc) const {
  const Hint wide = halfword(pc - 4) == 0xF3AF ? hint_at(pc - 4) : Hint::kNone;
  return wide != Hint::kNone ? wide : hint_at(pc - 2);
}

bool ArmEngine::woken() {
  if (exceptions.take_newly_pending() && system.send_event_on_pend()) event_register_ = true;
  // WFI looks past PRIMASK (B1.5.19); WFE does not, but has its event register (B1.5.18).
  if (!sleep_for_event_) return exceptions.wakes(masks());
  return event_register_ || (exceptions.anything_ready() && exceptions.next(masks()) != 0);
}

void ArmEngine::sleep_ends() {
  if (sleep_for_event_) event_register_ = false;
}

void ArmEngine::hold_timer() {
  for (SysTick& timer : system.systick) timer.hold(accountant.cycles);
}

void ArmEngine::resume_timer() {
  for (SysTick& timer : system.systick) timer.resume(accountant.cycles);
}

bool ArmEngine::waits_for_interrupt(std::uint32_t pc) {
  if (hint_before(pc) != Hint::kWfi) return false;
  resume_at_ = pc;
  sleep_for_event_ = false;
  return sleep();
}

bool ArmEngine::hint(std::uint32_t pc) {
  // Unicorn takes WFE and YIELD for undefined, once it has gone past them. Where nothing has run
  // since the last hint, it is what follows that is undefined.
  const Hint found = hint_before(pc);
  if (found != Hint::kWfe && found != Hint::kYield) return false;
  if (pc == last_hint_pc_ && accountant.instructions == last_hint_count_) return false;
  last_hint_pc_ = pc;
  last_hint_count_ = accountant.instructions;
  accountant.settle();
  resume_at_ = pc;
  sleep_for_event_ = found == Hint::kWfe;
  // With nothing to come, WFE goes on: it may wake up for no reason (B1.5.18). In deep sleep, where
  // clocks stand still, it is as final as WFI.
  const bool sleeps =
      system.sleep_deep() || woken() || timeline.next() != Timeline::kNever || other_may_wake();
  if (sleep_for_event_ && sleeps && !sleep() && !dozing_deep_) wake_up();
  return true;
}

void ArmEngine::request_reset() {
  system.reset_requested = true;
  attend();
}

void ArmEngine::reset() {
  restart();
  event_register_ = locked_up_ = mpu_denied_ = false;
  violation_ = 0;
  bus_denied_ = false;
  filter.reset();
  for (const int source : systick_sources_) timeline.cancel(source);
  if (options_.security && system.non_secure()) switch_state(false);
  const bool rules_were_on = system.any_mpu_enabled() || filtered_;
  Attribution attribution = system.attribution;
  attribution.reset();
  CoreFeatures features = system.features;
  features.reset();
  exceptions = Exceptions(priority_bits_, options_.interrupts);
  // Anew in its place: it holds references.
  std::destroy_at(&system);
  std::construct_at(&system, exceptions, timeline, systick_sources_, cpuid_, architecture_,
                    options_);
  system.attribution = attribution;
  system.mpu_changed = rules_were_on;
  system.features = features;
  if (MemorySystem* memories = accountant.memories()) {
    memories->icache.set_enabled(false);
    memories->dcache.set_enabled(false);
  }
  reset_registers();
}

}  // namespace mcusim
