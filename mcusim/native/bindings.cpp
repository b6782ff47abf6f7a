// The module mcusim._native: what Python sees of the native core (typed in mcusim/_native.pyi).
#include "bindings.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "demangle.hpp"
#include "unicorn_engine.hpp"
#include "vector_bindings.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {
namespace {

// Hands a C++ vector to NumPy without a copy.
template <typename T>
nb::ndarray<nb::numpy, T> to_numpy(std::vector<T>&& values,
                                   std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T>(kept->data(), shape, owner);
}

std::vector<std::int64_t> to_vector(const Activity& activity) {
  return {activity.begin(), activity.end()};
}

BranchKind branch_kind(std::uint8_t number) {
  if (number > static_cast<std::uint8_t>(BranchKind::kIndirectCall))
    throw nb::value_error("a branch is of one of the kinds of BranchKind");
  return static_cast<BranchKind>(number);
}

Block make_block(std::uint32_t cycles, std::uint32_t fetch_words, std::uint16_t taken_cycles,
                 std::uint8_t target_penalty, bool feels_target_penalty, std::uint8_t flags,
                 std::uint16_t first_fpu, std::uint32_t stack_drop,
                 std::uint16_t head_address_registers, std::uint8_t tail_load,
                 const nb::bytes& code, std::uint8_t mispredict_cycles, std::uint8_t branch,
                 std::uint8_t late_cycles) {
  if (code.size() == 0 || code.size() % sizeof(Instruction) != 0)
    throw nb::value_error("`code` is a whole number of packed instructions");
  Block block;
  block.cycles = cycles;
  block.fetch_words = fetch_words;
  block.taken_cycles = taken_cycles;
  block.target_penalty = target_penalty;
  block.feels_target_penalty = feels_target_penalty ? 1 : 0;
  block.flags = flags & (kCalls | kReturns | kStackSelect | kOpenEnd | kMovesStack | kUsesFpu);
  block.first_fpu = first_fpu;
  block.stack_drop = stack_drop;
  block.head_address_registers = head_address_registers;
  block.tail_load = tail_load;
  block.mispredict_cycles = mispredict_cycles;
  block.branch = branch_kind(branch);
  block.late_cycles = late_cycles;
  block.code.resize(code.size() / sizeof(Instruction));
  std::memcpy(block.code.data(), code.c_str(), code.size());
  block.instructions = static_cast<std::uint32_t>(block.code.size());
  for (const Instruction& i : block.code) {
    if (i.column < kAlu || i.column > kOther)
      throw nb::value_error("an instruction's class is one of the instruction columns");
    ++block.fixed[i.column];
    block.add_effects(i);
  }
  block.dynamic.push_back(
      Instruction{0xFFFF, 0, kOther, Effect::kNone, kNoRegister, kNoRegister, 0, 0, 0, 0, 0});
  return block;
}

void set_decode(Engine& engine, nb::callable python) {
  engine.decode = [python = std::move(python)](std::uint32_t address,
                                               std::span<const std::uint8_t> code,
                                               std::uint32_t xpsr) {
    const nb::gil_scoped_acquire gil;
    return nb::cast<Block>(python(address, nb::bytes(code.data(), code.size()), xpsr));
  };
}

void set_devices(Engine& engine, nb::callable read, nb::callable write) {
  engine.device_read = [read = std::move(read)](std::uint32_t address, std::uint32_t size) {
    const nb::gil_scoped_acquire gil;
    return nb::cast<std::uint32_t>(read(address, size));
  };
  engine.device_write = [write = std::move(write)](std::uint32_t address, std::uint32_t size,
                                                   std::uint32_t value) {
    const nb::gil_scoped_acquire gil;
    write(address, size, value);
  };
}

void set_event(Engine& engine, nb::callable python) {
  engine.event = [python = std::move(python)](int source) {
    const nb::gil_scoped_acquire gil;
    python(source);
  };
}

void set_deep_sleep(Engine& engine, nb::callable python) {
  engine.deep_sleep = [python = std::move(python)](bool entered) {
    const nb::gil_scoped_acquire gil;
    python(entered);
  };
}

nb::dict block_table(Engine& engine) {
  engine.accountant.flush();
  std::vector<std::uint32_t> address;
  std::vector<std::uint32_t> size;
  std::vector<std::uint64_t> executions;
  std::vector<std::uint64_t> cycles;
  std::vector<std::int64_t> activity;
  for (const Block& block : engine.blocks()) {
    address.push_back(block.address);
    size.push_back(block.size);
    executions.push_back(block.executions);
    cycles.push_back(block.cycles_spent);
    activity.insert(activity.end(), block.total.begin(), block.total.end());
  }
  const std::size_t rows = address.size();
  nb::dict table;
  table["address"] = to_numpy(std::move(address), {rows});
  table["size"] = to_numpy(std::move(size), {rows});
  table["executions"] = to_numpy(std::move(executions), {rows});
  table["cycles"] = to_numpy(std::move(cycles), {rows});
  table["activity"] = to_numpy(std::move(activity), {rows, kColumns});
  return table;
}

nb::tuple trace(Engine& engine) {
  std::vector<std::uint64_t> cycle;
  std::vector<std::int64_t> totals;
  for (const Sample& sample : engine.accountant.samples) {
    cycle.push_back(sample.cycle);
    totals.insert(totals.end(), sample.totals.begin(), sample.totals.end());
  }
  const std::size_t rows = cycle.size();
  return nb::make_tuple(to_numpy(std::move(cycle), {rows}),
                        to_numpy(std::move(totals), {rows, kColumns}));
}

nb::list frame_list(const std::vector<Frame>& frames) {
  nb::list list;
  for (const Frame& frame : frames)
    list.append(nb::make_tuple(frame.callee, frame.return_address, frame.sp));
  return list;
}

nb::tuple extent_tuple(const Extent& extent) {
  return nb::make_tuple(extent.base, extent.end, extent.caller);
}

nb::dict stack_dict(const StackUse& stack) {
  nb::dict dict;
  dict["process"] = stack.process;
  dict["top"] = stack.top;
  dict["lowest"] = stack.lowest;
  dict["lowest_pc"] = stack.lowest_pc;
  dict["entry"] = stack.entry;
  dict["extent"] = extent_tuple(stack.extent);
  dict["frames"] = frame_list(stack.frames);
  return dict;
}

nb::list stack_list(const Engine& engine) {
  nb::list list;
  for (const StackUse& stack : engine.accountant.stacks.all) list.append(stack_dict(stack));
  return list;
}

nb::object collision_dict(const Engine& engine) {
  const Collision& collision = engine.accountant.stacks.collision;
  if (!collision.happened) return nb::none();
  nb::dict dict;
  dict["stack"] = collision.stack;
  dict["sp"] = collision.sp;
  dict["pc"] = collision.pc;
  dict["limit"] = collision.limit;
  dict["hit"] = extent_tuple(collision.hit);
  dict["frames"] = frame_list(collision.frames);
  return dict;
}

using Object = std::tuple<std::uint32_t, std::uint32_t, bool>;

void watch_objects(Engine& engine, const std::vector<Object>& objects) {
  std::vector<Extent> extents;
  extents.reserve(objects.size());
  for (const auto& [base, end, counted] : objects) extents.push_back({base, end, counted, 0});
  engine.accountant.stacks.watch_objects(std::move(extents));
}

void mark_heap_function(Engine& engine, std::uint32_t address, const std::string& kind,
                        std::uint8_t argument) {
  const bool frees = kind == "free", grows = kind == "grow";
  if (!frees && !grows && kind != "allocate") throw std::invalid_argument("unknown kind");
  if (argument > 3) throw std::invalid_argument("arguments are in r0 to r3");
  engine.mark_heap_function(address,
                            frees   ? HeapKind::kFree
                            : grows ? HeapKind::kGrow
                                    : HeapKind::kAllocate,
                            argument);
}

nb::dict region_dict(const RegionCount& region) {
  nb::dict dict;
  dict["calls"] = region.calls;
  dict["cycles_total"] = region.cycles_total;
  dict["cycles_min"] = region.calls == 0 ? 0 : region.cycles_min;
  dict["cycles_max"] = region.cycles_max;
  dict["activity"] = to_vector(region.activity);
  dict["spans"] = region.spans;
  return dict;
}

nb::tuple stop_tuple(const StopInfo& stop) {
  static constexpr const char* kReasons[] = {"limit", "interrupt", "error", "halt", "unhandled"};
  nb::object address = nb::none();
  if (stop.has_address) address = nb::int_(stop.address);
  return nb::make_tuple(kReasons[static_cast<int>(stop.reason)], stop.number, stop.pc, address,
                        stop.write);
}

nb::tuple run(Engine& engine, std::uint32_t pc, std::uint32_t until) {
  StopInfo stop;
  {
    const nb::gil_scoped_release release;
    stop = engine.run(pc, until);
  }
  return stop_tuple(stop);
}

void bind_two_cores(nb::class_<Engine>& engine) {
  engine.def("lead", &Engine::lead, "other"_a, nb::keep_alive<1, 2>())
      .def("hold", &Engine::hold)
      .def("release", &Engine::release, "pc"_a)
      .def_prop_ro("held", &Engine::held)
      .def("take_stop",
           [](Engine& e) -> nb::object {
             const std::optional<StopInfo> stop = e.take_stop();
             return stop ? nb::object(stop_tuple(*stop)) : nb::none();
           })
      .def("go_on", &Engine::go_on, "pc"_a)
      .def_prop_ro("asleep_together", &Engine::asleep_together);
}

void bind_engine(nb::module_& m) {
  nb::class_<Engine> engine(m, "Engine");
  bind_two_cores(engine);
  bind_memories(engine);
  engine.def("map_devices", &Engine::map_devices, "base"_a, "size_bytes"_a)
      .def("set_decode", &set_decode)
      .def("set_devices", &set_devices, "read"_a, "write"_a)
      .def(
          "publish",
          [](Engine& e, std::uint32_t address, std::uint32_t value) {
            e.published.publish(address, value);
          },
          "address"_a, "value"_a)
      .def(
          "withdraw",
          [](Engine& e, std::uint32_t base, std::uint32_t size_bytes) {
            e.published.withdraw(base, size_bytes);
          },
          "base"_a, "size_bytes"_a)
      .def("set_clock_segment",
           [](Engine& e, std::uint64_t cycle, double s, double hz) { e.clock = {cycle, s, hz}; })
      .def("drop_callbacks", &drop_callbacks)
      .def(
          "read",
          [](const Engine& e, std::uint32_t address, std::uint32_t size) {
            const auto bytes = e.read(address, size);
            return nb::bytes(bytes.data(), bytes.size());
          },
          "address"_a, "size"_a)
      .def(
          "write",
          [](Engine& e, std::uint32_t address, const nb::bytes& bytes) {
            e.write(address, {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
          },
          "address"_a, "bytes"_a)
      .def("reg", &Engine::reg)
      .def("set_reg", &Engine::set_reg)
      .def("run", &run, "pc"_a, "until"_a = 0xFFFFFFFEU)
      .def("set_limits", &Engine::set_limits, "cycle"_a, "instruction"_a)
      .def("forget_translations", &Engine::forget_translations)
      .def("give_back", [](Engine& e, std::uint32_t pc) { e.accountant.give_back(pc); })
      .def("settle", [](Engine& e) { e.accountant.settle(); })
      .def("select_stack", [](Engine& e, std::uint32_t sp,
                              std::uint32_t pc) { e.accountant.select_stack(false, sp, pc); })
      .def("add_region", [](Engine& e) { return e.accountant.add_region(); })
      .def("begin_region", [](Engine& e, int id) { e.accountant.begin_region(id); })
      .def("end_region", [](Engine& e, int id) { e.accountant.end_region(id); })
      .def("mark_region", &Engine::mark_region, "address"_a, "region"_a)
      .def("mark_heap_function", &mark_heap_function, "address"_a, "kind"_a, "argument"_a)
      .def("watch_objects", &watch_objects)
      .def("watch_heap", [](Engine& e, std::uint32_t start,
                            std::uint32_t limit) { e.accountant.watch_heap(start, limit); })
      .def("watch_guard",
           [](Engine& e, std::uint32_t low) { e.accountant.stacks.watch_guard(low); })
      .def("activity", [](Engine& e) { return to_vector(e.accountant.snapshot()); })
      .def("blocks", &block_table)
      .def("trace", &trace)
      .def("regions",
           [](const Engine& e) {
             nb::list list;
             for (const RegionCount& region : e.accountant.regions)
               list.append(region_dict(region));
             return list;
           })
      .def("stacks", &stack_list)
      .def("frames", [](const Engine& e) { return frame_list(e.accountant.frames); })
      .def("collision", &collision_dict)
      .def_prop_ro("now", [](const Engine& e) { return e.accountant.now(); })
      .def_prop_ro("cycles", [](const Engine& e) { return e.accountant.cycles; })
      .def_prop_ro("instructions", [](const Engine& e) { return e.accountant.instructions; })
      .def_prop_ro("fetch_stall", [](const Engine& e) { return e.accountant.fetch_stall; })
      .def_prop_ro("ram_peak", [](const Engine& e) { return e.accountant.stacks.ram_peak; })
      .def_prop_ro("heap_seen", [](const Engine& e) { return e.accountant.heap_seen; })
      .def_prop_ro("heap_peak", [](const Engine& e) { return e.accountant.heap_peak; })
      .def_prop_ro("heap_written", [](const Engine& e) { return e.accountant.heap_written(); })
      .def("set_event", &set_event)
      .def("add_source", [](Engine& e) { return e.timeline.add_source(); })
      .def(
          "schedule",
          [](Engine& e, int source, std::uint64_t cycle) {
            e.timeline.schedule(source, cycle);
            e.attend();
          },
          "source"_a, "cycle"_a)
      .def("cancel", [](Engine& e, int source) { e.timeline.cancel(source); })
      .def("set_line", &Engine::set_line, "number"_a, "high"_a)
      .def_prop_ro("resume_at", &Engine::resume_at)
      .def_prop_ro("reset_requested", &Engine::reset_requested)
      .def_prop_ro("sleep_deep", &Engine::sleep_deep)
      .def("reset", &Engine::reset)
      .def("request_reset", &Engine::request_reset)
      .def("idle",
           [](Engine& e) {
             const nb::gil_scoped_release release;
             return e.idle();
           })
      .def("set_deep_sleep", &set_deep_sleep)
      .def("set_sleep", &Engine::set_sleep, "timer"_a, "wake_cycles"_a)
      .def("wake_up",
           [](Engine& e, std::uint64_t wake_cycles) { e.accountant.wake_up(wake_cycles); })
      .def_prop_ro("dozing", &Engine::dozing)
      .def_prop_ro("waking", [](const Engine& e) { return e.accountant.waking; })
      .def_prop_ro("asleep", [](const Engine& e) { return e.accountant.asleep; })
      .def_prop_ro("privileged", &Engine::privileged)
      .def_ro("stopped_at_fpu", &Engine::stopped_at_fpu)
      .def_prop_ro("registers_are_direct", &Engine::registers_are_direct);
}

}  // namespace

void drop_callbacks(Engine& engine) {
  engine.decode = nullptr;
  engine.device_read = nullptr;
  engine.device_write = nullptr;
  engine.event = nullptr;
  engine.deep_sleep = nullptr;
  engine.drop_callbacks();
}

NB_MODULE(_native, m) {
  // An engine that lives until the interpreter ends is no error of the user's.
  nb::set_leak_warnings(false);
  nb::class_<Block>(m, "Block")
      .def(
          "__init__",
          [](Block* self, std::uint32_t cycles, std::uint32_t fetch_words,
             std::uint16_t taken_cycles, std::uint8_t target_penalty, bool feels_target_penalty,
             std::uint8_t flags, std::uint16_t first_fpu, std::uint32_t stack_drop,
             std::uint16_t head_address_registers, std::uint8_t tail_load, const nb::bytes& code,
             std::uint8_t mispredict_cycles, std::uint8_t branch, std::uint8_t late_cycles) {
            new (self) Block(make_block(cycles, fetch_words, taken_cycles, target_penalty,
                                        feels_target_penalty, flags, first_fpu, stack_drop,
                                        head_address_registers, tail_load, code, mispredict_cycles,
                                        branch, late_cycles));
          },
          nb::kw_only(), "cycles"_a, "fetch_words"_a, "taken_cycles"_a, "target_penalty"_a,
          "feels_target_penalty"_a, "flags"_a, "first_fpu"_a, "stack_drop"_a,
          "head_address_registers"_a, "tail_load"_a, "code"_a, "mispredict_cycles"_a = 0,
          "branch"_a = 0, "late_cycles"_a = 0);
  nb::class_<RocketPredictor>(m, "RocketPredictor")
      .def(nb::init<>())
      .def(
          "judge",
          [](RocketPredictor& predictor, std::uint8_t kind, std::uint32_t fallthrough,
             std::uint32_t target, bool keep) {
            return static_cast<int>(predictor.judge(branch_kind(kind), fallthrough, target, keep));
          },
          "kind"_a, "fallthrough"_a, "target"_a, "keep"_a)
      .def("is_certain", &RocketPredictor::is_certain, "fallthrough"_a, "target"_a);
  nb::enum_<CoreKind>(m, "CoreKind")
      .value("CORTEX_M4", CoreKind::kCortexM4)
      .value("CORTEX_M7", CoreKind::kCortexM7)
      .value("SIFIVE_E31", CoreKind::kSifiveE31)
      .value("RISCV", CoreKind::kRiscv);
  m.def("divide_cycles", &divide_cycles, "core"_a, "dividend"_a, "divisor"_a);
  bind_engine(m);
  bind_counters(m);
  bind_pio(m);
  bind_arm(m);
  bind_riscv(m);
  m.def("demangle", &demangle, "name"_a);
  bind_vectors(m);
  m.attr("ACTIVITY_COLUMNS") = static_cast<int>(kColumns);
}

}  // namespace mcusim
