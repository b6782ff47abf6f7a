// Accesses that a controller of the chip keeps out, or has to be asked for: a page of which that is
// true stands at another place for Unicorn, where each access comes here. Its virtual address cache
// asks of each page; it has one for each state and level of privilege.
#include <cstring>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

// Physical addresses that no chip has; one page of them for each page that is looked at.
constexpr std::uint32_t kScreened = 0xF0000000U, kScreenedSize = 0x04000000U;
constexpr std::uint32_t kNothing = 0xF8000000U;

}  // namespace

void ArmEngine::filter_memory(std::uint32_t base, std::uint32_t size_bytes, std::uint8_t rule) {
  filter.set(base, size_bytes, rule);
  system.mpu_changed = true;
  attend();
}

void ArmEngine::screen_pages() {
  const bool user = filter.restrains_user() && !privileged();
  if (filtered_ || !(divided_ || filter.restrains_secure() || user)) return;
  filtered_ = true;
  map_screen();
}

void ArmEngine::note_privilege() {
  if (filtered_ || !filter.restrains_user() || privileged()) return;
  system.mpu_changed = true;
  attend();
}

void ArmEngine::map_screen() {
  if (screen_mapped_) return;
  screen_mapped_ = true;
  check(uc_mmio_map(uc_.get(), kScreened, kScreenedSize, &ArmEngine::on_screened_read, this,
                    &ArmEngine::on_screened_write, this),
        "mapping what is filtered");
}

bool ArmEngine::secure_access(std::uint32_t address) const {
  return options_.security && *special_.secure != 0 &&
         system.attribution.of_data(address, true).security != Security::kNonSecure;
}

BusFilter::Master ArmEngine::master_of(std::uint32_t address, BusFilter::Access access) const {
  // A fetch is as its address is attributed, whatever the state: Non-secure code fetches SG.
  const bool fetch = access == BusFilter::Access::kFetch && options_.security;
  const bool secure =
      fetch ? system.attribution.of_data(address, true).security != Security::kNonSecure
            : secure_access(address);
  return {secure, privileged()};
}

ArmEngine::Screen ArmEngine::screen_of(std::uint32_t page, bool write) {
  if (page >= kScreened && page - kScreened < kScreenedSize) return {kNothing, true};
  if (!filter.any()) return {page, true};
  const std::optional<std::uint8_t> rule = filter.of_page(page);
  const auto access = write ? BusFilter::Access::kWrite : BusFilter::Access::kRead;
  if (rule && !BusFilter::keeps_out(*rule, master_of(page, access), access)) return {page, true};
  if (rule && (*rule & BusFilter::kFaults) != 0) return {page, false};
  const auto found = screened_.try_emplace(page, static_cast<std::uint32_t>(screened_.size()));
  const std::uint32_t number = found.first->second % (kScreenedSize / BusFilter::kPage);
  if (screened_pages_.size() <= number) screened_pages_.resize(number + 1U);
  screened_pages_[number] = page;
  return {kScreened + number * BusFilter::kPage, true};
}

bool ArmEngine::keeps_out(std::uint32_t address, BusFilter::Access access,
                          BusFilter::Master master) const {
  // As long as neither memory nor a filter tells accesses apart, all pass.
  if (!filtered_ || !filter.any()) return false;
  return BusFilter::keeps_out(filter.at(address), master, access);
}

bool ArmEngine::keeps_out(std::uint32_t address, BusFilter::Access access) const {
  return keeps_out(address, access, master_of(address, access));
}

bool ArmEngine::kept_out(std::uint32_t address, BusFilter::Access access) {
  return kept_out(address, access, master_of(address, access));
}

bool ArmEngine::kept_out(std::uint32_t address, BusFilter::Access access,
                         BusFilter::Master master) {
  if (!keeps_out(address, access, master)) return false;
  if (!filter.told) return true;
  try {
    if (!direct_) read_registers();
    filter.told(address, BusFilter::is_foreign(filter.at(address), master.secure, access));
  } catch (...) {
    fail(std::current_exception());
  }
  attend();
  return true;
}

bool ArmEngine::admit_fetch(std::uint32_t address) {
  if (!kept_out(address, BusFilter::Access::kFetch)) return true;
  bus_denied_ = true;
  stop_with(Stop::kError, UC_ERR_FETCH_PROT, address);
  return false;
}

std::uint64_t ArmEngine::on_screened_read(uc_engine*, std::uint64_t offset, unsigned size,
                                          void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(offset);
  const std::uint32_t address =
      engine.screened_pages_[at / BusFilter::kPage] + at % BusFilter::kPage;
  std::uint64_t value = 0;
  const Memory* memory = engine.memory_at(address, size);
  engine.accountant.locate_access(address, false);
  const bool open = !engine.kept_out(address, BusFilter::Access::kRead);
  if (memory != nullptr && open) std::memcpy(&value, memory->at(address), size);
  engine.accountant.access_done();
  return value;
}

void ArmEngine::on_screened_write(uc_engine*, std::uint64_t offset, unsigned size,
                                  std::uint64_t value, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(offset);
  const std::uint32_t address =
      engine.screened_pages_[at / BusFilter::kPage] + at % BusFilter::kPage;
  const Memory* memory = engine.memory_at(address, size);
  engine.accountant.locate_access(address, true);
  const bool writable = memory != nullptr && (memory->permissions & UC_PROT_WRITE) != 0;
  if (!engine.kept_out(address, BusFilter::Access::kWrite) && writable)
    std::memcpy(memory->at(address), &value, size);
  engine.accountant.access_done();
}

}  // namespace mcusim
