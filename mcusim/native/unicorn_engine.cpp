#include "unicorn_engine.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace mcusim {

void Engine::check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) throw std::runtime_error(std::string(what) + ": " + uc_strerror(error));
}

Engine::Engine(uc_arch arch, uc_mode mode, int cpu_model) {
  uc_engine* uc = nullptr;
  check(uc_open(arch, mode, &uc), "opening the core");
  uc_.reset(uc);
  check(uc_ctl_set_cpu_model(uc, cpu_model), "choosing the core");
  accountant.watch_timeline(&timeline);
  add_hook(UC_HOOK_EDGE_GENERATED, reinterpret_cast<void*>(&Engine::on_translation), this);
}

Engine::~Engine() {
  uc_.reset();
  for (Block** table : tables_) std::free(table);
  for (const Memory& memory : memories_)
    if (memory.owner) munmap(memory.host, memory.size);
}

void Engine::add_hook(int type, void* callback, void* self) {
  uc_hook handle = 0;
  // begin > end: all addresses.
  check(uc_hook_add(uc_.get(), &handle, type, callback, self, std::uint64_t{1}, std::uint64_t{0}),
        "adding a hook");
}

void Engine::map_memory(std::span<const std::pair<std::uint32_t, Area>> bases,
                        std::uint32_t size_bytes, bool executable) {
  void* host = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (host == MAP_FAILED) throw std::bad_alloc();
  auto* bytes = static_cast<std::uint8_t*>(host);
  bool owner = true;
  for (const auto& [at, area] : bases) {
    std::uint32_t permissions = UC_PROT_READ;
    if (executable && !never_executable(at)) permissions |= UC_PROT_EXEC;
    if (area.writable) permissions |= UC_PROT_WRITE;
    memories_.push_back({at, size_bytes, bytes, owner, !area.writable, permissions});
    owner = false;
    check(uc_mem_map_ptr(uc_.get(), at, size_bytes, permissions, bytes), "mapping memory");
    // Mapped alone, it would take a store that `on_invalid` lets pass.
    if (!area.writable)
      check(uc_mem_protect(uc_.get(), at, size_bytes, permissions), "protecting memory");
    accountant.add_area(at, size_bytes, area);
  }
}

void Engine::set_memory_system(const CacheGeometry& icache, const CacheGeometry& dcache,
                               bool store_buffer) {
  accountant.set_memory_system(std::make_unique<MemorySystem>(icache, dcache, store_buffer));
}

void Engine::set_flash_writable(bool on) {
  std::uint32_t permissions = UC_PROT_READ | UC_PROT_EXEC;
  if (on) permissions |= UC_PROT_WRITE;
  for (Memory& memory : memories_) {
    if (!memory.read_only) continue;
    memory.permissions = permissions;
    check(uc_mem_protect(uc_.get(), memory.base, memory.size, permissions), "protecting flash");
  }
  memory_permissions_changed();
}

void Engine::map_devices(std::uint32_t base, std::uint32_t size_bytes) {
  windows_.push_back(std::make_unique<DeviceWindow>(DeviceWindow{this, base, size_bytes}));
  DeviceWindow* window = windows_.back().get();
  check(uc_mmio_map(uc_.get(), base, size_bytes, &Engine::on_device_read, window,
                    &Engine::on_device_write, window),
        "mapping devices");
}

void Engine::cut_devices(std::uint32_t at) {
  const auto found = std::find_if(windows_.begin(), windows_.end(), [at](const auto& window) {
    return window->base < at && at - window->base < window->size;
  });
  if (found == windows_.end()) return;
  const DeviceWindow whole = **found;
  check(uc_mem_unmap(uc_.get(), whole.base, whole.size), "dividing devices");
  windows_.erase(found);
  Engine::map_devices(whole.base, at - whole.base);
  Engine::map_devices(at, whole.base + whole.size - at);
}

const Engine::Memory* Engine::memory_at(std::uint32_t address, std::uint32_t size) const {
  for (const Memory& memory : memories_)
    if (address >= memory.base && address - memory.base < memory.size &&
        size <= memory.size - (address - memory.base))
      return &memory;
  return nullptr;
}

