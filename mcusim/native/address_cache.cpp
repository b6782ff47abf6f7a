// What Unicorn's address cache holds of a page.
//
// Left to itself, it has every page of RAM executable, and then looks at each store for code that
// it overwrites: a fifth of the time of a run. So a page is not executable before something in it
// runs. It does the same where an invalid access would call a hook; so there is none for RAM before
// memory protection makes accesses of it invalid.
#include <algorithm>

#include "unicorn_engine.hpp"

namespace mcusim {

void Engine::watch_address_cache() {
  check(uc_ctl_tlb_mode(uc_.get(), UC_TLB_VIRTUAL), "choosing the address cache");
  add_hook(UC_HOOK_TLB_FILL, reinterpret_cast<void*>(&Engine::on_tlb_fill), this);
}

void Engine::hook_invalid_accesses() {
  if (hooked_outside_ && (hooked_within_ || !permissions_vary())) return;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> writable;
  for (const Memory& memory : memories_)
    if (!memory.read_only)
      writable.emplace_back(memory.base, std::uint64_t{memory.base} + memory.size);
  std::sort(writable.begin(), writable.end());
  std::uint64_t at = 0;
  for (const auto& [base, end] : writable) {
    if (!hooked_outside_) hook_invalid_accesses(at, base);
    if (permissions_vary()) hook_invalid_accesses(base, end);
    at = end;
  }
  if (!hooked_outside_) hook_invalid_accesses(at, std::uint64_t{1} << 32U);
  hooked_outside_ = true;
  hooked_within_ = permissions_vary();
}

void Engine::hook_invalid_accesses(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return;
  uc_hook handle = 0;
  check(uc_hook_add(uc_.get(), &handle, UC_HOOK_MEM_INVALID, invalid_access_, this, begin, end - 1),
        "adding a hook");
}

bool Engine::on_tlb_fill(uc_engine*, std::uint64_t address, uc_mem_type type, uc_tlb_entry* entry,
                         void* self) {
  return static_cast<Engine*>(self)->fill_tlb(static_cast<std::uint32_t>(address), type, *entry);
}

bool Engine::fill_tlb(std::uint32_t page, uc_mem_type type, uc_tlb_entry& entry) {
  entry.paddr = page;
  entry.perms = UC_PROT_ALL;
  const Memory* memory = memory_at(page, 1);
  if (memory == nullptr || memory->read_only) return true;
  const std::uint8_t* const host = memory->at(page);
  // Stores that come by another entry than this one are to be looked at from now on.
  if (type == UC_MEM_FETCH && executed_pages_.insert(host).second)
    check(uc_ctl_flush_tlb(uc_.get()), "dropping the address cache");
  if (!executed_pages_.contains(host))
    entry.perms = static_cast<uc_prot>(UC_PROT_READ | UC_PROT_WRITE);
  if (!permissions_vary()) entry.paddr = first_place_of(*memory, page);
  return true;
}

std::uint32_t Engine::first_place_of(const Memory& memory, std::uint32_t address) const {
  // Unicorn misses stores by one alias to code that ran by another: it sees one memory alone.
  const auto first =
      std::find_if(memories_.begin(), memories_.end(), [&memory](const Memory& other) {
        return other.host == memory.host && other.permissions == memory.permissions;
      });
  return first->base + (address - memory.base);
}

}  // namespace mcusim
