#include "vector_bindings.hpp"

#include "mve/instruction.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {

namespace {

// (name, unit, fields by letter) of a 32-bit encoding that the interpreter executes beside the
// scalar ones; None otherwise.
nb::object vector_instruction(std::uint32_t code) {
  static constexpr const char* kUnits[] = {"scalar",
                                           "integer",
                                           "multiply",
                                           "across",
                                           "float",
                                           "load",
                                           "store",
                                           "gather",
                                           "scatter",
                                           "interleaved load",
                                           "interleaved store",
                                           "predicate",
                                           "move",
                                           "long shift",
                                           "select",
                                           "loop",
                                           "clear",
                                           "half",
                                           "half load",
                                           "half store",
                                           "context"};
  const mve::Instruction found = mve::decode(code, true);
  if (!mve::is_extension(found)) return nb::none();
  nb::dict fields;
  for (const char* c = found.encoding->pattern; *c != '\0'; ++c)
    if (*c >= 'a' && *c <= 'z') fields[nb::str(c, 1)] = found[*c];
  return nb::make_tuple(found.encoding->name,
                        kUnits[static_cast<std::size_t>(found.encoding->unit)], fields);
}

}  // namespace

void bind_vectors(nb::module_& m) { m.def("vector_instruction", &vector_instruction, "code"_a); }

}  // namespace mcusim
