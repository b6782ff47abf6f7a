// One PIO state machine (RP2040 datasheet 3.2 to 3.5; RP2350 datasheet 11.2 to 11.5).
//
// An instruction that executes in a cycle reads the state at the cycle's beginning, and what it
// writes is there from the next cycle on. A machine knows when it is due; one that stalls is not,
// until what it waits for may have changed.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "divider.hpp"

namespace mcusim {

constexpr std::int64_t kPioNever = std::numeric_limits<std::int64_t>::max();

struct PioFifo {
  std::uint32_t front() const { return words[head]; }
  void push(std::uint32_t word) { words[(head + count++) & 7] = word; }
  std::uint32_t pop() {
    const std::uint32_t word = words[head];
    head = (head + 1) & 7;
    --count;
    return word;
  }
  void resize(std::uint32_t to) {
    depth = to;
    head = count = 0;
  }
  bool empty() const { return count == 0; }
  bool full() const { return count >= depth; }

  std::array<std::uint32_t, 8> words{};
  std::uint32_t head = 0;
  std::uint32_t count = 0;
  std::uint32_t depth = 4;
};

// What a machine writes of output levels and directions in a cycle, by GPIO.
struct PioWrite {
  std::uint32_t level_mask = 0;
  std::uint32_t level = 0;
  std::uint32_t enable_mask = 0;
  std::uint32_t enable = 0;

  void put_level(std::uint32_t mask, std::uint32_t value) {
    level_mask |= mask;
    level = (level & ~mask) | (value & mask);
  }
  void put_enable(std::uint32_t mask, std::uint32_t value) {
    enable_mask |= mask;
    enable = (enable & ~mask) | (value & mask);
  }
};

// Whose IRQ flags an instruction means.
enum PioWhose : std::uint8_t { kOwn, kPrevious, kNext };

// What of its block a machine sees in a cycle.
struct PioSight {
  const std::array<std::uint16_t, 32>& memory;
  std::array<std::uint8_t, 3> flags;  // by PioWhose
  std::uint32_t pins;                 // behind the synchronisers
  bool settling;                      // pins changed that the synchronisers do not show yet
};

// What a machine does to its block in a cycle.
struct PioEffects {
  PioWrite write;
  bool writes = false;
  std::array<std::uint8_t, 3> set{};
  std::array<std::uint8_t, 3> clear{};
  bool fifo = false;        // a level changed
  bool tx_stalled = false;  // FDEBUG
  bool rx_stalled = false;
};

// What a machine waits for; kRetry: nothing, it goes on with its next tick.
enum class PioStall : std::uint8_t { kNone, kRetry, kTx, kRx, kFlag, kPin };

class PioMachine {
 public:
  PioMachine(std::uint32_t number, std::uint32_t version) : number_(number), version_(version) {}

  // Executes what is due at `cycle`.
  void step(std::int64_t cycle, const PioSight& sight, PioEffects& effects);
  // Executes an instruction that the system wrote, at once and without its delay (3.5.7).
  void force(std::uint16_t code, std::int64_t cycle, const PioSight& sight, PioEffects& effects);

  std::int64_t due() const { return due_ < refill_ ? due_ : refill_; }
  // What it waits for may be there from `cycle` on.
  void wake(PioStall kind, std::int64_t cycle) {
    if (stall_ == kind) wake(cycle);
  }

  // Before the system touches it: a delay loop that is done at once goes back to where it is now.
  void interrupt(std::int64_t now);
  void enable(bool on, std::int64_t now);
  bool enabled() const { return enabled_; }
  void restart(std::int64_t now);
  void restart_divider(std::int64_t now);
  void set_clkdiv(std::uint32_t value, std::int64_t now);
  void set_shiftctrl(std::uint32_t value);
  void push(std::uint32_t word, std::int64_t now);
  // An autopull that is possible now comes with the next tick, whatever it finds.
  void look_for_refill(std::int64_t now);
  std::uint32_t pop(std::int64_t now);

  bool has_latched() const { return pending_ && from_system_; }
  std::uint16_t instruction(const std::array<std::uint16_t, 32>& memory) const {
    return pending_ ? latched_ : memory[pc];
  }
  // What it asserts in each cycle, or nothing.
  const PioWrite* sticky() const { return holds_ && (execctrl >> 17 & 1) != 0 ? &held_ : nullptr; }

