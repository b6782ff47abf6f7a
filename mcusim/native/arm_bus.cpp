// Accesses of the core to bit-band aliases and the system control space.

#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kSystemControl = 0xE000E000U, kNonSecureAlias = 0xE002E000U;
constexpr std::uint32_t kDwt = 0xE0001000U, kDwtSize = 0x1000U;

// Bit-banding, an option of Cortex-M3 and M4 (TRM 100166, 3.7): a word a bit.
constexpr std::uint32_t kRam = 0x20000000U, kRamBits = 0x22000000U;
constexpr std::uint32_t kDevices = 0x40000000U, kDeviceBits = 0x42000000U;
constexpr std::uint32_t kBitAliasSize = 0x2000000U;

struct BitBand {
  explicit BitBand(std::uint32_t offset) : word(offset >> 5 & ~3U), number(offset >> 2 & 31U) {}
  std::uint32_t put(std::uint32_t into, std::uint32_t value) const {
    return (into & ~(1U << number)) | (value & 1U) << number;
  }
  std::uint32_t word;
  std::uint32_t number;
};

bool is_bit_alias(std::uint32_t address) { return address - kDeviceBits < kBitAliasSize; }

}  // namespace

void ArmEngine::map_devices(std::uint32_t base, std::uint32_t size_bytes) {
  Engine::map_devices(base, size_bytes);
  if (kDwt < base || kDwt - base >= size_bytes) return;
  cut_devices(kDwt);
  cut_devices(kDwt + kDwtSize);
  // As the system control space: for privileged code (B3.1), and to know where it is read.
  check(uc_mem_protect(uc_.get(), kDwt, kDwtSize, UC_PROT_NONE), "guarding registers");
}

void ArmEngine::map_system_control() {
  check(uc_mmio_map(uc_.get(), kSystemControl, 0x1000, &ArmEngine::on_system_read, this,
                    &ArmEngine::on_system_write, this),
        "mapping the system control space");
  // Each access asks `guard`: unprivileged code has none (B3.1).
  check(uc_mem_protect(uc_.get(), kSystemControl, 0x1000, UC_PROT_NONE), "guarding registers");
  check(uc_mmio_map(uc_.get(), kNonSecureAlias, 0x1000, &ArmEngine::on_alias_read, this,
                    &ArmEngine::on_alias_write, this),
        "mapping the alias of the system control space");
  check(uc_mem_protect(uc_.get(), kNonSecureAlias, 0x1000, UC_PROT_NONE), "guarding registers");
}

void ArmEngine::map_bit_band() {
  bit_band_ = true;
  check(uc_mmio_map(uc_.get(), kRamBits, kBitAliasSize, &ArmEngine::on_ram_bit_read, this,
                    &ArmEngine::on_ram_bit_write, this),
        "mapping the bits of RAM");
}

std::uint32_t ArmEngine::read_device(std::uint32_t address, std::uint32_t size) {
  if (!bit_band_ || !is_bit_alias(address)) return Engine::read_device(address, size);
  const BitBand bit(address - kDeviceBits);
  return device_read(kDevices + bit.word, 4) >> bit.number & 1U;
}

void ArmEngine::write_device(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  if (!bit_band_ || !is_bit_alias(address)) return Engine::write_device(address, size, value);
  const BitBand bit(address - kDeviceBits);
  device_write(kDevices + bit.word, 4, bit.put(device_read(kDevices + bit.word, 4), value));
}

std::uint64_t ArmEngine::on_ram_bit_read(uc_engine*, std::uint64_t offset, unsigned, void* self) {
  const BitBand bit(static_cast<std::uint32_t>(offset));
  std::uint32_t word = 0;
  static_cast<ArmEngine*>(self)->load(kRam + bit.word, word);
  return word >> bit.number & 1U;
}

void ArmEngine::on_ram_bit_write(uc_engine*, std::uint64_t offset, unsigned, std::uint64_t value,
                                 void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const BitBand bit(static_cast<std::uint32_t>(offset));
  std::uint32_t word = 0;
  if (engine.load(kRam + bit.word, word))
    engine.store(kRam + bit.word, bit.put(word, static_cast<std::uint32_t>(value)));
}

std::uint64_t ArmEngine::on_system_read(uc_engine*, std::uint64_t offset, unsigned size,
                                        void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  std::uint32_t value = 0;
  try {
    engine.accountant.locate_access(kSystemControl + static_cast<std::uint32_t>(offset), false);
    engine.run_events_before_access();
    const std::uint64_t now = engine.accountant.now();
    value = engine.system.read(static_cast<std::uint32_t>(offset), size, now);
  } catch (...) {
    engine.fail(std::current_exception());
  }
  engine.accountant.access_done();
  return value;
}

std::uint64_t ArmEngine::on_alias_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                       void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  // DDI0553: to Non-secure code, and without the Security Extension, it reads as zero.
  if (!engine.options_.security || engine.system.non_secure()) return 0;
  engine.system.change_state(true);
  const std::uint64_t value = on_system_read(uc, offset, size, self);
  engine.system.change_state(false);
  return value;
}

void ArmEngine::on_alias_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                               std::uint64_t value, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  if (!engine.options_.security || engine.system.non_secure()) return;
  engine.system.change_state(true);
  on_system_write(uc, offset, size, value, self);
  engine.system.change_state(false);
}

void ArmEngine::on_system_write(uc_engine*, std::uint64_t offset, unsigned size,
                                std::uint64_t value, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  try {
    engine.accountant.locate_access(kSystemControl + static_cast<std::uint32_t>(offset), true);
    engine.run_events_before_access();
    engine.system.write(static_cast<std::uint32_t>(offset), size, static_cast<std::uint32_t>(value),
                        engine.accountant.now());
  } catch (...) {
    engine.fail(std::current_exception());
  }
  if (MemorySystem* memories = engine.accountant.memories()) {
    memories->icache.set_enabled(engine.system.instruction_cache_enabled());
    memories->dcache.set_enabled(engine.system.data_cache_enabled());
    memories->maintain(static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(value));
  }
  // The hook a instruction is there; fast mode needs a new one, between two blocks.
  if (engine.accountant.accurate()) engine.accountant.traps = engine.traps();
  engine.accountant.access_done();
  engine.attend();
}

}  // namespace mcusim
