// What an instruction may not do: traps, the MPU on Unicorn's memory map, and undoing what was
// done all the same.
#include <algorithm>
#include <cstring>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kItBits = 0x0600FC00U;  // ITSTATE in xPSR
constexpr std::uint64_t kPage = 1024;           // grain of Unicorn's memory map
constexpr std::uint32_t kSystemControl = 0xE000E000U;
// Of the default memory map: what is for devices, and the system's (DDI0403E B3.1, table B3-1).
constexpr std::uint32_t kDevices = 0x40000000U, kOutsideRam = 0x60000000U;
constexpr std::uint32_t kOutsideDevices = 0xA0000000U;
constexpr std::uint32_t kPrivateBus = 0xE0000000U, kPrivateBusEnd = 0xE0100000U;

}  // namespace

void ArmEngine::keep_registers(std::uint32_t pc) {
  if (kept_) return;
  kept_ = true;
  for (int i = 0; i < 15; ++i) kept_registers_[i] = low(i);
  kept_xpsr_ = reg(UC_ARM_REG_XPSR);
  kept_pc_ = pc;
}

void ArmEngine::restore_registers() {
  for (int i = 0; i < 15; ++i) set_low(i, kept_registers_[i]);
  set_reg(UC_ARM_REG_XPSR_NZCVQG, kept_xpsr_);
  stop_.pc = kept_pc_;
  kept_ = false;
}

void ArmEngine::trap(std::uint32_t pc) {
  keep_registers(pc);
  stop_with(Stop::kInterrupt, accountant.trapped_by_division ? kDivideByZero : kUnaligned, pc);
}

std::uint8_t ArmEngine::traps() const {
  return static_cast<std::uint8_t>((system.traps_division() ? Accountant::kTrapDivision : 0) |
                                   (system.traps_unaligned() ? Accountant::kTrapUnaligned : 0));
}

void ArmEngine::flush_tlb() {
  stale_tlb_ = false;
  careful_ = system.any_mpu_enabled() || filtered_ ? 1U : 0U;
  check(uc_ctl_flush_tlb(uc_.get()), "dropping the address cache");
}

bool ArmEngine::never_executable(std::uint32_t address) const {
  return (address >= kDevices && address < kOutsideRam) || address >= kOutsideDevices;
}

bool ArmEngine::fill_tlb(std::uint32_t page, uc_mem_type type, uc_tlb_entry& entry) {
  if (type == UC_MEM_FETCH && enters_invalidly()) return false;
  const bool open =
      filtered_ ? fill_attributed(page, type, entry) : Engine::fill_tlb(page, type, entry);
  if (open && type != UC_MEM_FETCH) forget_it_state();
  return open;
}

bool ArmEngine::guard(bool write, std::uint32_t address, int size, std::int64_t value) {
  if (address >= kPrivateBus && address < kPrivateBusEnd) {
    const bool trigger = address == kSystemControl + 0xF00U && system.user_may_pend();
    const bool allowed = privileged() || (trigger && write);
    // Unicorn brings PC up to date for this hook alone.
    if (allowed && !accountant.accurate()) accountant.found_at(reg(UC_ARM_REG_PC));
    return allowed;
  }
  // Switched off in this very block, its rules are in the memory map until the next one.
  if (!system.any_mpu_enabled() && !system.mpu_changed) return false;
  const AccessKind kind = write ? AccessKind::kWrite : AccessKind::kRead;
  const std::uint32_t last = address + static_cast<std::uint32_t>(size) - 1U;
  const bool privilege = privileged(), negative = raised();
  if (!system.mpu.allows(address, kind, privilege, negative) ||
      !system.mpu.allows(last, kind, privilege, negative)) {
    mpu_denied_ = true;
    return false;
  }
  const Memory* memory = memory_at(address, static_cast<std::uint32_t>(size));
  if (!write || memory == nullptr) {
    stale_tlb_ = true;  // the next block's reads are to ask again
    careful_ = 1U;
    return true;
  }
  if ((memory->permissions & UC_PROT_WRITE) == 0) return false;
  // Unicorn drops stores to a page that it holds for read-only.
  std::memcpy(memory->at(address), &value, static_cast<std::size_t>(size));
  return true;
}

void ArmEngine::forget_it_state() {
  // Unicorn brings the core up to date for this hook, and leaves the IT state of the instruction
  // behind: the next block would begin in the IT block of this one.
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR);
  if ((xpsr & kItBits) != 0) set_reg(UC_ARM_REG_XPSR, xpsr & ~kItBits);
}

void ArmEngine::apply_mpu() {
  system.mpu_changed = false;
  // A filter tells the states apart as well.
  divided_ =
      divided_ || system.attribution.divided() || (options_.security && filter.restrains_secure());
  screen_pages();
  // Unicorn keeps the cuts of old rules: they are to be set anew as well.
  for (const Mpu* mpu : {&system.mpu, &system.other.mpu})
    for (const std::uint64_t at : mpu->boundaries()) {
      cuts_.push_back(at / kPage * kPage);
      cuts_.push_back((at + kPage - 1) / kPage * kPage);
    }
  std::sort(cuts_.begin(), cuts_.end());
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());
  for (const std::uint64_t at : cuts_)
    if (at < kPrivateBus) cut_devices(static_cast<std::uint32_t>(at));
  for (const Memory& memory : memories_) protect(memory.base, memory.size, memory.permissions);
  for (const auto& window : windows_)
    if (window->base < kPrivateBus)
      protect(window->base, window->size, UC_PROT_READ | UC_PROT_WRITE);
  flush_tlb();
}

void ArmEngine::protect(std::uint32_t base, std::uint32_t size, std::uint32_t allowed) {
  const std::uint64_t to = std::uint64_t{base} + size;
  for (std::uint64_t start = base; start < to;) {
    const auto next = std::upper_bound(cuts_.begin(), cuts_.end(), start);
    const std::uint64_t end = next == cuts_.end() ? to : std::min(*next, to);
    check(uc_mem_protect(uc_.get(), start, end - start, allowed & permitted(start, end)),
          "protecting memory");
    start = end;
  }
}

std::uint32_t ArmEngine::permitted(std::uint64_t start, std::uint64_t end) const {
  // What both levels of privilege of both states may do at every address; `guard` decides on the
  // rest.
  std::uint32_t permissions = UC_PROT_ALL;
  // Between two cuts further than a page apart the rules don't change.
  const std::uint64_t looked_at = end - start <= kPage ? end : start + Mpu::kGranule;
  for (std::uint64_t at = start; at < looked_at; at += Mpu::kGranule)
    for (const Mpu* mpu : {&system.mpu, &system.other.mpu})
      for (const bool privilege : {false, true}) {
        const auto address = static_cast<std::uint32_t>(at);
        if (!mpu->allows(address, AccessKind::kRead, privilege, false))
          permissions &= ~std::uint32_t{UC_PROT_READ};
        if (!mpu->allows(address, AccessKind::kWrite, privilege, false))
          permissions &= ~std::uint32_t{UC_PROT_WRITE};
      }
  return permissions;
}

}  // namespace mcusim
