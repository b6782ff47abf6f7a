// The one place that touches Unicorn: a core with its memories, run in slices, watched by hooks.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "accountant.hpp"

namespace mcusim {

enum class Stop : std::uint8_t { kLimit, kInterrupt, kError, kHalt };

struct StopInfo {
  Stop reason = Stop::kHalt;
  int number = 0;  // of the interrupt, or Unicorn's error code
  std::uint32_t pc = 0;
  bool has_address = false;
  std::uint32_t address = 0;  // of the data access that failed
  bool write = false;
};

class Engine {
 public:
  using Decode = std::function<Block(std::uint32_t address, std::span<const std::uint8_t> code,
                                     std::uint32_t xpsr)>;
  using DeviceRead = std::function<std::uint32_t(std::uint32_t address, std::uint32_t size)>;
  using DeviceWrite =
      std::function<void(std::uint32_t address, std::uint32_t size, std::uint32_t value)>;

  Engine(int cpu_model, bool accurate);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void map_memory(std::uint32_t base, std::uint32_t size_bytes, Place place,
                  const std::vector<std::uint32_t>& aliases, std::uint32_t read_wait,
                  std::uint32_t write_wait, bool executable);
  void map_devices(std::uint32_t base, std::uint32_t size_bytes);
  std::vector<std::uint8_t> read(std::uint32_t address, std::uint32_t size) const;
  void write(std::uint32_t address, std::span<const std::uint8_t> bytes);

  std::uint32_t reg(int unicorn_register) const;
  void set_reg(int unicorn_register, std::uint32_t value);

  // Runs from `pc` until `until`, a limit of the accountant, an exception or a halt.
  StopInfo run(std::uint32_t pc, std::uint32_t until);

  // Has code translated anew: needed where a run is to end within a block that ran before.
  void forget_translations();

  void mark_region(std::uint32_t address, int region);
  void mark_sbrk(std::uint32_t address) { sbrk_ = address & ~1U; }

  Accountant accountant;
  Decode decode;
  DeviceRead device_read;
  DeviceWrite device_write;
  bool fpu_enabled = false;
  std::uint32_t stopped_at_fpu = 0;  // address of an FPU instruction met while the FPU is off
  const std::deque<Block>& blocks() const { return blocks_; }
  bool registers_are_direct() const { return direct_; }

 private:
  struct Memory {
    std::uint32_t base;
    std::uint32_t size;
    std::uint8_t* host;
    bool owner;
  };
  struct DeviceWindow {
    Engine* engine;
    std::uint32_t base;
  };
  struct CloseEngine {
    void operator()(uc_engine* uc) const { uc_close(uc); }
  };

  static void on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_copying(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self);
  static bool on_invalid(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                         std::int64_t value, void* self);
  static std::uint64_t on_device_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* window);
  static void on_device_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* window);

  void add_hook(int type, void* callback);
  static void set_region(Block& block, int region);
  Block* find(std::uint32_t address, std::uint32_t size);
  void trap_unaligned();
  std::vector<std::uint8_t> code_at(std::uint32_t address, std::uint32_t size) const;
  Block* look_for(Block* previous, std::uint32_t address, std::uint32_t size);
  void stop_before_block(uc_engine* uc);
  Block* discover(std::uint32_t address, std::uint32_t size);
  const Memory* memory_at(std::uint32_t address, std::uint32_t size) const;
  void read_registers();
  void fail(std::exception_ptr error);

  std::unique_ptr<uc_engine, CloseEngine> uc_;
  std::vector<Memory> memories_;
  std::vector<std::unique_ptr<DeviceWindow>> windows_;
  std::vector<Block**> tables_ = std::vector<Block**>(65536, nullptr);  // by 64 kB of code
  std::deque<Block> blocks_;
  std::vector<std::pair<std::uint32_t, int>> region_marks_;
  std::uint32_t sbrk_ = 0xFFFFFFFFU;
  bool direct_ = false;
  std::uint32_t copied_registers_[16] = {};
  StopInfo stop_;
  bool stopping_ = false;
  std::exception_ptr error_;
};

}  // namespace mcusim
