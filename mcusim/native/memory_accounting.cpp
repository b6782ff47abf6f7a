// The part of the accountant that knows memories: what fetches and data accesses wait for.
#include <algorithm>

#include "accountant.hpp"

namespace mcusim {

void Accountant::add_area(std::uint32_t base, std::uint32_t size_bytes, const Area& area) {
  areas_.push_back(area);
  areas_.back().base = base;
  const auto id = static_cast<std::uint8_t>(areas_.size() - 1);
  const std::uint32_t last = (base + (size_bytes - 1)) >> 16;
  for (std::uint32_t granule = base >> 16; granule <= last; ++granule) area_of_[granule] = id;
}

void Accountant::share_memories(Accountant& other) {
  areas_ = other.areas_;
  area_of_ = other.area_of_;
  set_flash(other.flash_);
  next_sample_ = kNever;
  other.beside_ = this;
}

void Accountant::assume_accesses(Block& block) const {
  // Without a look at addresses, literals are cache hits and everything else is RAM.
  for (const Instruction& i : block.dynamic) {
    const bool literal = i.base == kNoRegister;
    if (i.effect == Effect::kRead)
      block.fixed[literal ? kCacheRead : kRamRead] =
          static_cast<std::uint16_t>(block.fixed[literal ? kCacheRead : kRamRead] + i.count);
    else if (i.effect == Effect::kWrite)
      block.fixed[kRamWrite] = static_cast<std::uint16_t>(block.fixed[kRamWrite] + i.count);
  }
}

[[gnu::always_inline]] inline void Accountant::access(const Instruction& i, std::uint32_t address) {
  const std::uint8_t where = area_of_[address >> 16];
  const Area& area = areas_[where];
  if ((i.shift & kPipelined) != 0 && collides(address, where)) ++cycles;
  last_area_ = where;
  last_address_ = address;
  access_offset_ = i.offset;
  if (area.place == Place::kRam && i.is_aligned(address)) [[likely]]
    return access_ram(i, address, area);
  access_elsewhere(i, address, area);
}

[[gnu::always_inline]] inline void Accountant::access_ram(const Instruction& i,
                                                          std::uint32_t address, const Area& area) {
  if (i.effect == Effect::kRead) {
    current_->recent[kRamRead] += i.count;
    if (area.read_wait != 0) wait(std::uint64_t{area.read_wait} * i.count);
    return;
  }
  current_->recent[kRamWrite] += i.count;
  if (area.write_wait != 0) wait(std::uint64_t{area.write_wait} * i.count);
  if (address >= heap_written_ && i.base != stack_register_) written(address, i);
}

void Accountant::access_elsewhere(const Instruction& i, std::uint32_t address, const Area& area) {
  const bool read = i.effect == Effect::kRead;
  if (read && !i.is_aligned(address)) split_read(address, i);
  if (area.place == Place::kRam) return access_ram(i, address, area);
  if (area.place == Place::kDevice) return;  // counted when the device answers
  if (read)
    read_elsewhere(i, address, area);
  else
    write_elsewhere(i, address, area);
}

[[gnu::always_inline]] inline bool Accountant::execute(const Instruction& i) {
  if (i.effect != Effect::kRead && i.effect != Effect::kWrite) return calculate(i);
  const std::uint32_t address = address_of(i);
  if (!i.is_aligned(address) && misaligned(i, address)) [[unlikely]]
    return true;
  cycles += i.extra;
  under_way_ = i.extra;
  access(i, address);
  return false;
}

bool Accountant::calculate(const Instruction& i) {
  if (traps != 0 && divides_by_zero(i)) [[unlikely]]
    return true;
  cycles += i.extra;
  divide(i);
  return false;
}

bool Accountant::step(std::uint32_t pc) {
  const auto offset = static_cast<std::uint16_t>(pc - current_->address);
  const Instruction* const i = cursor_;
  if (i[0].offset != offset || i[1].offset == offset) [[unlikely]]
    return step_far(offset);
  move_cursor(i + 1);
  return execute(*i);
}

bool Accountant::step_far(std::uint16_t offset) {
  const Instruction* i = cursor_;
  while (i->offset < offset) ++i;  // skipped: their condition failed
  const Instruction* end = i;
  while (end->offset == offset) ++end;  // two for an AMO: its load and its store
  move_cursor(end);
  for (; i != end; ++i)
    if (execute(*i)) return true;
  return false;
}

void Accountant::vector_access(std::uint32_t offset, std::uint32_t address, std::uint32_t bytes,
                               std::uint32_t count, bool write) {
  if (current_ == nullptr) return;
  if (!accurate_) {
    current_->recent[write ? kRamWrite : kRamRead] += count;
    return;
  }
  Instruction i{};
  i.offset = static_cast<std::uint16_t>(offset);
  i.effect = write ? Effect::kWrite : Effect::kRead;
  i.base = i.index = kNoRegister;
  i.access_bytes = static_cast<std::uint8_t>(bytes);
  i.count = static_cast<std::uint8_t>(count);
  under_way_ = 0;
  access(i, address);
}

void Accountant::place(Block& block) const {
  const Area& area = areas_[area_of_[block.address >> 16]];
  block.behind_axi = area.place == Place::kAxi;
  block.axi_target = area.axi_target;
  block.by_lines = block.behind_axi || (area.place == Place::kFlash && flash_ != nullptr);
  if (area.writable || area.place == Place::kDevice) block.flags |= kInRam;
  block.fixed[block.by_lines ? kCacheRead : kRamFetch] =
      static_cast<std::uint16_t>(block.fetch_words);
  if (!accurate_) assume_accesses(block);
  place_again(block);
}

void Accountant::place_again(Block& block) const {
  const Area& area = areas_[area_of_[block.address >> 16]];
  block.cache_epoch = ~0ULL;
  block.looks_in_cache = area.cache_use.looks;
  block.lines.clear();
  block.sector_cycle.clear();
  if (!block.by_lines) {
    block.ram_fetch_wait = area.read_wait * block.fetch_words;
    return;
  }
  // Lines of a memory behind the AXI port are counted from address 0.
  const std::uint32_t base = block.behind_axi ? 0 : area.base;
  const std::uint32_t shift = block.behind_axi ? MemorySystem::kBeatShift : flash_->read_shift();
  const std::uint32_t line_shift =
      block.behind_axi ? L1Cache::kLineShift - shift : flash_->icache.sectors_shift();
  place_lines(block, base, shift, line_shift);
}

void Accountant::place_lines(Block& block, std::uint32_t base, std::uint32_t shift,
                             std::uint32_t line_shift) {
  const std::uint32_t per_line = 1U << line_shift;
  std::uint32_t sector = (block.address - base) >> shift;
  const std::uint32_t last = (block.fallthrough() - 1 - base) >> shift;
  auto instruction = block.code.begin();
  for (; sector <= last; ++sector) {
    const std::uint32_t line = sector >> line_shift;
    if (block.lines.empty() || block.lines.back().line != line)
      block.lines.push_back(
          {line, sector, 0, 0, static_cast<std::uint16_t>(block.sector_cycle.size())});
    LineUse& use = block.lines.back();
    use.mask = static_cast<std::uint8_t>(use.mask | (1U << (sector % per_line)));
    ++use.count;
    // First instruction that has a byte in this sector.
    const std::uint32_t start = base + (sector << shift);
    while (instruction + 1 != block.code.end() && block.address + instruction[1].offset <= start)
      ++instruction;
    block.sector_cycle.push_back(instruction->cycles_before);
  }
  block.last_sector = last;
}

void Accountant::fetch(Block& block) {
  if (!block.by_lines) return wait_for_fetches(block.ram_fetch_wait);
  if (block.behind_axi) return fetch_over_axi(block);
  if (block.looks_in_cache && flash_->icache.serves_freely() && hits_cache(block))
    return flash_->fetched_from_cache(block.last_sector);
  const std::uint64_t start = cycles - block.cycles;
  if (FetchRecord* record = fetches_.next(&block, start)) return repeat(block, *record, start);
  fetch_lines(block);
}

bool Accountant::hits_cache(Block& block) {
  LineCache& cache = flash_->icache;
  const std::uint64_t order = cache.order();
  for (const LineUse& use : block.lines) {
    // A load may come between two blocks in the same line, the second of which doesn't use it
    // again.
    const bool hit =
        cache.serves_data() ? cache.is_newest(use.line, use.mask) : cache.touch(use.line, use.mask);
    if (!hit) return false;
  }
  const bool same_order = order == cache.order() || fetch_epoch_ == &cache.fills();
  if (memories_ == nullptr && same_order) block.cache_epoch = *fetch_epoch_;
  return true;
}

void Accountant::fetch_over_axi(Block& block) {
  const std::uint64_t start = cycles - block.cycles;
  const std::uint64_t changes = memories_->icache.changes();
  std::uint64_t stall = 0;
  for (const LineUse& use : block.lines)
    stall += memories_->fetch(block.axi_target, use.first_sector, use.count,
                              &block.sector_cycle[use.first_offset], start + stall, block.recent);
  if (stall == 0 && changes == memories_->icache.changes() && memories_->icache.enabled())
    block.cache_epoch = changes;
  if (stall != 0) wait_for_fetches(stall);
}

void Accountant::fetch_lines(Block& block) {
  const std::uint64_t start = cycles - block.cycles;
  const CacheUse cache_use = areas_[area_of_[block.address >> 16]].cache_use;
  if (!flash_->keeps_records()) return wait_for_fetches(fetch_from(block, start, cache_use));
  if (block.fetches.empty()) block.fetches.resize(FetchRecord::kMost);
  FetchRecord* const before = fetches_.last();
  const std::uint64_t after = start - fetches_.last_start();
  settle_fetches();
  const auto found = std::find_if(block.fetches.begin(), block.fetches.end(), [&](auto& record) {
    return record.known && flash_->is(record.before, start);
  });
  const bool again = found != block.fetches.end();
  FetchRecord& record =
      again ? *found : block.fetches[block.oldest_fetches++ % block.fetches.size()];
  if (again)
    repeat(block, record, start);
  else
    keep(block, record, start, cache_use);
  if (before != nullptr && record.known) before->next = {&block, after, &record, record.edition};
}

void Accountant::repeat(Block& block, FetchRecord& record, std::uint64_t start) {
  fetches_.add(record, start);
  block.recent[kFlashFetch] += record.fetched;
  wait_for_fetches(record.stall);
}

void Accountant::keep(Block& block, FetchRecord& record, std::uint64_t start, CacheUse cache_use) {
  ++record.edition;
  record.next = {};
  const std::size_t first = flash_->fetches();
  const std::int64_t fetched = block.recent[kFlashFetch];
  record.before = flash_->state(start);
  record.stall = fetch_from(block, start, cache_use);
  record.fetched = static_cast<std::uint32_t>(block.recent[kFlashFetch] - fetched);
  flash_->complete(record, first, start);
  if (record.known) fetches_.begin(record, start);
  wait_for_fetches(record.stall);
}

void Accountant::wait_for_fetches(std::uint64_t stall) {
  fetch_stall += stall;
  wait(stall);
}

std::uint64_t Accountant::fetch_from(Block& block, std::uint64_t start, CacheUse cache_use) {
  std::uint64_t stall = 0;
  for (const LineUse& use : block.lines)
    for (std::uint32_t k = 0; k < use.count; ++k)
      stall += flash_->fetch(use.first_sector + k,
                             start + block.sector_cycle[use.first_offset + k] + stall, block.recent,
                             cache_use);
  return stall;
}

void Accountant::split_read(std::uint32_t address, const Instruction& i) {
  cycles += unaligned_load_cycles(core_, address, i.access_bytes);
}

void Accountant::read_elsewhere(const Instruction& i, std::uint32_t address, const Area& area) {
  if (area.place == Place::kTcm) {
    current_->recent[kRamRead] += i.count;
    return;
  }
  const std::uint64_t start = begin_of(i);
  if (area.place == Place::kAxi) {
    const std::uint32_t bytes = std::uint32_t{i.access_bytes} * i.count;
    return wait(memories_->read(area.axi_target, address, bytes, start, current_->recent));
  }
  settle_fetches();
  if (flash_->loads_bytes()) {
    const std::uint32_t bytes = std::uint32_t{i.access_bytes} * i.count;
    return wait(flash_->read_bytes(address - area.base, bytes, start, current_->recent));
  }
  if (i.count == 1)
    return wait(flash_->read(address - area.base, start, current_->recent, area.cache_use));
  std::uint64_t stall = 0;
  std::uint32_t last_sector = 0xFFFFFFFFU;
  for (std::uint32_t k = 0; k < i.count; ++k) {
    const std::uint32_t offset = address + k * i.access_bytes - area.base;
    const std::uint32_t sector = offset >> flash_->read_shift();
    if (sector == last_sector) continue;
    last_sector = sector;
    stall += flash_->read(offset, start + stall, current_->recent, area.cache_use);
  }
  wait(stall);
}

void Accountant::write_elsewhere(const Instruction& i, std::uint32_t address, const Area& area) {
  if (memories_ == nullptr || !area.writable) return;
  if (address >= heap_written_ && i.base != 13) written(address, i);
  const std::uint64_t start = begin_of(i);
  // An even number of registers off 8 bytes takes a cycle more (jnk0le/random, cortex_m7.md).
  if (memories_->has_store_buffer && i.count % 2 == 0 && (address & 4U) != 0) ++cycles;
  std::uint64_t stall = 0;
  if (area.place == Place::kTcm) {
    current_->recent[kRamWrite] += i.count;
    // Pairs of words go to both banks at once, and never wait.
    if (i.count == 1) stall = memories_->write_tcm(address, i.access_bytes, start);
  } else {
    for (std::uint32_t k = 0; k < i.count; ++k)
      stall += memories_->write(area.axi_target, address + k * i.access_bytes, i.access_bytes,
                                start + stall, current_->recent);
  }
  wait(stall);
}

bool Accountant::drops_store(std::uint32_t address) {
  const Area& area = areas_[area_of_[address >> 16]];
  if (area.place != Place::kFlash || flash_ == nullptr) return false;
  settle_fetches();
  return flash_->store(address - area.base, area.cache_use);
}

std::uint64_t Accountant::data_wait(std::uint32_t address, std::uint32_t words, bool write) {
  const Area& area = areas_[area_of_[address >> 16]];
  if (area.place == Place::kRam)
    return std::uint64_t{write ? area.write_wait : area.read_wait} * words;
  if (area.place == Place::kAxi)
    return write ? memories_->write(area.axi_target, address, 4, cycles, totals_)
                 : memories_->read(area.axi_target, address, 4 * words, cycles, totals_);
  if (area.place != Place::kFlash || flash_ == nullptr || write) return 0;
  settle_fetches();
  if (flash_->loads_bytes())
    return flash_->read_bytes(address - area.base, 4 * words, cycles, totals_);
  return flash_->read(address - area.base, cycles, totals_, area.cache_use);
}

}  // namespace mcusim
