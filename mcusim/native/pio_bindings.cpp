// What Python sees of PIO.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>

#include "bindings.hpp"
#include "pio/pio.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {

void bind_pio(nb::module_& m) {
  nb::class_<Pio>(m, "Pio")
      .def(
          "__init__",
          [](Pio* self, std::uint32_t blocks, std::uint32_t version) {
            if (blocks < 1 || blocks > PioPads::kBlocks || version > 1)
              throw nb::value_error("there are 1 to 3 blocks, of version 0 or 1");
            new (self) Pio(blocks, version);
          },
          "blocks"_a, "version"_a)
      .def("advance", &Pio::advance, "cycle"_a)
      .def(
          "plan",
          [](Pio& self, std::int64_t horizon) -> nb::object {
            const std::int64_t cycle = self.plan(horizon);
            return cycle == kPioNever ? nb::none() : nb::object(nb::int_(cycle));
          },
          "horizon"_a)
      .def_prop_ro("now", &Pio::now)
      .def("peek", &Pio::peek, "block"_a, "offset"_a)
      .def("read", &Pio::read, "block"_a, "offset"_a)
      .def("write", &Pio::write, "block"_a, "offset"_a, "value"_a)
      .def("reset", &Pio::reset, "block"_a)
      .def("line", &Pio::line, "block"_a, "number"_a)
      .def(
          "wire",
          [](Pio& self, std::uint32_t pad, std::int32_t owner, std::uint32_t output,
             std::uint32_t enable, std::uint32_t input, bool drives, bool reads, bool idle) {
            if (pad >= PioPads::kPads) throw nb::index_error("no such pad");
            self.wire(pad, {owner, output, enable, input, drives, reads, idle});
          },
          "pad"_a, nb::kw_only(), "owner"_a, "output"_a, "enable"_a, "input"_a, "drives"_a,
          "reads"_a, "idle"_a)
      .def("watch", &Pio::watch, "pins"_a)
      .def("levels_of", &Pio::levels_of, "block"_a)
      .def("enables_of", &Pio::enables_of, "block"_a)
      .def("take_edges", &Pio::take_edges);
}

}  // namespace mcusim
