// What Python sees of RISC-V harts.
#include <nanobind/nanobind.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "riscv_engine.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {

namespace {

// Number, writable bits, value at reset, and whether it counts cycles.
using Custom = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, bool>;

void bind_options(nb::module_& m) {
  nb::class_<RiscvOptions>(m, "RiscvOptions")
      .def(
          "__init__",
          [](RiscvOptions* self, std::uint32_t misa, std::uint32_t vendor_id,
             std::uint32_t architecture_id, std::uint32_t implementation_id,
             std::uint32_t vector_alignment, std::uint32_t pmp_regions, std::uint32_t trap_cycles,
             bool vectored_only, bool counters, bool counter_inhibit, bool vendor_interrupts,
             bool traps_misaligned, const std::vector<Custom>& custom) {
            if (vector_alignment == 0 || (vector_alignment & (vector_alignment - 1)) != 0)
              throw nb::value_error("an alignment is a power of two");
            if (pmp_regions > 16) throw nb::value_error("a hart has at most 16 PMP regions here");
            RiscvOptions options{misa,
                                 vendor_id,
                                 architecture_id,
                                 implementation_id,
                                 vector_alignment,
                                 pmp_regions,
                                 trap_cycles,
                                 vectored_only,
                                 counters,
                                 counter_inhibit,
                                 vendor_interrupts,
                                 traps_misaligned,
                                 {}};
            for (const auto& [number, writable, at_reset, counts] : custom)
              options.custom.push_back({number, writable, at_reset, counts});
            new (self) RiscvOptions(std::move(options));
          },
          nb::kw_only(), "misa"_a, "vendor_id"_a, "architecture_id"_a, "implementation_id"_a,
          "vector_alignment"_a, "pmp_regions"_a, "trap_cycles"_a, "vectored_only"_a, "counters"_a,
          "counter_inhibit"_a, "vendor_interrupts"_a, "traps_misaligned"_a, "custom"_a);
}

void set_time(RiscvEngine& engine, nb::callable python) {
  engine.csrs.time = [python = std::move(python)] {
    const nb::gil_scoped_acquire gil;
    return nb::cast<std::uint64_t>(python());
  };
}

void bind_registers(nb::module_& m) {
  static constexpr const char* kNames[] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                           "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                           "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                           "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
  nb::dict registers;
  int number = UC_RISCV_REG_X0;
  for (const char* name : kNames) registers[name] = number++;
  registers["pc"] = static_cast<int>(UC_RISCV_REG_PC);
  m.attr("RISCV_REGISTERS") = registers;
}

}  // namespace

void bind_riscv(nb::module_& m) {
  bind_options(m);
  bind_registers(m);
  nb::class_<RiscvEngine, Engine>(m, "RiscvEngine")
      .def(nb::init<CoreKind, bool, const RiscvOptions&>(), "core"_a, "accurate"_a, "options"_a)
      .def("raise_trap", &RiscvEngine::raise_trap, "cause"_a, "pc"_a, "value"_a)
      .def("step_over", &RiscvEngine::step_over, "cause"_a, "pc"_a, "value"_a)
      .def("set_vendor_cause", &RiscvEngine::set_vendor_cause, "cause"_a)
      .def("set_sleep_deep", &RiscvEngine::set_sleep_deep, "on"_a)
      .def("set_time", &set_time, "read"_a)
      .def("drop_callbacks",
           [](RiscvEngine& e) {
             e.csrs.time = nullptr;
             drop_callbacks(e);
           })
      .def("csr", &RiscvEngine::read_csr, "number"_a)
      .def(
          "handler",
          [](const RiscvEngine& e, std::uint32_t cause) { return e.csrs.handler(cause); },
          "cause"_a)
      .def_prop_ro("trap_cause", &RiscvEngine::trap_cause)
      .def_prop_ro("in_trap_loop", &RiscvEngine::in_trap_loop);
}

}  // namespace mcusim
