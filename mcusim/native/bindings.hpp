// What Python sees of each class, in a file of its own.
#pragma once

#include <nanobind/nanobind.h>

namespace mcusim {

void bind_arm(nanobind::module_& m);

}  // namespace mcusim
