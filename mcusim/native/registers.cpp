#include "registers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

namespace mcusim {

namespace {

constexpr std::size_t kLow = 13;  // r0 to r12
constexpr std::uint32_t kSeed = 0xA5C30017U;
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

// A copy would not follow the core: other patterns must show at the same place.
bool is_live(uc_engine* uc, const SafeReader& reader, std::uintptr_t at) {
  for (const std::uint32_t seed : {0x1B5E9D31U, 0x70C3A2E5U, kSeed}) {
    const Values written = write_pattern(uc, seed);
    Values seen{};
    if (!reader.read(at, &seen, sizeof seen) || seen != written) return false;
  }
  return true;
}

std::uintptr_t search(uc_engine* uc, const SafeReader& reader, std::uintptr_t object) {
  constexpr std::size_t kStep = 4096;
  constexpr std::size_t kReach = 64 * 1024;  // the CPU object of 2.1.4 has them 41 kB in
  const Values values = write_pattern(uc, kSeed);
  std::vector<std::uint8_t> window(kReach + kStep);
  std::size_t have = 0;
  while (have < kReach && reader.read(object + have, window.data() + have, kStep)) have += kStep;
  for (std::size_t at = 0; at + sizeof values <= have; at += 4)
    if (std::memcmp(window.data() + at, values.data(), sizeof values) == 0 &&
        is_live(uc, reader, object + at))
      return object + at;
  return 0;
}

std::vector<std::uint32_t> snapshot(const SafeReader& reader, std::uintptr_t from) {
  constexpr std::size_t kStep = 4096;
  constexpr std::size_t kReach = 32 * 1024;
  std::vector<std::uint32_t> words(kReach / 4);
  std::size_t have = 0;
  while (have < kReach && reader.read(from + have, words.data() + have / 4, kStep)) have += kStep;
  words.resize(have / 4);
  return words;
}

bool follows(uc_engine* uc, const SafeReader& reader, std::uintptr_t word, int number,
             std::uint32_t value) {
  for (const std::uint32_t written : {value, 0U, value, 0U}) {
    std::uint32_t seen = ~written;
    uc_reg_write(uc, number, &written);
    if (!reader.read(word, &seen, sizeof seen) || seen != written) return false;
  }
  return true;
}

// The only word that follows a register between 0 and `value`.
std::uint32_t* find_word(uc_engine* uc, const SafeReader& reader, std::uintptr_t from, int number,
                         std::uint32_t value) {
  const std::uint32_t zero = 0;
  uc_reg_write(uc, number, &zero);
  const auto before = snapshot(reader, from);
  uc_reg_write(uc, number, &value);
  const auto after = snapshot(reader, from);
  uc_reg_write(uc, number, &zero);
  std::uintptr_t found = 0;
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    // The snapshots themselves may lie in what they show, so a difference is not enough.
    if (before[i] != 0 || after[i] != value) continue;
    const std::uintptr_t word = from + 4 * i;
    if (!follows(uc, reader, word, number, value)) continue;
    if (found != 0) return nullptr;
    found = word;
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
  // The engine holds a pointer to its CPU object within its first fields.
  constexpr std::size_t kFields = 512;
  std::uintptr_t found = 0;
  for (std::size_t i = 0; i < kFields && found == 0; ++i) {
    std::uintptr_t pointer = 0;
    if (!reader.read(reinterpret_cast<std::uintptr_t>(uc) + i * sizeof pointer, &pointer,
                     sizeof pointer))
      break;
    if (pointer > 0xFFFF && pointer % 8 == 0) found = search(uc, reader, pointer);
  }
  const std::uint32_t zero = 0;
  for (std::size_t i = 0; i < kLow; ++i) uc_reg_write(uc, low_register(i), &zero);
  return reinterpret_cast<const std::uint32_t*>(found);
}

}  // namespace mcusim
