// What Python sees of memories: the address map, the flash and the caches in front of it.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <memory>

#include "bindings.hpp"
#include "unicorn_engine.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {
namespace {

CacheGeometry geometry(const std::vector<std::uint32_t>& values) {
  if (values.empty()) return {};
  if (values.size() != 6) throw nb::value_error("a cache is the 6 members of CacheGeometry");
  return {values[0], values[1], values[2], values[3], values[4] != 0, values[5] != 0};
}

// `bases` name how the memory answers at each; `axi` is (latency, read_bytes) or empty.
void map_memory(Engine& engine, const std::vector<std::pair<std::uint32_t, std::string>>& bases,
                std::uint32_t size_bytes, bool writable, bool executable, std::uint32_t read_wait,
                std::uint32_t write_wait, const std::vector<std::uint32_t>& axi) {
  static const std::map<std::string, std::pair<Place, CacheUse>> kPlaces = {
      {"flash", {Place::kFlash, {}}},
      {"flash-unkept", {Place::kFlash, {.fills = false}}},
      {"flash-uncached", {Place::kFlash, {.looks = false}}},
      {"flash-bypass", {Place::kFlash, {.looks = false, .fills = false}}},
      {"ram", {Place::kRam, {}}},
      {"tcm", {Place::kTcm, {}}},
      {"axi", {Place::kAxi, {}}}};
  MemorySystem* memories = engine.accountant.memories();
  std::uint8_t target = 0;
  if (memories != nullptr && axi.size() == 2) target = memories->add_target(axi[0], axi[1]);
  std::vector<std::pair<std::uint32_t, Area>> areas;
  for (const auto& [base, name] : bases) {
    const auto& [place, use] = kPlaces.at(name);
    const Area area{place, writable, target, base, read_wait, write_wait, use};
    if (area.place >= Place::kTcm && memories == nullptr)
      throw nb::value_error("TCM and AXI memories need a memory system");
    if (area.place == Place::kTcm) engine.note_tcm(base, size_bytes);
    areas.emplace_back(base, area);
  }
  engine.map_memory(areas, size_bytes, executable);
}

void set_bus_divider(Engine& engine, std::uint32_t core_cycles) {
  if (MemorySystem* memories = engine.accountant.memories()) memories->divider = core_cycles;
}

Flash& flash_of(Engine& engine) {
  Flash* flash = engine.accountant.flash();
  if (flash == nullptr) throw nb::value_error("this engine has no flash");
  return *flash;
}

// Reads of the flash so far that its cache served, and those that it did not, of all cores; None
// where loads aren't counted.
nb::object flash_reads(Engine& engine) {
  if (!engine.accountant.accurate()) return nb::none();
  const Activity counts = engine.accountant.snapshot_of_all();
  return nb::make_tuple(counts[kCacheRead] - counts[kFlashFetch],
                        counts[kFlashFetch] + counts[kFlashData]);
}

}  // namespace

void bind_memories(nb::class_<Engine>& engine) {
  engine.def("set_flash_writable", &Engine::set_flash_writable)
      .def("map_memory", &map_memory, "bases"_a, "size_bytes"_a, "writable"_a, "executable"_a,
           "read_wait"_a, "write_wait"_a, "axi"_a)
      .def(
          "set_memory_system",
          [](Engine& e, const std::vector<std::uint32_t>& icache,
             const std::vector<std::uint32_t>& dcache, bool store_buffer) {
            e.set_memory_system(geometry(icache), geometry(dcache), store_buffer);
          },
          "icache"_a, "dcache"_a, "store_buffer"_a)
      .def("set_bus_divider", &set_bus_divider)
      .def(
          "add_device_bus",
          [](Engine& e, std::uint32_t base, std::uint32_t size_bytes, std::uint32_t read_wait,
             std::uint32_t write_wait) {
            e.add_device_bus({base, size_bytes, read_wait, write_wait});
          },
          "base"_a, "size_bytes"_a, "read_wait"_a, "write_wait"_a)
      .def("add_io_port", &Engine::add_io_port, "base"_a, "size_bytes"_a)
      .def(
          "set_flash",
          [](Engine& e, std::uint32_t size_bytes, std::uint32_t read_bytes,
             const std::vector<std::uint32_t>& icache, const std::vector<std::uint32_t>& dcache) {
            e.set_flash(std::make_unique<Flash>(size_bytes, read_bytes, geometry(icache),
                                                geometry(dcache)));
          },
          "size_bytes"_a, "read_bytes"_a, "icache"_a, "dcache"_a)
      .def("set_wait_states",
           [](Engine& e, std::uint32_t cycles) {
             flash_of(e).wait_states = cycles;
             if (MemorySystem* memories = e.accountant.memories()) memories->wait_states = cycles;
           })
      .def("set_serial_read",
           [](Engine& e, std::uint32_t setup_cycles, std::uint32_t byte_cycles) {
             flash_of(e).serial = {setup_cycles, byte_cycles};
           })
      .def("set_prefetch", [](Engine& e, bool on) { flash_of(e).prefetch = on; })
      .def("set_icache", [](Engine& e, bool on) { flash_of(e).icache.set_enabled(on); })
      .def("set_icache_ways", [](Engine& e, std::uint32_t n) { flash_of(e).icache.set_ways(n); })
      .def("set_dcache", [](Engine& e, bool on) { flash_of(e).dcache.set_enabled(on); })
      .def("invalidate_icache", [](Engine& e) { flash_of(e).icache.invalidate(); })
      .def("invalidate_dcache", [](Engine& e) { flash_of(e).dcache.invalidate(); })
      .def("set_flash_drops",
           [](Engine& e, bool on, bool everywhere) {
             const Stores stores = everywhere ? Stores::kDrop : Stores::kDropOrFault;
             flash_of(e).stores = on ? stores : Stores::kFault;
           })
      .def("flash_reads", &flash_reads);
}

}  // namespace mcusim
