// What the four machines of a block do in a cycle, together.
#include "block.hpp"

namespace mcusim {

void PioBlock::step(std::int64_t cycle, std::array<std::uint8_t, 3> seen_flags, std::uint32_t pins,
                    bool settling) {
  const PioSight sight{memory_, seen_flags, pins, settling};
  for (std::uint32_t n = 0; n < kMachines; ++n) {
    if (machines_[n].due() > cycle) continue;
    ran_ |= 1U << n;
    machines_[n].step(cycle, sight, effects_[n]);
  }
}

std::uint8_t PioBlock::set(PioWhose whose) const {
  std::uint32_t all = 0;
  if (ran_ != 0)
    for (const PioEffects& effects : effects_) all |= effects.set[whose];
  return static_cast<std::uint8_t>(all);
}

std::uint8_t PioBlock::cleared(PioWhose whose) const {
  std::uint32_t all = 0;
  if (ran_ != 0)
    for (const PioEffects& effects : effects_) all |= effects.clear[whose];
  return static_cast<std::uint8_t>(all);
}

bool PioBlock::finish(std::int64_t cycle) {
  bool writes = false;
  for (std::uint32_t n = 0; n < kMachines; ++n) {
    if ((ran_ >> n & 1) == 0) continue;
    const PioEffects& done = effects_[n];
    writes = writes || done.writes;
    touched_ = touched_ || done.fifo || done.tx_stalled || done.rx_stalled;
    debug_ |= std::uint32_t{done.tx_stalled} << (24 + n) | std::uint32_t{done.rx_stalled} << n;
  }
  const bool changed = (writes || reassert_ <= cycle) && drive(cycle, writes);
  for (std::uint32_t n = 0; n < kMachines; ++n)
    if ((ran_ >> n & 1) != 0) effects_[n] = {};
  ran_ = 0;
  return changed;
}

// Of writes to one GPIO, that of the machine with the highest number counts (3.5.6.1). What a
// machine holds counts as written in each cycle, below what it writes anew.
bool PioBlock::drive(std::int64_t cycle, bool fresh) {
  bool held = false, changed = false;
  for (std::uint32_t n = 0; n < kMachines; ++n) {
    PioWrite write;
    if (const PioWrite* sticky = machines_[n].sticky()) {
      write = *sticky;
      held = true;
    }
    const PioWrite& done = effects_[n].write;
    write.put_level(done.level_mask, done.level);
    write.put_enable(done.enable_mask, done.enable);
    changed = apply(write) || changed;
  }
  reassert_ = held && fresh ? cycle + 1 : kPioNever;
  return changed;
}

std::uint32_t PioBlock::news() {
  if (!std::exchange(touched_, false)) return 0;
  const std::uint32_t status = fifo_status();
  const std::uint32_t lines = std::uint32_t{line(0)} | std::uint32_t{line(1)} << 1;
  std::uint32_t found = status != told_status_ || debug_ != told_debug_ ? kStatus : 0;
  if (lines != told_lines_) found |= kLines;
  told_status_ = status;
  told_debug_ = debug_;
  told_lines_ = lines;
  return found;
}

bool PioBlock::apply(const PioWrite& write) {
  const std::uint32_t before = outputs_, directions = directions_;
  outputs_ = (outputs_ & ~write.level_mask) | write.level;
  directions_ = (directions_ & ~write.enable_mask) | write.enable;
  return outputs_ != before || directions_ != directions;
}

void PioBlock::force(std::uint32_t machine, std::uint16_t code, std::int64_t now,
                     std::array<std::uint8_t, 3> seen_flags, std::uint32_t pins, bool settling) {
  const PioSight sight{memory_, seen_flags, pins, settling};
  ran_ |= 1U << machine;
  machines_[machine].force(code, now, sight, effects_[machine]);
}

// A machine that holds writes no more lets those of others show.
void PioBlock::reassert(std::int64_t now) {
  for (const PioMachine& machine : machines_)
    if (machine.sticky() != nullptr) reassert_ = now + 1;
}

void PioBlock::enable(std::uint32_t mask, bool on, std::int64_t now) {
  for (std::uint32_t n = 0; n < kMachines; ++n)
    if ((mask >> n & 1) != 0) machines_[n].enable(on, now);
}

void PioBlock::restart_dividers(std::uint32_t mask, std::int64_t now) {
  for (std::uint32_t n = 0; n < kMachines; ++n)
    if ((mask >> n & 1) != 0) machines_[n].restart_divider(now);
}

}  // namespace mcusim
