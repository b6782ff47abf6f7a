// What Python sees of each class, in a file of its own.
#pragma once

#include <nanobind/nanobind.h>

namespace mcusim {

class Engine;

// What holds references to Python.
void drop_callbacks(Engine& engine);

void bind_counters(nanobind::module_& m);
void bind_pio(nanobind::module_& m);
void bind_memories(nanobind::class_<Engine>& engine);
void bind_arm(nanobind::module_& m);
void bind_riscv(nanobind::module_& m);

}  // namespace mcusim
