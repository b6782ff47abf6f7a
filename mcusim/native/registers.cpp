#include "registers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

namespace mcusim {

namespace {

constexpr std::size_t kLow = 13;  // r0 to r12
constexpr std::uint32_t kSeed = 0xA5C30017U;
using Numbers = std::span<const int>;
using Values = std::vector<std::uint32_t>;

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

// As much as is mapped, page by page: a copy that meets an unmapped page fails as a whole.
std::size_t copy_mapped(const SafeReader& reader, std::uintptr_t from, std::uint8_t* into,
                        std::size_t reach) {
  constexpr std::size_t kPage = 4096;
  std::size_t have = 0;
  while (have < reach) {
    const std::size_t step = std::min(kPage - (from + have) % kPage, reach - have);
    if (!reader.read(from + have, into + have, step)) break;
    have += step;
  }
  return have;
}

Values write_pattern(uc_engine* uc, Numbers numbers, std::uint32_t seed) {
  Values values(numbers.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = seed + static_cast<std::uint32_t>(i) * 0x01234567U;
    uc_reg_write(uc, numbers[i], &values[i]);
  }
  return values;
}

// A copy would not follow the core: other patterns must show at the same place.
bool is_live(uc_engine* uc, const SafeReader& reader, Numbers numbers, std::uintptr_t at) {
  for (const std::uint32_t seed : {0x1B5E9D31U, 0x70C3A2E5U, kSeed}) {
    const Values written = write_pattern(uc, numbers, seed);
    Values seen(written.size());
    if (!reader.read(at, seen.data(), 4 * seen.size()) || seen != written) return false;
  }
  return true;
}

std::uintptr_t search(uc_engine* uc, const SafeReader& reader, Numbers numbers,
                      std::uintptr_t object) {
  constexpr std::size_t kReach = 64 * 1024;  // the CPU object of 2.1.4 has them 41 kB in
  const Values values = write_pattern(uc, numbers, kSeed);
  const std::size_t size = 4 * values.size();
  std::vector<std::uint8_t> window(kReach);
  const std::size_t have = copy_mapped(reader, object, window.data(), kReach);
  for (std::size_t at = 0; at + size <= have; at += 4)
    if (std::memcmp(window.data() + at, values.data(), size) == 0 &&
        is_live(uc, reader, numbers, object + at))
      return object + at;
  return 0;
}

std::vector<std::uint32_t> snapshot(const SafeReader& reader, std::uintptr_t from) {
  constexpr std::size_t kReach = 32 * 1024;
  std::vector<std::uint32_t> words(kReach / 4);
  words.resize(copy_mapped(reader, from, reinterpret_cast<std::uint8_t*>(words.data()), kReach) /
               4);
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

// MSR MSPLIM, R0 and MSR PSPLIM, R0 (DDI0553, SYSm 10 and 11).
constexpr std::array<std::uint8_t, 4> kMainLimit = {0x80, 0xF3, 0x0A, 0x88};
constexpr std::array<std::uint8_t, 4> kProcessLimit = {0x80, 0xF3, 0x0B, 0x88};

// MSR PSP, MSP_NS and PSP_NS, R0 (SYSm 9, 0x88 and 0x89).
constexpr std::array<std::uint8_t, 4> kProcessStack = {0x80, 0xF3, 0x09, 0x88};
constexpr std::array<std::uint8_t, 4> kOtherMain = {0x80, 0xF3, 0x88, 0x88};
constexpr std::array<std::uint8_t, 4> kOtherProcess = {0x80, 0xF3, 0x89, 0x88};

bool execute(uc_engine* uc, const std::array<std::uint8_t, 4>& code, std::uint32_t r0) {
  constexpr std::uint64_t kPlace = 0, kPage = 1024;
  if (uc_mem_map(uc, kPlace, kPage, UC_PROT_ALL) != UC_ERR_OK) return false;
  uc_mem_write(uc, kPlace, code.data(), code.size());
  uc_reg_write(uc, UC_ARM_REG_R0, &r0);
  const bool done = uc_emu_start(uc, kPlace | 1U, kPlace + code.size(), 0, 0) == UC_ERR_OK;
  uc_mem_unmap(uc, kPlace, kPage);
  return done;
}

// The only word that an MSR writes, shown by values that nothing else has.
std::uint32_t* find_limit(uc_engine* uc, const std::uint32_t* registers,
                          const std::array<std::uint8_t, 4>& code) {
  constexpr std::uint32_t kFirst = 0x3579BDE8U;
  const SafeReader reader;
  const auto from = reinterpret_cast<std::uintptr_t>(registers + kLow);
  if (!execute(uc, code, kFirst)) return nullptr;
  std::vector<std::uintptr_t> places;
  const auto words = snapshot(reader, from);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == kFirst) places.push_back(from + 4 * i);
  // The snapshot itself may lie in what it shows: such copies don't follow.
  for (const std::uint32_t value : {0x2468ACF0U, 0U}) {
    if (!execute(uc, code, value)) return nullptr;
    std::erase_if(places, [&](std::uintptr_t place) {
      std::uint32_t seen = ~value;
      return !reader.read(place, &seen, sizeof seen) || seen != value;
    });
  }
  return places.size() == 1 ? reinterpret_cast<std::uint32_t*>(places[0]) : nullptr;
}

// The word that says "Secure", known by choosing the bank of PRIMASK: the Secure one at `primask`,
// the other before it.
std::uint32_t* find_security_state(uc_engine* uc, std::uint32_t* primask) {
  constexpr std::size_t kReach = 64;
  const std::uint32_t zero = 0, one = 1;
  for (std::uint32_t* word = primask + 1; word < primask + kReach; ++word) {
    if (*word != one) continue;
    *word = 0;
    uc_reg_write(uc, UC_ARM_REG_PRIMASK, &one);
    const bool other_bank = *primask == 0 && primask[-1] == 1;
    uc_reg_write(uc, UC_ARM_REG_PRIMASK, &zero);
    *word = one;
    if (other_bank) return word;
  }
  return nullptr;
}

// Clears the bit of the Security Extension in the word that lists the core's features, which is
// known by letting Non-secure code write CONTROL.FPCA.
bool drop_security_feature(uc_engine* uc, const std::uint32_t* registers) {
  constexpr std::uint32_t kMProfile = 1U << 9, kV8 = 1U << 27;                       // low half
  constexpr std::uint32_t kDsp = 1U << 2, kSecurity = 1U << 5, kMainline = 1U << 6;  // high half
  const SafeReader reader;
  auto* const from = const_cast<std::uint32_t*>(registers);
  const auto words = snapshot(reader, reinterpret_cast<std::uintptr_t>(from));
  const auto has = [](std::uint32_t word, std::uint32_t bits) { return (word & bits) == bits; };
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!has(words[i], kMProfile | kV8) || !has(words[i + 1], kDsp | kSecurity | kMainline))
      continue;
    from[i + 1] &= ~kSecurity;
    std::uint32_t control = 4, seen = 0;
    uc_reg_write(uc, UC_ARM_REG_CONTROL, &control);
    uc_reg_read(uc, UC_ARM_REG_CONTROL, &seen);
    control = 0;
    uc_reg_write(uc, UC_ARM_REG_CONTROL, &control);
    if (seen == 4) return true;
    from[i + 1] |= kSecurity;
  }
  return false;
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

bool find_stack_limits(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found) {
  if (registers == nullptr) return false;
  found.main_limit = find_limit(uc, registers, kMainLimit);
  found.process_limit = find_limit(uc, registers, kProcessLimit);
  return found.main_limit != nullptr && found.process_limit != nullptr;
}

bool find_security(uc_engine* uc, SpecialRegisters& found) {
  if (found.complete()) found.secure = find_security_state(uc, found.primask);
  return found.secure != nullptr;
}

bool find_state_stacks(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found) {
  if (registers == nullptr || found.process_limit == nullptr) return false;
  found.unused_stack = find_limit(uc, registers, kProcessStack);
  found.other_main = find_limit(uc, registers, kOtherMain);
  found.other_process = find_limit(uc, registers, kOtherProcess);
  // Behind the limits (QEMU target/arm/cpu.h, v7m): FPCAR, FPCCR, FPDSCR and CPACR of both states,
  // NSACR. FPCCR is known by its values at reset.
  constexpr std::uint32_t kAutomatic = 1U << 31, kLazy = 1U << 30, kOwner = 1U << 2;
  constexpr std::uint32_t kFullAccess = 0xF00000U, kForNonSecure = 0xC00U;
  std::uint32_t* const context = found.process_limit + 3;
  if (context[0] != kAutomatic || context[1] != (kAutomatic | kLazy | kOwner)) return false;
  // VLSTM is to store at once: what it would leave for later, Unicorn can't do.
  context[1] &= ~kLazy;
  // The engine itself keeps code without the right from the FPU.
  context[4] = context[5] = kFullAccess;
  context[6] = kForNonSecure;
  return found.unused_stack != nullptr && found.other_main != nullptr &&
         found.other_process != nullptr;
}

SpecialRegisters non_secure_bank(const SpecialRegisters& secure) {
  // Unicorn keeps each register of the two states in an array, the Secure one behind the other.
  SpecialRegisters found = secure;
  --found.primask;
  --found.faultmask;
  --found.basepri;
  --found.control;
  --found.main_limit;
  --found.process_limit;
  return found;
}

bool remove_security(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found) {
  if (!find_security(uc, found)) return false;
  *found.secure = 0;
  if (!drop_security_feature(uc, registers)) return false;
  const std::uint32_t zero = 0;
  uc_reg_write(uc, UC_ARM_REG_APSR_NZCV, &zero);  // renews the translation state
  found = find_special_registers(uc, registers);
  return found.complete();
}

std::uint8_t* find_vector_registers(uc_engine* uc, const std::uint32_t* registers) {
  if (registers == nullptr) return nullptr;
  const SafeReader reader;
  constexpr std::size_t kDoubles = 16;
  std::array<std::uint64_t, kDoubles> values{};
  const auto fill = [&](std::uint64_t seed) {
    for (std::size_t i = 0; i < kDoubles; ++i) {
      values[i] = seed * (i + 1);
      uc_reg_write(uc, UC_ARM_REG_D0 + static_cast<int>(i), &values[i]);
    }
  };
  fill(0x0123456789ABCDEFU);
  auto* const from = const_cast<std::uint32_t*>(registers);
  const auto words = snapshot(reader, reinterpret_cast<std::uintptr_t>(from));
  std::uint8_t* found = nullptr;
  for (std::size_t i = 0; i + 2 * kDoubles <= words.size() && found == nullptr; ++i)
    if (std::memcmp(&words[i], values.data(), sizeof values) == 0)
      found = reinterpret_cast<std::uint8_t*>(from + i);
  // A copy would not follow.
  fill(0x1234567F89ABCDE1U);
  if (found != nullptr && std::memcmp(found, values.data(), sizeof values) != 0) found = nullptr;
  fill(0);
  return found;
}

bool add_double_precision(uc_engine* uc, const std::uint32_t* registers) {
  constexpr std::uint32_t kSingle[] = {0x10110021U, 0x11000011U, 0x00000040U};  // MVFR0 to MVFR2
  constexpr std::uint32_t kBoth = 0x10110221U;
  const SafeReader reader;
  auto* const from = const_cast<std::uint32_t*>(registers);
  const auto words = snapshot(reader, reinterpret_cast<std::uintptr_t>(from));
  for (std::size_t i = 0; i + 3 <= words.size(); ++i)
    if (std::equal(kSingle, kSingle + 3, words.begin() + static_cast<std::ptrdiff_t>(i))) {
      from[i] = kBoth;
      const std::uint32_t zero = 0;
      uc_reg_write(uc, UC_ARM_REG_APSR_NZCV, &zero);  // renews the translation state
      return true;
    }
  return false;
}

std::uint32_t* find_registers(uc_engine* uc, std::span<const int> numbers) {
  const SafeReader reader;
  // The engine holds a pointer to its CPU object within its first fields.
  constexpr std::size_t kFields = 512;
  std::uintptr_t found = 0;
  for (std::size_t i = 0; i < kFields && found == 0; ++i) {
    std::uintptr_t pointer = 0;
    if (!reader.read(reinterpret_cast<std::uintptr_t>(uc) + i * sizeof pointer, &pointer,
                     sizeof pointer))
      break;
    if (pointer > 0xFFFF && pointer % 8 == 0) found = search(uc, reader, numbers, pointer);
  }
  const std::uint32_t zero = 0;
  for (const int number : numbers) uc_reg_write(uc, number, &zero);
  return reinterpret_cast<std::uint32_t*>(found);
}

std::uint32_t* find_word_of(uc_engine* uc, const std::uint32_t* registers, int number,
                            std::uint32_t value) {
  if (registers == nullptr) return nullptr;
  const SafeReader reader;
  return find_word(uc, reader, reinterpret_cast<std::uintptr_t>(registers), number, value);
}

const std::uint32_t* find_arm_registers(uc_engine* uc) {
  std::array<int, kLow> numbers{};
  for (std::size_t i = 0; i < kLow; ++i)
    numbers[i] = i == 12 ? static_cast<int>(UC_ARM_REG_R12)
                         : static_cast<int>(UC_ARM_REG_R0) + static_cast<int>(i);
  return find_registers(uc, numbers);
}

}  // namespace mcusim