std::uint16_t Engine::halfword(std::uint32_t address) const {
  const Memory* memory = memory_at(address, 2);
  if (memory == nullptr) return 0;
  const std::uint8_t* code = memory->at(address);
  return static_cast<std::uint16_t>(code[0] | code[1] << 8);
}

std::vector<std::uint8_t> Engine::read(std::uint32_t address, std::uint32_t size) const {
  const Memory* memory = memory_at(address, size);
  if (memory == nullptr) throw std::out_of_range("no memory there");
  const std::uint8_t* from = memory->at(address);
  return {from, from + size};
}

void Engine::write(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  const Memory* memory = memory_at(address, static_cast<std::uint32_t>(bytes.size()));
  if (memory == nullptr) throw std::out_of_range("no memory there");
  std::copy(bytes.begin(), bytes.end(), memory->at(address));
  drop_translations(address, static_cast<std::uint32_t>(bytes.size()));
}

std::uint32_t Engine::reg(int unicorn_register) const {
  std::uint32_t value = 0;
  check(uc_reg_read(uc_.get(), unicorn_register, &value), "reading a register");
  return value;
}

void Engine::set_reg(int unicorn_register, std::uint32_t value) {
  check(uc_reg_write(uc_.get(), unicorn_register, &value), "writing a register");
}

void Engine::fail(std::exception_ptr error) {
  if (!error_) error_ = error;
  stopping_ = true;
  uc_emu_stop(uc_.get());
}

void Engine::stop_with(Stop reason, int number, std::uint32_t pc) {
  stopping_ = true;
  stop_.reason = reason;
  stop_.number = number;
  resume_at_ = pc;
  uc_emu_stop(uc_.get());
}

void Engine::restart() {
  accountant.reset();
  published = PublishedRegisters{};
  latched_counters.clear();
  dozing_ = sleeping_ = sleep_interrupted_ = false;
}

void Engine::forget_translations() {
  check(uc_ctl_flush_tb(uc_.get()), "flushing");
  if (follower_ != nullptr) follower_->forget_translations();
}

void Engine::run_events() {
  const std::uint64_t now = accountant.now();
  if (follower_ != nullptr) catch_up(now);
  for (int source = timeline.take(now); source >= 0; source = timeline.take(now))
    if (!timer_expired(source)) event(source);
}

void Engine::begin_access(std::uint32_t address, bool write) {
  if (!direct_) read_registers();
  accountant.locate_access(address, write);
  if (follower_ != nullptr) catch_up(accountant.now());
  run_events_before_access();
}

std::uint64_t Engine::on_device_read(uc_engine*, std::uint64_t offset, unsigned size,
                                     void* window) {
  const auto* place = static_cast<DeviceWindow*>(window);
  Engine* engine = place->engine;
  const std::uint32_t address = place->base + static_cast<std::uint32_t>(offset);
  std::uint32_t value = 0;
  try {
    engine->begin_access(address, false);
    value = engine->read_device(address, size);
  } catch (...) {
    engine->fail(std::current_exception());
  }
  engine->accountant.access_done();
  return value;
}

void Engine::on_device_write(uc_engine*, std::uint64_t offset, unsigned size, std::uint64_t value,
                             void* window) {
  const auto* place = static_cast<DeviceWindow*>(window);
  Engine* engine = place->engine;
  const std::uint32_t address = place->base + static_cast<std::uint32_t>(offset);
  try {
    engine->begin_access(address, true);
    engine->write_device(address, size, static_cast<std::uint32_t>(value));
  } catch (...) {
    engine->fail(std::current_exception());
  }
  engine->accountant.access_done();
}

std::uint32_t Engine::read_device(std::uint32_t address, std::uint32_t size) {
  if (size == 4) {
    if (const std::uint32_t* value = published.find(address)) return *value;
    if (const auto value = latched_counters.read(address)) return *value;
  }
  return device_read(address, size);
}

void Engine::write_device(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  if (size == 4 && latched_counters.write(address, value, clock, accountant.now())) return;
  device_write(address, size, value);
}

}  // namespace mcusim
