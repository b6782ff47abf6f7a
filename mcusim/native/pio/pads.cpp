#include "pads.hpp"

namespace mcusim {

namespace {

void put(std::uint64_t& word, std::uint64_t bit, bool on) { word = on ? word | bit : word & ~bit; }

}  // namespace

void PioPads::Override::set(std::uint64_t bit, std::uint32_t kind) {
  put(passes, bit, kind < 2);
  put(flips, bit, (kind & 1) != 0);
}

void PioPads::wire(std::uint32_t pad, const PadWiring& wiring) {
  const std::uint64_t bit = 1ULL << pad;
  for (std::size_t n = 0; n < owned_.size(); ++n)
    put(owned_[n], bit, wiring.owner == static_cast<std::int32_t>(n));
  output_.set(bit, wiring.output);
  enable_.set(bit, wiring.enable);
  input_.set(bit, wiring.input);
  put(drives_, bit, wiring.drives && wiring.owner >= 0);
  put(reads_, bit, wiring.reads);
  put(idle_, bit, wiring.idle);
}

bool PioPads::update(const std::vector<PioBlock>& blocks, std::int64_t cycle) {
  std::uint64_t levels = 0, enables = 0;
  for (std::size_t n = 0; n < blocks.size(); ++n) {
    levels |= blocks[n].levels_of_pads() & owned_[n];
    enables |= blocks[n].enables_of_pads() & owned_[n];
  }
  const std::uint64_t driven = enable_.of(enables) & drives_;
  const std::uint64_t pads = (output_.of(levels) & driven) | (idle_ & ~driven);
  pads_changed |= pads ^ pads_;
  pads_ = pads;
  const std::uint64_t seen = input_.of(pads & reads_), before = history_[newest_].levels;
  if (seen == before) return false;
  rose |= seen & ~before;
  fell |= ~seen & before;
  if (history_[newest_].since != cycle) {
    newest_ = (newest_ + 1) % history_.size();
    history_[newest_].since = cycle;
  }
  history_[newest_].levels = seen;
  return true;
}

std::uint64_t PioPads::seen_at(std::int64_t cycle) const {
  std::size_t i = newest_;
  for (std::size_t n = 1; n < history_.size() && history_[i].since > cycle; ++n)
    i = (i + history_.size() - 1) % history_.size();
  return history_[i].levels;
}

}  // namespace mcusim
