// Registers of devices that firmware polls: their devices tell the values when they change, so that
// reads needn't ask.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcusim {

class PublishedRegisters {
 public:
  // Reads of the word at `address` give `value` until the next call. Another register may take the
  // place; then reads ask the device again.
  void publish(std::uint32_t address, std::uint32_t value) {
    slots_[place(address)] = {address, value};
  }

  // Reads ask the devices there again.
  void withdraw(std::uint32_t base, std::uint32_t size_bytes) {
    for (Slot& slot : slots_)
      if (slot.address >= base && slot.address - base < size_bytes) slot = {};
  }

  const std::uint32_t* find(std::uint32_t address) const {
    const Slot& slot = slots_[place(address)];
    return slot.address == address ? &slot.value : nullptr;
  }

 private:
  struct Slot {
    std::uint32_t address = 1;  // of no word
    std::uint32_t value = 0;
  };
  // Devices of a kind differ in the kilobyte, registers of a device in the low bits.
  static std::size_t place(std::uint32_t address) {
    return (address >> 2 ^ address >> 10) % kSlots;
  }

  static constexpr std::size_t kSlots = 64;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace mcusim
