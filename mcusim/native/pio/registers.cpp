// The registers of a PIO block (pico-sdk, regs/pio.h of either chip).
#include "block.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kCtrl = 0x00, kFstat = 0x04, kFdebug = 0x08, kFlevel = 0x0C;
constexpr std::uint32_t kTxf0 = 0x10, kRxf0 = 0x20, kIrq = 0x30, kIrqForce = 0x34;
constexpr std::uint32_t kBypass = 0x38, kPadOut = 0x3C, kPadOe = 0x40, kCfgInfo = 0x44;
constexpr std::uint32_t kMemory = 0x48, kMachine0 = 0xC8, kBehind = 0x128, kMachineBytes = 0x18;
constexpr std::uint32_t kClkdiv = 0x00, kExecctrl = 0x04, kShiftctrl = 0x08, kAddr = 0x0C;
constexpr std::uint32_t kInstr = 0x10, kPinctrl = 0x14;
// The RP2350 has the words of the RX FIFOs and GPIOBASE before INTR.
constexpr std::uint32_t kGpioBase = 0x168, kMoved = 0x44, kAside = 0x1000;
constexpr std::uint32_t kIntr = 0x128, kLine0 = 0x12C, kLineBytes = 0x0C;
constexpr std::uint32_t kTxOver = 16, kRxUnder = 8;

}  // namespace

bool PioBlock::takes(std::uint32_t offset) { return offset >= kRxf0 && offset < kIrq; }

std::int32_t PioBlock::instr_of(std::uint32_t offset) {
  if (offset < kMachine0 || offset >= kBehind) return -1;
  const std::uint32_t place = offset - kMachine0;
  return place % kMachineBytes == kInstr ? static_cast<std::int32_t>(place / kMachineBytes) : -1;
}

std::uint32_t PioBlock::as_on_rp2040(std::uint32_t offset) const {
  if (version_ == 0 || offset < kBehind) return offset;
  return offset <= kGpioBase ? offset + kAside : offset - kMoved;
}

std::uint32_t PioBlock::fifo_status() const {
  std::uint32_t status = 0;
  for (std::uint32_t n = 0; n < kMachines; ++n) {
    const PioMachine& m = machines_[n];
    status |= std::uint32_t{m.rx.full()} << n | std::uint32_t{m.rx.empty()} << (8 + n);
    status |= std::uint32_t{m.tx.full()} << (16 + n) | std::uint32_t{m.tx.empty()} << (24 + n);
  }
  return status;
}

std::uint32_t PioBlock::levels() const {
  std::uint32_t all = 0;
  for (std::uint32_t n = 0; n < kMachines; ++n)
    all |= (machines_[n].tx.count | machines_[n].rx.count << 4) << 8 * n;
  return all;
}

std::uint32_t PioBlock::raw_interrupts() const {
  const std::uint32_t status = fifo_status();
  const std::uint32_t received = ~(status >> 8) & 15, room = ~(status >> 16) & 15;
  return (received | room << 4 | std::uint32_t{flags} << 8) & interrupt_mask();
}

std::uint32_t PioBlock::peek(std::uint32_t offset) const {
  if (offset >= kMemory && offset < kMachine0) return memory_[(offset - kMemory) >> 2];
  if (offset >= kMachine0 && offset < kBehind) {
    const std::uint32_t place = offset - kMachine0;
    return peek_machine(machines_[place / kMachineBytes], place % kMachineBytes);
  }
  const std::uint32_t place = as_on_rp2040(offset);
  if (place >= kLine0 && place < kLine0 + 2 * kLineBytes) {
    const std::uint32_t number = (place - kLine0) / kLineBytes;
    switch ((place - kLine0) % kLineBytes) {
      case 0:
        return enables_[number];
      case 4:
        return forces_[number];
      default:
        return (raw_interrupts() & enables_[number]) | forces_[number];
    }
  }
  if (place >= kAside + kBehind && place < kAside + kGpioBase) {
    const PioMachine& m = machines_[(place - kAside - kBehind) >> 4];
    // The system may read where the machine alone writes.
    return (m.shiftctrl >> 14 & 3) == 2 ? m.registers[(place - kAside - kBehind) >> 2 & 3] : 0;
  }
  switch (place) {
    case kCtrl: {
      std::uint32_t enabled = masks_;
      for (std::uint32_t n = 0; n < kMachines; ++n)
        enabled |= std::uint32_t{machines_[n].enabled()} << n;
      return enabled;
    }
    case kFstat:
      return fifo_status();
    case kFdebug:
      return debug_;
    case kFlevel:
      return levels();
    case kIrq:
      return flags;
    case kBypass:
      return bypass_;
    case kPadOut:
      return outputs_;
    case kPadOe:
      return directions_;
    case kCfgInfo:
      return version_ << 28 | 32 << 16 | kMachines << 8 | 4;
    case kIntr:
      return raw_interrupts();
    case kAside + kGpioBase:
      return gpio_base_;
    default:
      return 0;
  }
}

