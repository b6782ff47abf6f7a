// When a state machine executes: ticks, delays, stalls, and what the system does to it.
#include "machine.hpp"

#include <algorithm>
#include <utility>

namespace mcusim {

namespace {

constexpr std::uint32_t kOut = 3;  // of bits 15 to 13

// The fields whose change empties the FIFOs: FJOIN_RX, FJOIN_TX, and the RP2350's PUT and GET.
constexpr std::uint32_t kJoins = 3U << 30, kRandomAccess = 3U << 14;

}  // namespace

void PioMachine::step(std::int64_t cycle, const PioSight& sight, PioEffects& effects) {
  refill_ = kPioNever;
  if (due_ > cycle) {
    refill(effects);
    return;
  }
  loops_ = 0;
  const bool from_memory = !pending_;
  const bool from_system = has_latched();
  const std::uint16_t code = instruction(sight.memory);
  pending_ = from_system_ = false;
  const Outcome done = execute(code, sight, effects);
  if (!started_) side_set(code, effects);
  if (code >> 13 != kOut) refill(effects);
  if (done.stall != PioStall::kNone) {
    pending_ = !from_memory;
    from_system_ = from_system;
    latched_ = code;
    settle(done, cycle, sight);
    return;
  }
  if (from_memory && !done.jumped)
    pc = pc == (execctrl >> 12 & 31) ? execctrl >> 7 & 31 : (pc + 1) & 31;
  finish(from_system || done.no_delay ? 0 : delay(code), cycle);
  if (from_memory && done.jumped) skip_loop(code, sight);
}

void PioMachine::force(std::uint16_t code, std::int64_t cycle, const PioSight& sight,
                       PioEffects& effects) {
  if (has_latched()) {
    pending_ = from_system_ = started_ = false;
    if (!enabled_) due_ = kPioNever;
  }
  const bool started = started_, raised = flag_raised_;
  started_ = flag_raised_ = false;
  const Outcome done = execute(code, sight, effects);
  side_set(code, effects);
  if (code >> 13 != kOut) refill(effects);
  if (done.stall != PioStall::kNone) {
    pending_ = from_system_ = true;
    latched_ = code;
    ticks_off_ = 0;
    settle(done, cycle, sight);
    return;
  }
  // What it interrupted goes on, unless it led elsewhere.
  if (!done.jumped && !done.no_delay) {
    started_ = started;
    flag_raised_ = raised;
  }
  if (stall_ != PioStall::kNone) wake(cycle + 1);
}

void PioMachine::finish(std::uint32_t ticks, std::int64_t cycle) {
  started_ = flag_raised_ = false;
  stall_ = PioStall::kNone;
  due_ = enabled_ ? divider_.after(cycle, ticks + 1) : kPioNever;
}

void PioMachine::settle(const Outcome& done, std::int64_t cycle, const PioSight& sight) {
  started_ = true;
  stall_ = done.stall;
  const bool again = stall_ == PioStall::kRetry || (stall_ == PioStall::kPin && sight.settling);
  due_ = again ? divider_.next(cycle + 1) : kPioNever;
}

// A delay loop, JMP X-- or Y-- to itself, is done at once: of its executions nothing is seen but
// the last.
void PioMachine::skip_loop(std::uint16_t code, const PioSight& sight) {
  const std::uint32_t condition = code >> 5 & 7;
  if ((condition != 2 && condition != 4) || sight.memory[pc] != code || !enabled_) return;
  if (side_bits() != 0 && ((execctrl >> 30 & 1) == 0 || (code >> 12 & 1) != 0)) return;
  counts_x_ = condition == 2;
  loops_ = std::exchange(counts_x_ ? x : y, 0);
  loop_begin_ = due_;
  loop_ticks_ = delay(code) + 1;
  due_ = divider_.after(due_, loops_ * loop_ticks_);
}

void PioMachine::interrupt(std::int64_t now) {
  if (loops_ == 0) return;
  const std::int64_t ticks = divider_.count(loop_begin_, now + 1);
  const std::int64_t done = std::min(loops_, (ticks + loop_ticks_ - 1) / loop_ticks_);
  (counts_x_ ? x : y) = static_cast<std::uint32_t>(loops_ - done);
  due_ = divider_.after(loop_begin_, done * loop_ticks_);
  loops_ = 0;
}

void PioMachine::wake(std::int64_t cycle) {
  if (!enabled_ && !has_latched()) return;
  stall_ = PioStall::kNone;
  due_ = std::min(due_, divider_.next(cycle));
}

void PioMachine::enable(bool on, std::int64_t now) {
  if (on == enabled_) return;
  enabled_ = on;
  if (on) {
    resume(ticks_off_, now);
    look_for_refill(now);
    return;
  }
  ticks_off_ = due_ == kPioNever ? 0 : ticks_left(now);
  refill_ = kPioNever;
  if (!has_latched()) due_ = kPioNever;
}

void PioMachine::restart(std::int64_t now) {
  isr_ = isr_count_ = 0;
  osr_count_ = 32;
  pending_ = from_system_ = started_ = flag_raised_ = holds_ = false;
  stall_ = PioStall::kNone;
  ticks_off_ = 0;
  due_ = enabled_ ? divider_.next(now + 1) : kPioNever;
  look_for_refill(now);
}

void PioMachine::restart_divider(std::int64_t now) {
  const std::int64_t left = due_ == kPioNever ? 0 : ticks_left(now);
  divider_.restart(now);
  if (due_ != kPioNever) resume(left, now);
  if (refill_ != kPioNever) refill_ = divider_.next(now + 1);
}

void PioMachine::set_clkdiv(std::uint32_t value, std::int64_t now) {
  if (value == clkdiv) return;
  clkdiv = value;
  const std::int64_t left = due_ == kPioNever ? 0 : ticks_left(now);
  divider_.set(value, now);
  if (due_ != kPioNever) resume(left, now);
  if (refill_ != kPioNever) refill_ = divider_.next(now + 1);
}

void PioMachine::set_shiftctrl(std::uint32_t value) {
  const std::uint32_t random_access = version_ > 0 ? kRandomAccess : 0;
  if ((value & random_access) != 0) value &= ~kJoins;
  if (((value ^ shiftctrl) & (kJoins | random_access)) != 0) {
    const bool rx_joins = value >> 31 != 0, tx_joins = (value >> 30 & 1) != 0;
    tx.resize(rx_joins ? 0 : tx_joins ? 8 : 4);
    rx.resize(tx_joins || (value & random_access) != 0 ? 0 : rx_joins ? 8 : 4);
  }
  shiftctrl = value;
}

void PioMachine::push(std::uint32_t word, std::int64_t now) {
  tx.push(word);
  look_for_refill(now);
}

void PioMachine::look_for_refill(std::int64_t now) {
  if (enabled_ && autopull() && osr_count_ >= pull_threshold() && !tx.empty())
    refill_ = divider_.next(now + 1);
}

std::uint32_t PioMachine::pop(std::int64_t now) {
  const std::uint32_t word = rx.pop();
  wake(PioStall::kRx, now + 1);
  return word;
}

}  // namespace mcusim
