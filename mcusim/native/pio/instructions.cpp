// What the instructions of PIO do (RP2040 datasheet 3.4; RP2350 datasheet 11.4).
#include <algorithm>
#include <bit>

#include "machine.hpp"

namespace mcusim {

namespace {

// So many ones from bit 0 on, 32 at most.
std::uint32_t low_bits(std::uint32_t count) { return count >= 32 ? 0xFFFFFFFF : (1U << count) - 1; }

std::uint32_t reversed(std::uint32_t word) {
  std::uint32_t result = 0;
  for (int bit = 0; bit < 32; ++bit, word >>= 1) result = result << 1 | (word & 1);
  return result;
}

// The bit count of IN and OUT: 0 means 32.
std::uint32_t bit_count(std::uint16_t code) { return (code & 31) != 0 ? code & 31 : 32; }

struct FlagIndex {
  PioWhose whose;
  std::uint8_t bit;
};

// The flag that IRQ and WAIT IRQ name (RP2350 datasheet 11.4.11.2). The RP2040 knows the bit for
// relative numbers alone.
FlagIndex flag_index(std::uint16_t code, std::uint32_t machine, std::uint32_t version) {
  const std::uint32_t mode = version > 0 ? code >> 3 & 3 : code >> 3 & 2;
  std::uint32_t index = code & 7;
  if (mode == 2) index = (index & 4) | ((index + machine) & 3);
  const PioWhose whose = mode == 1 ? kPrevious : mode == 3 ? kNext : kOwn;
  return {whose, static_cast<std::uint8_t>(1U << index)};
}

}  // namespace

PioMachine::Outcome PioMachine::execute(std::uint16_t code, const PioSight& sight,
                                        PioEffects& effects) {
  switch (code >> 13) {
    case 0:
      return jump(code, sight);
    case 1:
      return wait(code, sight, effects);
    case 2:
      return in(code, sight, effects);
    case 3:
      return out(code, effects);
    case 4:
      return version_ > 0 && (code & 0x10) != 0 ? put_or_get(code) : push_or_pull(code, effects);
    case 5:
      return mov(code, sight, effects);
    case 6:
      return irq(code, sight, effects);
    default:
      return set(code, effects);
  }
}

PioMachine::Outcome PioMachine::jump(std::uint16_t code, const PioSight& sight) {
  bool taken = true;
  switch (code >> 5 & 7) {
    case 1:
      taken = x == 0;
      break;
    case 2:
      taken = x-- != 0;
      break;
    case 3:
      taken = y == 0;
      break;
    case 4:
      taken = y-- != 0;
      break;
    case 5:
      taken = x != y;
      break;
    case 6:
      taken = (sight.pins >> (execctrl >> 24 & 31) & 1) != 0;
      break;
    case 7:
      taken = osr_count_ < pull_threshold();
      break;
    default:
      break;
  }
  if (taken) pc = code & 31;
  return {.jumped = taken};
}

PioMachine::Outcome PioMachine::wait(std::uint16_t code, const PioSight& sight,
                                     PioEffects& effects) {
  const bool wanted = (code >> 7 & 1) != 0;
  const std::uint32_t index = code & 31, what = code >> 5 & 3;
  if (what == 2) {
    const FlagIndex flag = flag_index(code, number_, version_);
    if (((sight.flags[flag.whose] & flag.bit) != 0) != wanted) return {PioStall::kFlag};
    if (wanted) effects.clear[flag.whose] |= flag.bit;
    return {};
  }
  bool level = false;
  if (what == 0) level = (sight.pins >> index & 1) != 0;
  if (what == 1) level = (in_pins(sight) >> index & 1) != 0;
  if (what == 3 && version_ > 0)
    level = (sight.pins >> (((execctrl >> 24) + (index & 3)) & 31) & 1) != 0;
  return {level == wanted ? PioStall::kNone : PioStall::kPin};
}

PioMachine::Outcome PioMachine::in(std::uint16_t code, const PioSight& sight, PioEffects& effects) {
  const std::uint32_t bits = bit_count(code);
  const std::uint32_t data = source(code >> 5 & 7, sight) & low_bits(bits);
  std::uint32_t shifted = data;
  if (bits < 32) {
    const bool right = (shiftctrl >> 18 & 1) != 0;
    shifted = right ? isr_ >> bits | data << (32 - bits) : isr_ << bits | data;
  }
  const std::uint32_t count = std::min(isr_count_ + bits, 32U);
  if (autopush() && count >= push_threshold()) {
    if (rx.full()) {
      effects.rx_stalled = true;
      return {PioStall::kRx};
    }
    rx.push(shifted);
    effects.fifo = true;
    isr_ = isr_count_ = 0;
    return {};
  }
  isr_ = shifted;
  isr_count_ = count;
  return {};
}

PioMachine::Outcome PioMachine::out(std::uint16_t code, PioEffects& effects) {
  if (autopull() && osr_count_ >= pull_threshold()) {
    if (tx.empty()) {
      effects.tx_stalled = true;
      return {PioStall::kTx};
    }
    refill(effects);
    return {PioStall::kRetry};
  }
  const std::uint32_t bits = bit_count(code);
  const bool right = (shiftctrl >> 19 & 1) != 0;
  const std::uint32_t data = right ? osr_ & low_bits(bits) : osr_ >> (32 - bits);
  osr_ = bits == 32 ? 0 : right ? osr_ >> bits : osr_ << bits;
  osr_count_ = std::min(osr_count_ + bits, 32U);
  refill(effects);
  switch (code >> 5 & 7) {
    case 0:
      out_pins(false, data, true, effects);
      break;
    case 1:
      x = data;
      break;
    case 2:
      y = data;
      break;
    case 4:
      out_pins(true, data, true, effects);
      break;
    case 5:
      pc = data & 31;
      return {.jumped = true};
    case 6:
      isr_ = data;
      isr_count_ = bits;
      break;
    case 7:
      latch(data);
      return {.no_delay = true};
    default:
      break;
  }
  return {};
}

PioMachine::Outcome PioMachine::push_or_pull(std::uint16_t code, PioEffects& effects) {
  const bool pulls = (code >> 7 & 1) != 0, conditional = (code >> 6 & 1) != 0;
  const bool blocks = (code >> 5 & 1) != 0;
  if (pulls) {
    // With autopull, a PULL is a fence: nothing, where the OSR has been filled (3.5.4.2).
    if ((conditional || autopull()) && osr_count_ < pull_threshold()) return {};
    if (!tx.empty()) {
      osr_ = tx.pop();
      effects.fifo = true;
    } else if (blocks) {
      effects.tx_stalled = true;
      return {PioStall::kTx};
    } else {
      osr_ = x;
    }
    osr_count_ = 0;
    return {};
  }
  if (conditional && isr_count_ < push_threshold()) return {};
  if (rx.full()) {
    effects.rx_stalled = true;
    if (blocks) return {PioStall::kRx};
  } else {
    rx.push(isr_);
    effects.fifo = true;
  }
  isr_ = isr_count_ = 0;
  return {};
}

PioMachine::Outcome PioMachine::put_or_get(std::uint16_t code) {
  std::uint32_t& entry = registers[((code >> 3 & 1) != 0 ? code : y) & 3];
  const bool gets = (code >> 7 & 1) != 0;
  if (gets) {
    if ((shiftctrl >> 14 & 1) != 0) osr_ = entry;
    osr_count_ = 0;
  } else if ((shiftctrl >> 15 & 1) != 0) {
    entry = isr_;
  }
  return {};
}

PioMachine::Outcome PioMachine::mov(std::uint16_t code, const PioSight& sight,
                                    PioEffects& effects) {
  std::uint32_t data = source(code & 7, sight);
  const std::uint32_t operation = code >> 3 & 3;
  if (operation == 1) data = ~data;
  if (operation == 2) data = reversed(data);
  switch (code >> 5 & 7) {
    case 0:
      out_pins(false, data, false, effects);
      break;
    case 1:
      x = data;
      break;
    case 2:
      y = data;
      break;
    case 3:
      if (version_ > 0) out_pins(true, data, false, effects);
      break;
    case 4:
      latch(data);
      return {.no_delay = true};
    case 5:
      pc = data & 31;
      return {.jumped = true};
    case 6:
      isr_ = data;
      isr_count_ = 0;
      break;
    default:
      osr_ = data;
      osr_count_ = 0;
      break;
  }
  return {};
}

PioMachine::Outcome PioMachine::irq(std::uint16_t code, const PioSight& sight,
                                    PioEffects& effects) {
  const bool clears = (code >> 6 & 1) != 0, waits = (code >> 5 & 1) != 0;
  const FlagIndex flag = flag_index(code, number_, version_);
  if (clears) {
    effects.clear[flag.whose] |= flag.bit;
    return {};
  }
  if (flag_raised_) {
    const bool still = (sight.flags[flag.whose] & flag.bit) != 0;
    return {still ? PioStall::kFlag : PioStall::kNone};
  }
  effects.set[flag.whose] |= flag.bit;
  flag_raised_ = waits;
  return {waits ? PioStall::kRetry : PioStall::kNone};
}

PioMachine::Outcome PioMachine::set(std::uint16_t code, PioEffects& effects) {
  const std::uint32_t data = code & 31;
  switch (code >> 5 & 7) {
    case 0:
    case 4: {
      const std::uint32_t mask = low_bits(pinctrl >> 26 & 7);
      const int base = static_cast<int>(pinctrl >> 5 & 31);
      drive((code >> 7 & 1) != 0, std::rotl(mask, base), std::rotl(data, base), effects);
      break;
    }
    case 1:
      x = data;
      break;
    case 2:
      y = data;
      break;
    default:
      break;
  }
  return {};
}

void PioMachine::out_pins(bool directions, std::uint32_t value, bool shifted, PioEffects& effects) {
  if (shifted && (execctrl >> 18 & 1) != 0 && (value >> (execctrl >> 19 & 31) & 1) == 0) {
    holds_ = false;
    effects.writes = true;  // what it held back shows
    return;
  }
  const int base = static_cast<int>(pinctrl & 31);
  const std::uint32_t mask = low_bits(pinctrl >> 20 & 63);
  drive(directions, std::rotl(mask, base), std::rotl(value, base), effects);
}

void PioMachine::drive(bool directions, std::uint32_t mask, std::uint32_t value,
                       PioEffects& effects) {
  if (directions)
    effects.write.put_enable(mask, value);
  else
    effects.write.put_level(mask, value);
  effects.writes = holds_ = true;
  held_ = effects.write;
}

void PioMachine::side_set(std::uint16_t code, PioEffects& effects) const {
  const std::uint32_t bits = side_bits();
  if (bits == 0) return;
  const bool optional = (execctrl >> 30 & 1) != 0;
  if (optional && (code >> 12 & 1) == 0) return;
  const std::uint32_t width = optional ? bits - 1 : bits;
  const std::uint32_t data = code >> (13 - bits);
  const int base = static_cast<int>(pinctrl >> 10 & 31);
  const std::uint32_t mask = std::rotl(low_bits(width), base), value = std::rotl(data, base);
  if ((execctrl >> 29 & 1) != 0)
    effects.write.put_enable(mask, value);
  else
    effects.write.put_level(mask, value);
  effects.writes = true;
}

// Autopull: while no OUT executes, and along with the OUT that empties the OSR.
void PioMachine::refill(PioEffects& effects) {
  if (!autopull() || osr_count_ < pull_threshold() || tx.empty()) return;
  osr_ = tx.pop();
  osr_count_ = 0;
  effects.fifo = true;
}

std::uint32_t PioMachine::in_pins(const PioSight& sight) const {
  const std::uint32_t pins = std::rotr(sight.pins, static_cast<int>(pinctrl >> 15 & 31));
  const std::uint32_t count = version_ > 0 ? shiftctrl & 31 : 0;
  return count != 0 ? pins & low_bits(count) : pins;
}

// The sources of IN and MOV.
std::uint32_t PioMachine::source(std::uint32_t which, const PioSight& sight) const {
  switch (which) {
    case 0:
      return in_pins(sight);
    case 1:
      return x;
    case 2:
      return y;
    case 5:
      return status(sight);
    case 6:
      return isr_;
    case 7:
      return osr_;
    default:
      return 0;
  }
}

std::uint32_t PioMachine::status(const PioSight& sight) const {
  const std::uint32_t which = version_ > 0 ? execctrl >> 5 & 3 : execctrl >> 4 & 1;
  const std::uint32_t n = execctrl & (version_ > 0 ? 31U : 15U);
  bool on = false;
  if (which == 0) on = tx.count < n;
  if (which == 1) on = rx.count < n;
  if (which == 2) on = n < 24 && (sight.flags[n >> 3] >> (n & 7) & 1) != 0;
  return on ? 0xFFFFFFFF : 0;
}

}  // namespace mcusim
