#include "pio.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace mcusim {

std::uint32_t Pio::advance(std::int64_t cycle) {
  if (ahead_ && ahead_->now <= cycle) {
    state_ = std::move(*ahead_);
    ahead_.reset();
    if (ahead_news_ != 0) return ahead_news_;
  }
  return state_.run(cycle);
}

std::int64_t Pio::plan(std::int64_t horizon) {
  if (!ahead_) {
    if (state_.due() == kPioNever) return kPioNever;
    ahead_ = state_;
    ahead_news_ = ahead_->run(state_.now + horizon);
  }
  return ahead_->now;
}

std::uint32_t Pio::read(std::uint32_t block, std::uint32_t offset) {
  if (PioBlock::takes(offset)) changed();
  return state_.blocks.at(block).read(offset, state_.now);
}

void Pio::write(std::uint32_t block, std::uint32_t offset, std::uint32_t value) {
  changed();
  PioBlock& of = state_.blocks.at(block);
  const std::int64_t now = state_.now;
  for (PioBlock& each : state_.blocks) each.interrupt(now);
  if (const std::int32_t machine = PioBlock::instr_of(offset); machine >= 0) {
    of.force(static_cast<std::uint32_t>(machine), static_cast<std::uint16_t>(value), now,
             state_.flags_of(block), state_.pins_of(of, now), state_.pads.settling(now));
    state_.finish(now);
    return;
  }
  of.neighbours = {};
  of.write(offset, value, now);
  // Machines that stall look again: what they wait for may have changed, and so may its meaning.
  // One that still stalls says so in FDEBUG again.
  for (const PioStall kind : {PioStall::kTx, PioStall::kRx, PioStall::kPin}) of.wake(kind, now + 1);
  for (PioBlock& other : state_.blocks) other.wake(PioStall::kFlag, now + 1);
  const PioNeighbours& asked = of.neighbours;
  for (const auto& [whose, mask] : {std::pair{kNext, asked.next}, {kPrevious, asked.previous}}) {
    PioBlock& other = state_.blocks[state_.neighbour(block, whose)];
    if (asked.restart_dividers) other.restart_dividers(mask, now);
    if (asked.enable || asked.disable) other.enable(mask, !asked.disable, now);
  }
  state_.pads.update(state_.blocks, now + 1);
}

void Pio::reset(std::uint32_t block) {
  changed();
  state_.blocks.at(block) = PioBlock(version_);
  state_.pads.update(state_.blocks, state_.now + 1);
}

void Pio::wire(std::uint32_t pad, const PadWiring& wiring) {
  changed();
  state_.pads.wire(pad, wiring);
  if (!state_.pads.update(state_.blocks, state_.now + 1)) return;
  for (PioBlock& block : state_.blocks) block.wake(PioStall::kPin, state_.now + 1);
}

void Pio::watch(std::uint64_t pins) {
  if (pins == state_.watched) return;
  changed();
  state_.watched = pins;
}

std::pair<std::uint64_t, std::uint64_t> Pio::take_edges() {
  changed();
  return {std::exchange(state_.pads.rose, 0), std::exchange(state_.pads.fell, 0)};
}

// --- execution ---

std::int64_t Pio::State::due() const {
  std::int64_t first = kPioNever;
  for (const PioBlock& block : blocks) first = std::min(first, block.due());
  return first;
}

std::uint32_t Pio::State::run(std::int64_t limit) {
  if (const std::uint32_t seen = news()) return seen;
  for (std::int64_t cycle = due(); cycle <= limit; cycle = due()) {
    step(cycle);
    now = std::max(now, cycle);
    if (const std::uint32_t seen = news()) return seen;
  }
  now = std::max(now, limit);
  return 0;
}

void Pio::State::step(std::int64_t cycle) {
  for (std::size_t n = 0; n < blocks.size(); ++n)
    if (blocks[n].due() <= cycle)
      blocks[n].step(cycle, flags_of(n), pins_of(blocks[n], cycle), pads.settling(cycle));
  finish(cycle);
}

// What was done in a cycle takes place for all at its end.
void Pio::State::finish(std::int64_t cycle) {
  bool moved = false, flagged = false;
  for (std::size_t n = 0; n < blocks.size(); ++n) {
    // A block is the previous one of its next.
    const PioBlock &next = blocks[neighbour(n, kNext)], &previous = blocks[neighbour(n, kPrevious)];
    const int sets = blocks[n].set(kOwn) | next.set(kPrevious) | previous.set(kNext);
    const int clears = blocks[n].cleared(kOwn) | next.cleared(kPrevious) | previous.cleared(kNext);
    if ((sets | clears) == 0) continue;
    flagged = true;
    blocks[n].change_flags(static_cast<std::uint8_t>(sets), static_cast<std::uint8_t>(clears));
  }
  for (PioBlock& block : blocks) moved = block.finish(cycle) || moved;
  if (moved) moved = pads.update(blocks, cycle + 1);
  for (PioBlock& block : blocks) {
    if (flagged) block.wake(PioStall::kFlag, cycle + 1);
    if (moved) block.wake(PioStall::kPin, cycle + 1);
  }
}

std::uint32_t Pio::State::news() {
  std::uint32_t found = (pads.pads_changed & watched) != 0 ? kPins : 0;
  pads.pads_changed = 0;
  for (std::size_t n = 0; n < blocks.size(); ++n) found |= blocks[n].news() << (kTold * n);
  return found;
}

std::size_t Pio::State::neighbour(std::size_t block, PioWhose whose) const {
  const std::size_t count = blocks.size();
  if (whose == kOwn) return block;
  return whose == kNext ? (block + 1) % count : (block + count - 1) % count;
}

std::array<std::uint8_t, 3> Pio::State::flags_of(std::size_t block) const {
  std::array<std::uint8_t, 3> flags{};
  for (const PioWhose whose : {kOwn, kPrevious, kNext})
    flags[whose] = blocks[neighbour(block, whose)].flags;
  return flags;
}

std::uint32_t Pio::State::pins_of(const PioBlock& block, std::int64_t cycle) const {
  const auto window = [&block](std::uint64_t levels) {
    return static_cast<std::uint32_t>(levels >> block.gpio_base());
  };
  const std::uint32_t direct = window(pads.seen_at(cycle));
  const std::uint32_t synchronised = window(pads.seen_at(cycle - kSynchroniser));
  return (direct & block.bypass()) | (synchronised & ~block.bypass());
}

}  // namespace mcusim
