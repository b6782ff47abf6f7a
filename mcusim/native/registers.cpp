#include "registers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace mcusim {

namespace {

constexpr std::uint32_t kSeed = 0xA5C30017U;
constexpr std::size_t kLow = 13;  // r0 to r12
using Values = std::array<std::uint32_t, kLow>;

// Copies memory that may not be mapped: write(2) reports EFAULT where a load would crash.
class SafeReader {
 public:
  SafeReader() { ok_ = pipe2(fd_, O_NONBLOCK | O_CLOEXEC) == 0; }
  ~SafeReader() {
    if (ok_) {
      close(fd_[0]);
      close(fd_[1]);
    }
  }
  SafeReader(const SafeReader&) = delete;
  SafeReader& operator=(const SafeReader&) = delete;

  bool read(std::uintptr_t from, void* into, std::size_t size) const {
    if (!ok_ || write(fd_[1], reinterpret_cast<const void*>(from), size) <= 0) return false;
    // A partial write would leave the tail unread: only whole copies count.
    const ssize_t got = ::read(fd_[0], into, size);
    return got == static_cast<ssize_t>(size);
  }

 private:
  int fd_[2] = {-1, -1};
  bool ok_ = false;
};

int low_register(std::size_t i) {
  return i == 12 ? UC_ARM_REG_R12 : UC_ARM_REG_R0 + static_cast<int>(i);
}

Values write_pattern(uc_engine* uc, std::uint32_t seed) {
  Values values{};
  for (std::size_t i = 0; i < kLow; ++i) {
    values[i] = seed + static_cast<std::uint32_t>(i) * 0x01234567U;
    uc_reg_write(uc, low_register(i), &values[i]);
  }
  return values;
}

// Copies are kept outside the heap, where they could lie in what is searched, then or for a later
// engine. Engines are made one at a time.
constexpr std::size_t kReach = 64 * 1024;  // the CPU object of 2.1.4 has them 41 kB in
std::array<std::uint8_t, kReach> window;

std::uintptr_t search(const SafeReader& reader, std::uintptr_t object, const Values& values) {
  constexpr std::size_t kStep = 4096;
  std::size_t have = 0;
  while (have < kReach && reader.read(object + have, window.data() + have, kStep)) have += kStep;
  for (std::size_t at = 0; at + sizeof values <= have; at += 4)
    if (std::memcmp(window.data() + at, values.data(), sizeof values) == 0) return object + at;
  return 0;
}

using Snapshot = std::array<std::uint32_t, 8 * 1024>;

Snapshot before_write, after_write;

// Words that could be read.
std::size_t snapshot(const SafeReader& reader, std::uintptr_t from, Snapshot& words) {
  constexpr std::size_t kStep = 4096;
  std::size_t have = 0;
  while (have < sizeof words && reader.read(from + have, words.data() + have / 4, kStep))
    have += kStep;
  return have / 4;
}

// The only word that follows a register from 0 to `value`.
std::uint32_t* find_word(uc_engine* uc, const SafeReader& reader, std::uintptr_t from, int number,
                         std::uint32_t value) {
  const std::uint32_t zero = 0;
  uc_reg_write(uc, number, &zero);
  const std::size_t before = snapshot(reader, from, before_write);
  uc_reg_write(uc, number, &value);
  const std::size_t after = snapshot(reader, from, after_write);
  uc_reg_write(uc, number, &zero);
  std::uintptr_t found = 0;
  for (std::size_t i = 0; i < before && i < after; ++i) {
    if (before_write[i] != 0 || after_write[i] != value) continue;
    if (found != 0) return nullptr;
    found = from + 4 * i;
  }
  return reinterpret_cast<std::uint32_t*>(found);
}

}  // namespace

SpecialRegisters find_special_registers(uc_engine* uc, const std::uint32_t* registers) {
  const SafeReader reader;
  const auto from = reinterpret_cast<std::uintptr_t>(registers);
  SpecialRegisters found;
  if (registers == nullptr) return found;
  // CONTROL.SPSEL exchanges the stack pointers: equal ones don't show.
  const std::uint32_t zero = 0;
  uc_reg_write(uc, UC_ARM_REG_MSP, &zero);
  uc_reg_write(uc, UC_ARM_REG_PSP, &zero);
  found.primask = find_word(uc, reader, from, UC_ARM_REG_PRIMASK, 1);
  found.faultmask = find_word(uc, reader, from, UC_ARM_REG_FAULTMASK, 1);
  found.basepri = find_word(uc, reader, from, UC_ARM_REG_BASEPRI, 0xA0);
  found.control = find_word(uc, reader, from, UC_ARM_REG_CONTROL, 2);
  found.fpu_control = find_word(uc, reader, from, UC_ARM_REG_CONTROL, 4);
  return found;
}

const std::uint32_t* find_arm_registers(uc_engine* uc) {
  const SafeReader reader;
  const Values pattern = write_pattern(uc, kSeed);
  // The engine holds a pointer to its CPU object within its first fields.
  constexpr std::size_t kFields = 512;
  std::uintptr_t found = 0;
  for (std::size_t i = 0; i < kFields && found == 0; ++i) {
    std::uintptr_t pointer = 0;
    if (!reader.read(reinterpret_cast<std::uintptr_t>(uc) + i * sizeof pointer, &pointer,
                     sizeof pointer))
      break;
    if (pointer <= 0xFFFF || pointer % 8 != 0) continue;
    found = search(reader, pointer, pattern);
    if (found == 0) continue;
    // A copy would not follow the core: a second pattern must show at the same place.
    const Values again = write_pattern(uc, 0x1B5E9D31U);
    if (std::memcmp(reinterpret_cast<const void*>(found), again.data(), sizeof again) != 0) {
      found = 0;
      write_pattern(uc, kSeed);
    }
  }
  if (found == 0) return nullptr;
  const std::uint32_t zero = 0;
  for (std::size_t i = 0; i < kLow; ++i) uc_reg_write(uc, low_register(i), &zero);
  return reinterpret_cast<const std::uint32_t*>(found);
}

}  // namespace mcusim
