// The blocks that were met: found by address, decoded when new.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include "engine.hpp"

namespace mcusim {

namespace {

constexpr std::size_t kTableEntries = 65536 / 2;

// Conditional-execution bits of xPSR (IT[7:0]).
constexpr std::uint32_t kItMask = 0x0600FC00U;

// B in its encodings T2 and T4 (ARM DDI0403E A7.7.12) with an offset of -4.
bool is_branch_to_itself(std::span<const std::uint8_t> code) {
  constexpr std::array<std::uint8_t, 2> kNarrow{0xFE, 0xE7};
  constexpr std::array<std::uint8_t, 4> kWide{0xFF, 0xF7, 0xFE, 0xBF};
  return std::ranges::equal(code, kNarrow) || std::ranges::equal(code, kWide);
}

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

std::vector<std::uint8_t> Engine::code_at(std::uint32_t address, std::uint32_t size) const {
  std::vector<std::uint8_t> code;
  code.reserve(size);
  for (std::uint32_t k = 0; k < size; ++k) {
    // Byte by byte: neighbouring memories may share a block.
    const Memory* memory = memory_at(address + k, 1);
    if (memory == nullptr) throw std::runtime_error("a block runs outside all memories");
    code.push_back(memory->host[address + k - memory->base]);
  }
  return code;
}

void Engine::inspect(Block& block, std::span<const std::uint8_t> host) {
  constexpr std::uint16_t kSev = 0xBF40U;
  constexpr std::uint16_t kMoveToSpMask = 0xFF87U, kMoveToSp = 0x4685U;  // MOV SP, Rm
  for (const Instruction& i : block.code) {
    const auto half =
        static_cast<std::uint16_t>(host[i.offset] | std::uint32_t{host[i.offset + 1U]} << 8);
    if (half == kSev) block.sends_event = true;
    if ((half & kMoveToSpMask) == kMoveToSp) block.sets_stack = true;
    // CPS and MSR end a block, and may let a pending exception through at once.
    const bool change = (half & 0xFFE8U) == 0xB660U, move = (half & 0xFFF0U) == 0xF380U;
    if (change || (move && (host[i.offset + 3U] & 0xD0U) == 0x80U)) block.flags |= kStackSelect;
  }
  block.spins = is_branch_to_itself(host);
  block.needs_care = block.sends_event || block.spins || block.has(kUsesFpu) ? 1U : 0U;
}

void Engine::set_flash(std::unique_ptr<Flash> flash) {
  accountant.set_flash(std::move(flash));
  for (Block& block : blocks_) accountant.place_again(block);
}

Block* Engine::discover(std::uint32_t address, std::uint32_t size) {
  std::vector<std::uint8_t> code = code_at(address, size);
  blocks_.push_back(decode(address, code, reg(UC_ARM_REG_XPSR) & kItMask));
  Block& block = blocks_.back();
  block.address = address;
  block.size = size;
  accountant.place(block);
  inspect(block, code);
  find_test_targets(block);
  if (block.has(kInRam)) {
    if (const Memory* memory = memory_at(address, size); memory != nullptr)
      block.host = memory->host + (address - memory->base);
    block.copy = std::move(code);
  }
  for (const auto& [entry, region] : region_marks_)
    if (entry == address) set_region(block, region);
  for (const HeapFunction& function : heap_functions_)
    if (function.address == address) block.heap_function = &function;
  if (block.heap_function != nullptr) block.flags |= kMarked;
  block.events = block.dynamic.data();
  if (helium_ != nullptr)
    for (const std::uint32_t page : {address >> 10, (address + size - 1) >> 10})
      helium_->code_pages[page >> 6] |= std::uint64_t{1} << (page & 63U);
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
  if (block == nullptr) {
    try {
      block = discover(address, size);
    } catch (...) {
      fail(std::current_exception());
      return nullptr;
    }
  }
  // Code in RAM may change: it is compared at each execution.
  if (previous != nullptr && !block->has(kInRam)) previous->successor = block;
  return block;
}

}  // namespace mcusim
