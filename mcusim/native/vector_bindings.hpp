// What Python sees of the decoder of vector instructions.
#pragma once

#include <nanobind/nanobind.h>

namespace mcusim {

void bind_vectors(nanobind::module_& m);

}  // namespace mcusim