std::uint32_t PioBlock::peek_machine(const PioMachine& machine, std::uint32_t place) const {
  switch (place) {
    case kClkdiv:
      return machine.clkdiv;
    case kExecctrl:
      return machine.execctrl | std::uint32_t{machine.has_latched()} << 31;
    case kShiftctrl:
      return machine.shiftctrl;
    case kAddr:
      return machine.pc;
    case kInstr:
      return machine.instruction(memory_);
    default:
      return machine.pinctrl;
  }
}

std::uint32_t PioBlock::read(std::uint32_t offset, std::int64_t now) {
  if (!takes(offset)) return peek(offset);
  touched_ = true;
  const std::uint32_t number = (offset - kRxf0) >> 2;
  if (!machines_[number].rx.empty()) return machines_[number].pop(now);
  debug_ |= 1U << (kRxUnder + number);
  return 0;
}

void PioBlock::write(std::uint32_t offset, std::uint32_t value, std::int64_t now) {
  touched_ = true;
  if (offset >= kTxf0 && offset < kRxf0) {
    const std::uint32_t number = (offset - kTxf0) >> 2;
    if (machines_[number].tx.full())
      debug_ |= 1U << (kTxOver + number);
    else
      machines_[number].push(value, now);
    return;
  }
  if (offset >= kMemory && offset < kMachine0) {
    memory_[(offset - kMemory) >> 2] = static_cast<std::uint16_t>(value);
    return;
  }
  if (offset >= kMachine0 && offset < kBehind) {
    const std::uint32_t place = offset - kMachine0;
    write_machine(machines_[place / kMachineBytes], place % kMachineBytes, value, now);
    return;
  }
  const std::uint32_t place = as_on_rp2040(offset);
  if (place >= kLine0 && place < kLine0 + 2 * kLineBytes) {
    const std::uint32_t number = (place - kLine0) / kLineBytes;
    const std::uint32_t kind = (place - kLine0) % kLineBytes;
    if (kind == 0) enables_[number] = value & interrupt_mask();
    if (kind == 4) forces_[number] = value & interrupt_mask();
    return;
  }
  if (place >= kAside + kBehind && place < kAside + kGpioBase) {
    PioMachine& m = machines_[(place - kAside - kBehind) >> 4];
    if ((m.shiftctrl >> 14 & 3) == 1) m.registers[(place - kAside - kBehind) >> 2 & 3] = value;
    return;
  }
  switch (place) {
    case kCtrl:
      write_control(value, now);
      break;
    case kFdebug:
      debug_ &= ~value;
      break;
    case kIrq:
      flags = static_cast<std::uint8_t>(flags & ~value);
      break;
    case kIrqForce:
      flags = static_cast<std::uint8_t>(flags | value);
      break;
    case kBypass:
      bypass_ = value;
      break;
    case kAside + kGpioBase:
      gpio_base_ = value & 0x10;
      break;
    default:
      break;
  }
}

void PioBlock::write_control(std::uint32_t value, std::int64_t now) {
  for (std::uint32_t n = 0; n < kMachines; ++n) {
    if ((value >> (4 + n) & 1) != 0) machines_[n].restart(now);
    machines_[n].enable((value >> n & 1) != 0, now);
  }
  restart_dividers(value >> 8 & 15, now);
  reassert(now);
  if (version_ == 0) return;
  neighbours = {.next = value >> 20 & 15,
                .previous = value >> 16 & 15,
                .restart_dividers = (value >> 26 & 1) != 0,
                .enable = (value >> 24 & 1) != 0,
                .disable = (value >> 25 & 1) != 0};
}

void PioBlock::write_machine(PioMachine& machine, std::uint32_t place, std::uint32_t value,
                             std::int64_t now) {
  switch (place) {
    case kClkdiv:
      machine.set_clkdiv(value & 0xFFFFFF00, now);
      break;
    case kExecctrl:
      machine.execctrl = value & 0x7FFFFFFF;
      reassert(now);
      break;
    case kShiftctrl:
      machine.set_shiftctrl(value);
      machine.look_for_refill(now);
      break;
    case kPinctrl:
      machine.pinctrl = value;
      break;
    default:
      break;
  }
}

}  // namespace mcusim
