// Time that passes without the core.
#include <algorithm>

#include "unicorn_engine.hpp"

namespace mcusim {

bool Engine::sleep() {
  sleeping_ = false;
  if (signals_) signal_other();
  // The time of the block that ends here is its own, the sleep's is not.
  accountant.settle();
  // What came in the block that ends here keeps the core awake.
  run_events();
  while (!woken()) {
    if (accountant.at_limit()) {
      // The end of a slice is no reason to wake up.
      sleep_interrupted_ = true;
      return true;
    }
    doze();
    if (accountant.at_limit()) continue;
    if (timeline.next() == Timeline::kNever && !other_may_wake()) return false;
    sleep_to_next_event();
    if (reset_requested()) break;
  }
  sleep_ends();
  wake_up();
  accountant.look_soon();
  return true;
}

void Engine::sleep_to_next_event() {
  const std::uint64_t until = std::min(timeline.next(), accountant.limit());
  accountant.sleep_until(follower_ != nullptr ? let_follower_run(until) : until);
  run_events();
}

void Engine::set_sleep(bool timer, std::uint64_t wake_cycles) {
  timer_in_sleep_ = timer;
  wake_cycles_ = wake_cycles;
}

void Engine::doze() {
  if (dozing_) return;
  dozing_ = true;
  dozing_deep_ = sleep_deep();
  // It may have been what the other one waited for.
  if (leader_ != nullptr && leader_->waits_) leader_->call_back();
  if (dozing_deep_ || !timer_in_sleep_) hold_timer();
  if (dozing_deep_ && deep_sleep) deep_sleep(true);
}

void Engine::wake_up() {
  if (!dozing_) return;
  dozing_ = false;
  if (dozing_deep_ && deep_sleep)
    deep_sleep(false);
  else
    accountant.wake_up(wake_cycles_);
  if (dozing_deep_ || !timer_in_sleep_) resume_timer();
}

bool Engine::idle() {
  while (!reset_requested() && !accountant.at_limit()) {
    if (timeline.next() == Timeline::kNever) return false;
    sleep_to_next_event();
  }
  return true;
}

}  // namespace mcusim
