// Two cores that share memories, devices and time.
//
// One leads. At its blocks the other, its follower, is at most a turn behind; before the leader
// reaches a device, an event comes due or an event is sent, the follower catches up. While the
// leader sleeps the follower runs alone, and calls it back when something concerns it. So accesses
// of devices happen in the order of time, but for the rest of a block.
#include <algorithm>
#include <utility>

#include "unicorn_engine.hpp"

namespace mcusim {

void Engine::lead(Engine& other) {
  for (const Memory& memory : memories_) {
    other.memories_.push_back(memory);
    other.memories_.back().owner = false;
    check(
        uc_mem_map_ptr(other.uc_.get(), memory.base, memory.size, memory.permissions, memory.host),
        "sharing memory");
  }
  other.accountant.share_memories(accountant);
  follower_ = &other;
  other.leader_ = this;
  other.held_ = true;
  accountant.next_turn = 0;
}

void Engine::hold() {
  held_ = true;
  host_needed_ = false;
  accountant.stop_now();
}

void Engine::release(std::uint32_t pc) {
  held_ = host_needed_ = false;
  resume_at_ = pc;
  accountant.sleep_until(leader_->accountant.now());
}

std::optional<StopInfo> Engine::take_stop() {
  return host_needed_ ? std::optional(host_stop_) : std::nullopt;
}

void Engine::go_on(std::uint32_t pc) {
  host_needed_ = false;
  resume_at_ = pc;
}

std::uint64_t Engine::instructions_left() const {
  const std::uint64_t other = follower_ != nullptr ? follower_->accountant.instructions : 0;
  return instruction_limit_ > other ? instruction_limit_ - other : 0;
}

void Engine::set_limits(std::uint64_t cycle, std::uint64_t instruction) {
  instruction_limit_ = instruction;
  accountant.set_limits(cycle, instructions_left());
}

void Engine::catch_up(std::uint64_t until) {
  try {
    follower_->follow(until);
  } catch (...) {
    fail(std::current_exception());
  }
  accountant.stop_at_instruction = instructions_left();
  accountant.next_turn = until + kTurnCycles;
}

void Engine::follow(std::uint64_t until) {
  if (accountant.cycles >= until || host_needed_) return;
  if (held_) return accountant.sleep_until(until);
  accountant.set_limits(until, ~0ULL);
  leader_->accountant.settle_fetches();
  if (Flash* flash = accountant.flash()) flash->exchange(flash_client_);
  const StopInfo stop = run(resume_at_, kNowhere);
  if (Flash* flash = accountant.flash()) flash->exchange(flash_client_);
  if (held_) return;
  if (signal_due()) signal_other();
  resume_at_ = stop.pc;
  if (reset_requested()) {
    leader_->request_reset();
  } else if (needs_host(stop)) {
    host_needed_ = leader_->called_ = true;
    host_stop_ = stop;
    leader_->accountant.stop_now();
  }
}

std::uint64_t Engine::let_follower_run(std::uint64_t until) {
  Accountant& other = follower_->accountant;
  const std::uint64_t began = accountant.cycles;
  called_ = false;
  waits_ = true;
  follower_->follow(began);
  const std::uint64_t slept = other.asleep;
  if (!called_) follower_->follow(until);
  waits_ = false;
  if (called_) until = std::max(began, std::min(timeline.next(), other.cycles));
  asleep_together_ += std::min(until - began, other.asleep - slept);
  accountant.stop_at_instruction = instructions_left();
  return until;
}

void Engine::call_back() {
  called_ = true;
  follower_->accountant.stop_now();
}

void Engine::signal_other() {
  signals_ = false;
  if (follower_ != nullptr) {
    catch_up(accountant.cycles);
    follower_->receive_event();
  } else if (leader_ != nullptr) {
    leader_->receive_event();
  }
}

bool Engine::other_may_wake() {
  if (leader_ != nullptr) return true;
  if (follower_ == nullptr || follower_->held_) return false;
  return !follower_->dozing_ || follower_->timeline.next() != Timeline::kNever ||
         follower_->woken();
}

}  // namespace mcusim
