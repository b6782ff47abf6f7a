// What an address belongs to, as far as the time of an access tells: a memory, or a bus of devices.
#pragma once

#include <cstdint>

#include "flash.hpp"

namespace mcusim {

// kRam answers at once or after its wait states, kTcm through the store buffer of a core that has
// one, kAxi through its L1 caches.
enum class Place : std::uint8_t { kDevice = 0, kFlash = 1, kRam = 2, kTcm = 3, kAxi = 4 };

struct Area {
  Place place = Place::kDevice;
  bool writable = false;
  std::uint8_t axi_target = 0;
  std::uint32_t base = 0;
  std::uint32_t read_wait = 0;
  std::uint32_t write_wait = 0;
  CacheUse cache_use = {};  // of a flash
};

// A bus between core and devices that an access takes longer on, by so many cycles.
struct DeviceBus {
  std::uint32_t base = 0;
  std::uint32_t size_bytes = 0;
  std::uint32_t read_wait = 0;
  std::uint32_t write_wait = 0;
};

}  // namespace mcusim
