// What Python sees of counters that are latched without it.
#include <nanobind/stl/shared_ptr.h>

#include "bindings.hpp"
#include "unicorn_engine.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {

void bind_counters(nb::module_& m) {
  nb::class_<LatchedCounter>(m, "LatchedCounter")
      .def(
          "__init__",
          [](LatchedCounter* self, std::uint32_t bits) {
            if (bits < 1 || bits > 64) throw nb::value_error("a counter has 1 to 64 bits");
            new (self) LatchedCounter(bits);
          },
          "bits"_a)
      .def("count_from", &LatchedCounter::count_from, "whole"_a, "part"_a, "since_s"_a, "hz"_a)
      .def_rw("latched", &LatchedCounter::latched)
      .def(
          "place",
          [](std::shared_ptr<LatchedCounter> self, Engine& engine, std::uint32_t trigger,
             std::uint32_t bits, std::uint32_t low, std::uint32_t high) {
            engine.latched_counters.place(std::move(self), trigger, bits, low, high);
          },
          "engine"_a, "trigger"_a, "bits"_a, "low"_a, "high"_a);
}

}  // namespace mcusim
