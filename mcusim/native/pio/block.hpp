// A PIO block: instruction memory, four state machines, IRQ flags, outputs, and its registers
// (RP2040 datasheet 3.7; RP2350 datasheet 11.7).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "machine.hpp"

namespace mcusim {

// What CTRL does to the neighbours' machines (RP2350).
struct PioNeighbours {
  std::uint32_t next = 0;  // masks
  std::uint32_t previous = 0;
  bool restart_dividers = false;
  bool enable = false;
  bool disable = false;
};

class PioBlock {
 public:
  static constexpr std::uint32_t kMachines = 4;

  explicit PioBlock(std::uint32_t version)
      : version_(version),
        machines_{PioMachine{0, version}, PioMachine{1, version}, PioMachine{2, version},
                  PioMachine{3, version}} {}

  std::int64_t due() const {
    std::int64_t first = reassert_;
    for (const PioMachine& machine : machines_) first = std::min(first, machine.due());
    return first;
  }
  // Executes what is due at `cycle`; `finish` has it take place.
  void step(std::int64_t cycle, std::array<std::uint8_t, 3> flags, std::uint32_t pins,
            bool settling);
  // Whether outputs changed.
  bool finish(std::int64_t cycle);
  // What of FSTAT and FDEBUG (kStatus), and of the interrupt lines (kLines), is new since this was
  // asked last.
  static constexpr std::uint32_t kStatus = 1, kLines = 2;
  std::uint32_t news();
  // What machines did to flags, by PioWhose.
  std::uint8_t set(PioWhose whose) const;
  std::uint8_t cleared(PioWhose whose) const;
  // Flags that machines set and cleared; a set wins (assumed).
  void change_flags(std::uint8_t sets, std::uint8_t clears) {
    touched_ = true;
    flags = static_cast<std::uint8_t>((flags & ~clears) | sets);
  }
  void wake(PioStall kind, std::int64_t cycle) {
    for (PioMachine& machine : machines_) machine.wake(kind, cycle);
  }
  // Before the system touches it.
  void interrupt(std::int64_t now) {
    for (PioMachine& machine : machines_) machine.interrupt(now);
  }
  void force(std::uint32_t machine, std::uint16_t code, std::int64_t now,
             std::array<std::uint8_t, 3> flags, std::uint32_t pins, bool settling);

  // --- registers ---

  // Whether a read changes something.
  static bool takes(std::uint32_t offset);
  // Without that.
  std::uint32_t peek(std::uint32_t offset) const;
  std::uint32_t read(std::uint32_t offset, std::int64_t now);
  // All but SMx_INSTR, which is `force`.
  void write(std::uint32_t offset, std::uint32_t value, std::int64_t now);
  // The machine whose SMx_INSTR this is, or none.
  static std::int32_t instr_of(std::uint32_t offset);
  void enable(std::uint32_t mask, bool on, std::int64_t now);
  void restart_dividers(std::uint32_t mask, std::int64_t now);

  std::uint32_t fifo_status() const;
  std::uint32_t debug() const { return debug_; }
  std::uint32_t raw_interrupts() const;
  bool line(std::uint32_t number) const {
    return ((raw_interrupts() & enables_[number]) | forces_[number]) != 0;
  }
  std::uint64_t levels_of_pads() const { return std::uint64_t{outputs_} << gpio_base_; }
  std::uint64_t enables_of_pads() const { return std::uint64_t{directions_} << gpio_base_; }
  std::uint32_t gpio_base() const { return gpio_base_; }
  std::uint32_t bypass() const { return bypass_; }

  std::uint8_t flags = 0;
  PioNeighbours neighbours;  // what the last write of CTRL asks for

 private:
  void write_control(std::uint32_t value, std::int64_t now);
  void write_machine(PioMachine& machine, std::uint32_t place, std::uint32_t value,
                     std::int64_t now);
  std::uint32_t peek_machine(const PioMachine& machine, std::uint32_t place) const;
  std::uint32_t levels() const;
  std::uint32_t interrupt_mask() const { return version_ > 0 ? 0xFFFF : 0xFFF; }
  // Registers behind those of the machines, by the RP2040's offsets.
  std::uint32_t as_on_rp2040(std::uint32_t offset) const;
  bool drive(std::int64_t cycle, bool fresh);
  bool apply(const PioWrite& write);
  void reassert(std::int64_t now);

  std::uint32_t version_;
  std::array<PioMachine, kMachines> machines_;
  std::array<PioEffects, kMachines> effects_{};
  std::array<std::uint16_t, 32> memory_{};
  std::uint32_t outputs_ = 0;
  std::uint32_t directions_ = 0;
  std::uint32_t debug_ = 0;
  std::uint32_t bypass_ = 0;
  std::uint32_t gpio_base_ = 0;
  std::uint32_t masks_ = 0;  // CTRL's of the neighbours, as they read back
  std::array<std::uint32_t, 2> enables_{};
  std::array<std::uint32_t, 2> forces_{};
  bool touched_ = false;  // there may be news
  std::uint32_t told_status_ = 0x0F000F00;
  std::uint32_t told_debug_ = 0;
  std::uint32_t told_lines_ = 0;
  std::uint32_t ran_ = 0;              // machines with effects to take place
  std::int64_t reassert_ = kPioNever;  // when held writes take place again (OUT_STICKY)
};

}  // namespace mcusim
