// The blocks that were met: found by address, decoded when new.
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "unicorn_engine.hpp"

namespace mcusim {

namespace {

constexpr std::size_t kTableEntries = 65536 / 2;

}  // namespace

void Engine::set_region(Block& block, int region) {
  block.region = region;
  block.flags |= kMarked;
}

void Engine::mark_region(std::uint32_t address, int region) {
  region_marks_.emplace_back(address & ~1U, region);
  for (Block& block : blocks_)
    if (block.address == (address & ~1U)) set_region(block, region);
}

Block* Engine::find(std::uint32_t address, std::uint32_t size) {
  Block** table = tables_[address >> 16];
  if (table == nullptr) return nullptr;
  for (Block* block = table[(address & 0xFFFFU) >> 1]; block != nullptr; block = block->next_here)
    if (block->size == size &&
        (block->host == nullptr || std::memcmp(block->host, block->copy.data(), size) == 0))
      return block;
  return nullptr;
}

template <typename Visit>
void Engine::each_at(std::uint32_t address, Visit visit) {
  Block** table = tables_[address >> 16];
  if (table == nullptr) return;
  for (Block* block = table[(address & 0xFFFFU) >> 1]; block != nullptr; block = block->next_here)
    visit(*block);
}

bool Engine::translation_is_current(const Block* block, std::uint32_t address, std::uint32_t size) {
  // Unicorn sees what its own core writes, and not what another does.
  if (block != nullptr && (block->host == nullptr || block->translated)) return true;
  bool known = false;
  each_at(address, [&known](Block& other) {
    known = known || other.translated;
    other.translated = false;
  });
  if (!known || translated_at_ == address) {
    translated_at_ = 1;
    return true;
  }
  translated_at_ = stale_at_ = address;
  stale_size_ = size;
  stop_with(Stop::kLimit, 0, address);
  return false;
}

void Engine::drop_stale_code() {
  if (stale_size_ == 0) return;
  const std::uint32_t size = std::exchange(stale_size_, 0U);
  check(uc_ctl_remove_cache(uc_.get(), stale_at_, stale_at_ + size), "translating anew");
}

std::vector<std::uint8_t> Engine::code_at(std::uint32_t address, std::uint32_t size) const {
  if (const Memory* all = memory_at(address, size)) {
    const std::uint8_t* const first = all->at(address);
    return {first, first + size};
  }
  std::vector<std::uint8_t> code;
  code.reserve(size);
  for (std::uint32_t k = 0; k < size; ++k) {
    // Byte by byte: neighbouring memories may share a block.
    const Memory* memory = memory_at(address + k, 1);
    if (memory == nullptr) throw std::runtime_error("a block runs outside all memories");
    code.push_back(*memory->at(address + k));
  }
  return code;
}

void Engine::set_flash(std::shared_ptr<Flash> flash) {
  accountant.set_flash(flash);
  for (Block& block : blocks_) accountant.place_again(block);
  if (follower_ != nullptr) follower_->set_flash(std::move(flash));
}

Block* Engine::discover(std::uint32_t address, std::uint32_t size) {
  std::vector<std::uint8_t> code = code_at(address, size);
  blocks_.push_back(decode(address, code, decode_state()));
  Block& block = blocks_.back();
  block.address = address;
  block.size = size;
  accountant.place(block);
  inspect(block, code);
  if (block.has(kInRam)) {
    if (const Memory* memory = memory_at(address, size); memory != nullptr)
      block.host = memory->at(address);
    block.copy = std::move(code);
    block.may_differ = true;
  }
  for (const auto& [entry, region] : region_marks_)
    if (entry == address) set_region(block, region);
  for (const HeapFunction& function : heap_functions_)
    if (function.address == address) block.heap_function = &function;
  if (block.heap_function != nullptr) block.flags |= kMarked;
  block.events = block.dynamic.data();
  Block**& table = tables_[address >> 16];
  if (table == nullptr) table = static_cast<Block**>(std::calloc(kTableEntries, sizeof(Block*)));
  if (table == nullptr) throw std::bad_alloc();
  Block*& head = table[(address & 0xFFFFU) >> 1];
  block.next_here = head;
  head = &block;
  return &block;
}

Block* Engine::look_for(Block* previous, std::uint32_t address, std::uint32_t size) {
  Block* block = find(address, size);
  if (shares_time() && !translation_is_current(block, address, size)) return nullptr;
  if (block == nullptr) {
    try {
      block = discover(address, size);
    } catch (...) {
      fail(std::current_exception());
      return nullptr;
    }
  }
  block->translated = shares_time();
  if (block->may_differ && !shares_time()) {
    block->may_differ = false;
    compared_.push_back(block);
  }
  if (previous != nullptr) previous->successor = block;
  return block;
}

void Engine::drop_translations(std::uint32_t address, std::uint32_t size) {
  if (size == 0) return;
  bool code = false;
  for (std::uint32_t at = address >> 16; at <= (address + size - 1) >> 16; ++at)
    code = code || tables_[at] != nullptr;
  if (!code) return;
  compare_again();
  check(uc_ctl_remove_cache(uc_.get(), address, std::uint64_t{address} + size), "translating anew");
}

void Engine::compare_again() {
  for (Block* block : compared_) block->may_differ = true;
  compared_.clear();
}

void Engine::on_translation(uc_engine*, uc_tb*, uc_tb*, void* self) {
  static_cast<Engine*>(self)->compare_again();
}

}  // namespace mcusim
