// What Python sees of Arm cores.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "arm_engine.hpp"
#include "bindings.hpp"
#include "double_coprocessor.hpp"
#include "redundancy_coprocessor.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace mcusim {

namespace {

void bind_core_options(nb::module_& m) {
  nb::class_<CoreOptions>(m, "CoreOptions")
      .def(
          "__init__",
          [](CoreOptions* self, int interrupts, std::uint32_t mpu_regions, bool fpu, bool systick,
             bool vector_table_register, bool unprivileged, bool security,
             std::uint32_t coprocessors) {
            if (mpu_regions > Mpu::kMostRegions)
              throw nb::value_error("an MPU has at most 16 regions");
            new (self)
                CoreOptions{interrupts,   mpu_regions, fpu,         systick, vector_table_register,
                            unprivileged, security,    coprocessors};
          },
          nb::kw_only(), "interrupts"_a, "mpu_regions"_a, "fpu"_a, "systick"_a,
          "vector_table_register"_a, "unprivileged"_a, "security"_a, "coprocessors"_a = 0);
}

void set_coprocessor(ArmEngine& engine, nb::callable python) {
  engine.coprocessor = [python = std::move(python)](
                           std::uint32_t instruction, std::uint32_t first,
                           std::uint32_t second) -> std::optional<std::uint64_t> {
    const nb::gil_scoped_acquire gil;
    const nb::object result = python(instruction, first, second);
    if (result.is_none()) return std::nullopt;
    return nb::cast<std::uint64_t>(result);
  };
}

void add_chip_coprocessor(ArmEngine& engine, std::size_t number,
                          std::unique_ptr<ChipCoprocessor> coprocessor) {
  if (number >= engine.chip_coprocessors.size())
    throw nb::value_error("coprocessors of the chip have numbers from 0 to 7");
  engine.chip_coprocessors[number] = std::move(coprocessor);
}

void add_redundancy_coprocessor(ArmEngine& engine, std::size_t number, std::uint64_t salt,
                                nb::callable failed) {
  engine.coprocessor_failed = [failed = std::move(failed)](bool stalls) {
    const nb::gil_scoped_acquire gil;
    failed(stalls);
  };
  auto told = [&engine](bool stalls) { engine.coprocessor_failed(stalls); };
  add_chip_coprocessor(engine, number, std::make_unique<RedundancyCoprocessor>(salt, told));
}

void set_filter_told(ArmEngine& engine, nb::callable python) {
  engine.filter.told = [python = std::move(python)](std::uint32_t address, bool foreign) {
    const nb::gil_scoped_acquire gil;
    python(address, foreign);
  };
}

Security security_of(const std::string& name) {
  if (name == "secure") return Security::kSecure;
  if (name == "non-secure-callable") return Security::kNonSecureCallable;
  if (name == "non-secure") return Security::kNonSecure;
  if (name == "exempt") return Security::kExempt;
  throw nb::value_error("a security attribute that there is not");
}

void bind_engine(nb::module_& m) {
  nb::class_<ArmEngine, Engine>(m, "ArmEngine")
      .def(nb::init<int, bool, int, std::uint32_t, const CoreOptions&>(), "cpu_model"_a,
           "accurate"_a, "priority_bits"_a, "cpuid"_a, "options"_a)
      .def("map_system_control", &ArmEngine::map_system_control)
      .def("map_bit_band", &ArmEngine::map_bit_band)
      .def("set_vector_table",
           [](ArmEngine& e, std::uint32_t address) { e.system.vector_table = address; })
      .def("raise_fault", &ArmEngine::raise_fault, "exception"_a, "pc"_a, "cfsr"_a, "has_address"_a,
           "address"_a)
      .def("set_coprocessor", &set_coprocessor)
      .def(
          "add_double_coprocessor",
          [](ArmEngine& e, std::size_t number) {
            add_chip_coprocessor(e, number, std::make_unique<DoubleCoprocessor>());
          },
          "number"_a)
      .def("add_redundancy_coprocessor", &add_redundancy_coprocessor, "number"_a, "salt"_a,
           "failed"_a)
      .def_prop_ro("vector_table", [](const ArmEngine& e) { return e.system.vector_table; })
      .def(
          "attribute",
          [](ArmEngine& e, std::uint32_t base, std::uint32_t size_bytes, const std::string& to) {
            if (size_bytes == 0) throw nb::value_error("an empty range");
            e.system.attribution.set_chip(base, size_bytes, security_of(to));
            e.system.mpu_changed = true;
            e.attend();
          },
          "base"_a, "size_bytes"_a, "security"_a)
      .def("filter_memory", &ArmEngine::filter_memory, "base"_a, "size_bytes"_a, "rule"_a)
      .def("set_filter_told", &set_filter_told)
      .def("secure_access", &ArmEngine::secure_access, "address"_a)
      .def_prop_ro("bus_denied", &ArmEngine::bus_denied)
      .def_prop_ro("non_secure", &ArmEngine::non_secure)
      .def_prop_ro("security_violation", &ArmEngine::security_violation)
      .def_prop_ro("mpu_denied", &ArmEngine::mpu_denied)
      .def_prop_ro("fpu_enabled", [](const ArmEngine& e) { return e.system.fpu_enabled(); });
}

}  // namespace

void bind_arm(nb::module_& m) {
  bind_core_options(m);
  bind_engine(m);
  nb::dict models;
  models["cortex-m0plus"] = static_cast<int>(UC_CPU_ARM_CORTEX_M0);
  models["cortex-m4"] = static_cast<int>(UC_CPU_ARM_CORTEX_M4);
  models["cortex-m7"] = static_cast<int>(UC_CPU_ARM_CORTEX_M7);
  models["cortex-m33"] = static_cast<int>(UC_CPU_ARM_CORTEX_M33);
  models["cortex-m55"] = ArmEngine::kCortexM55Model;
  m.attr("CPU_MODELS") = models;
  nb::dict registers;
  for (int i = 0; i < 13; ++i)
    registers[nb::str("r{}").format(i)] =
        i == 12 ? static_cast<int>(UC_ARM_REG_R12) : UC_ARM_REG_R0 + i;
  registers["sp"] = static_cast<int>(UC_ARM_REG_SP);
  registers["lr"] = static_cast<int>(UC_ARM_REG_LR);
  registers["pc"] = static_cast<int>(UC_ARM_REG_PC);
  registers["xpsr"] = static_cast<int>(UC_ARM_REG_XPSR);
  registers["msp"] = static_cast<int>(UC_ARM_REG_MSP);
  registers["psp"] = static_cast<int>(UC_ARM_REG_PSP);
  registers["control"] = static_cast<int>(UC_ARM_REG_CONTROL);
  registers["primask"] = static_cast<int>(UC_ARM_REG_PRIMASK);
  m.attr("REGISTERS") = registers;
}

}  // namespace mcusim