  std::uint32_t clkdiv = 0x00010000;
  std::uint32_t execctrl = 0x0001F000;
  std::uint32_t shiftctrl = 0x000C0000;
  std::uint32_t pinctrl = 0x14000000;
  std::uint32_t pc = 0;
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  PioFifo tx;
  PioFifo rx;
  std::array<std::uint32_t, 4> registers{};  // the RX FIFO's storage, where it is no FIFO

 private:
  struct Outcome {
    PioStall stall = PioStall::kNone;
    bool jumped = false;
    bool no_delay = false;
  };

  Outcome execute(std::uint16_t code, const PioSight& sight, PioEffects& effects);
  Outcome jump(std::uint16_t code, const PioSight& sight);
  Outcome wait(std::uint16_t code, const PioSight& sight, PioEffects& effects);
  Outcome in(std::uint16_t code, const PioSight& sight, PioEffects& effects);
  Outcome out(std::uint16_t code, PioEffects& effects);
  Outcome push_or_pull(std::uint16_t code, PioEffects& effects);
  Outcome put_or_get(std::uint16_t code);
  Outcome mov(std::uint16_t code, const PioSight& sight, PioEffects& effects);
  Outcome irq(std::uint16_t code, const PioSight& sight, PioEffects& effects);
  Outcome set(std::uint16_t code, PioEffects& effects);

  void side_set(std::uint16_t code, PioEffects& effects) const;
  void drive(bool directions, std::uint32_t mask, std::uint32_t value, PioEffects& effects);
  void out_pins(bool directions, std::uint32_t value, bool shifted, PioEffects& effects);
  void refill(PioEffects& effects);
  void finish(std::uint32_t ticks, std::int64_t cycle);
  void skip_loop(std::uint16_t code, const PioSight& sight);
  void settle(const Outcome& done, std::int64_t cycle, const PioSight& sight);
  void wake(std::int64_t cycle);
  void latch(std::uint32_t code) {
    pending_ = true;
    from_system_ = false;
    latched_ = static_cast<std::uint16_t>(code);
  }

  std::uint32_t status(const PioSight& sight) const;
  std::uint32_t in_pins(const PioSight& sight) const;
  std::uint32_t source(std::uint32_t which, const PioSight& sight) const;
  std::uint32_t delay(std::uint16_t code) const {
    return code >> 8 & ((1U << (5 - side_bits())) - 1);
  }
  // Five at most, as the delay and side-set field has them.
  std::uint32_t side_bits() const {
    const std::uint32_t count = pinctrl >> 29;
    return count < 5 ? count : 5;
  }
  std::uint32_t push_threshold() const {
    const std::uint32_t bits = shiftctrl >> 20 & 31;
    return bits != 0 ? bits : 32;
  }
  std::uint32_t pull_threshold() const {
    const std::uint32_t bits = shiftctrl >> 25 & 31;
    return bits != 0 ? bits : 32;
  }
  bool autopush() const { return (shiftctrl >> 16 & 1) != 0; }
  bool autopull() const { return (shiftctrl >> 17 & 1) != 0; }
  std::int64_t ticks_left(std::int64_t now) const { return divider_.count(now + 1, due_); }
  void resume(std::int64_t ticks, std::int64_t now) {
    due_ = divider_.after(divider_.next(now + 1), ticks);
  }

  std::uint32_t number_;
  std::uint32_t version_;
  PioDivider divider_;
  std::int64_t due_ = kPioNever;     // of the next instruction
  std::int64_t refill_ = kPioNever;  // of an autopull while no instruction executes
  std::int64_t ticks_off_ = 0;       // of delay that was left when it was disabled
  std::int64_t loops_ = 0;           // of a delay loop that are done at once, until `due_`
  std::int64_t loop_begin_ = 0;
  std::int64_t loop_ticks_ = 1;  // of each
  bool counts_x_ = false;        // and what it counts: X or Y
  bool enabled_ = false;
  bool started_ = false;      // the instruction has had its first cycle: side-set is done
  bool flag_raised_ = false;  // by IRQ WAIT, which now waits
  PioStall stall_ = PioStall::kNone;
  bool pending_ = false;      // `latched_` is what executes next
  bool from_system_ = false;  // `latched_` was written to SMx_INSTR
  bool holds_ = false;        // `held_` is asserted in each cycle (OUT_STICKY)
  std::uint16_t latched_ = 0;
  std::uint32_t isr_ = 0;
  std::uint32_t osr_ = 0;
  std::uint32_t isr_count_ = 0;
  std::uint32_t osr_count_ = 32;
  PioWrite held_;
};

}  // namespace mcusim
