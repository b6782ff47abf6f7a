// Sleep, and what begins anew at a reset (DDI0403E B1.5.5, B1.5.17 to 19).
#include <algorithm>
#include <memory>

#include "engine.hpp"

namespace mcusim {

std::uint16_t Engine::halfword(std::uint32_t address) const {
  const Memory* memory = memory_at(address, 2);
  if (memory == nullptr) return 0;
  const std::uint8_t* code = memory->host + (address - memory->base);
  return static_cast<std::uint16_t>(code[0] | code[1] << 8);
}

Engine::Hint Engine::hint_at(std::uint32_t address) const {
  const std::uint16_t first = halfword(address);
  // Wide hints are F3AF 80nn, narrow ones BFn0 (DDI0403E A7.7).
  const std::uint16_t number = first == 0xF3AF               ? halfword(address + 2) ^ 0x8000U
                               : (first & 0xFF0FU) == 0xBF00 ? first >> 4 & 0xFU
                                                             : 0U;
  return number <= 3 ? static_cast<Hint>(number) : Hint::kNone;
}

Engine::Hint Engine::hint_before(std::uint32_t pc) const {
  const Hint wide = halfword(pc - 4) == 0xF3AF ? hint_at(pc - 4) : Hint::kNone;
  return wide != Hint::kNone ? wide : hint_at(pc - 2);
}

bool Engine::woken() {
  if (exceptions.take_newly_pending() && system.send_event_on_pend()) event_register_ = true;
  // WFI looks past PRIMASK (B1.5.19); WFE does not, but has its event register (B1.5.18).
  if (!sleep_for_event_) return exceptions.wakes(masks());
  return event_register_ || (exceptions.anything_ready() && exceptions.next(masks()) != 0);
}

bool Engine::sleep() {
  sleeping_ = false;
  while (!woken()) {
    if (accountant.at_limit()) {
      // The end of a slice is no reason to wake up.
      sleep_interrupted_ = true;
      return true;
    }
    doze();
    if (accountant.at_limit()) continue;
    if (timeline.next() == Timeline::kNever) return false;
    sleep_to_next_event();
    if (system.reset_requested) break;
  }
  if (sleep_for_event_) event_register_ = false;
  wake_up();
  accountant.look_soon();
  return true;
}

void Engine::sleep_to_next_event() {
  accountant.sleep_until(std::min(timeline.next(), accountant.limit()));
  run_events();
}

void Engine::set_sleep(bool systick, std::uint64_t wake_cycles) {
  systick_in_sleep_ = systick;
  wake_cycles_ = wake_cycles;
}

void Engine::doze() {
  if (dozing_) return;
  dozing_ = true;
  dozing_deep_ = system.sleep_deep();
  if (dozing_deep_ || !systick_in_sleep_) system.systick.hold(accountant.cycles);
  if (dozing_deep_ && deep_sleep) deep_sleep(true);
}

void Engine::wake_up() {
  if (!dozing_) return;
  dozing_ = false;
  if (dozing_deep_ && deep_sleep)
    deep_sleep(false);
  else
    accountant.wake_up(wake_cycles_);
  if (dozing_deep_ || !systick_in_sleep_) system.systick.resume(accountant.cycles);
}

bool Engine::idle() {
  while (!system.reset_requested && !accountant.at_limit()) {
    if (timeline.next() == Timeline::kNever) return false;
    sleep_to_next_event();
  }
  return true;
}

bool Engine::waits_for_interrupt(std::uint32_t pc) {
  if (hint_before(pc) != Hint::kWfi) return false;
  resume_at_ = pc;
  sleep_for_event_ = false;
  if (!sleep()) return false;
  accountant.settle();
  return true;
}

bool Engine::hint(std::uint32_t pc) {
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
  const bool sleeps = system.sleep_deep() || woken() || timeline.next() != Timeline::kNever;
  if (sleep_for_event_ && sleeps && !sleep() && !dozing_deep_) wake_up();
  return true;
}

void Engine::request_reset() {
  system.reset_requested = true;
  attend();
}

void Engine::reset() {
  accountant.reset();
  published = PublishedRegisters{};
  dozing_ = sleeping_ = sleep_interrupted_ = event_register_ = locked_up_ = mpu_denied_ = false;
  timeline.cancel(systick_source_);
  const bool mpu_was_on = system.mpu.enabled();
  CoreFeatures features = system.features;
  features.reset();
  exceptions = Exceptions(priority_bits_, options_.interrupts);
  // Anew in its place: it holds references.
  std::destroy_at(&system);
  std::construct_at(&system, exceptions, timeline, systick_source_, cpuid_, architecture_,
                    options_);
  system.mpu_changed = mpu_was_on;
  system.features = features;
  if (MemorySystem* memories = accountant.memories()) {
    memories->icache.set_enabled(false);
    memories->dcache.set_enabled(false);
  }
  reset_registers();
}

}  // namespace mcusim
