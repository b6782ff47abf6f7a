// A coprocessor that the chip's maker added to one core, executed here.
#pragma once

#include <cstdint>
#include <optional>

namespace mcusim {

class ChipCoprocessor {
 public:
  virtual ~ChipCoprocessor() = default;
  // Gets the two halfwords of an MCR, MCRR, MRC, MRRC or CDP and the values of Rt and Rt2, and
  // returns what these are after it; nothing where it has no such instruction.
  virtual std::optional<std::uint64_t> execute(std::uint32_t instruction, std::uint32_t first,
                                               std::uint32_t second) = 0;
  // Whether the instruction executed last is not over, and comes again.
  virtual bool stalls() const { return false; }
};

// The fields of such an instruction (DDI0553, C2.4: MCR, MCRR, MRC, MRRC, CDP, and their forms 2).
struct CoprocessorFields {
  explicit CoprocessorFields(std::uint32_t instruction)
      : second_form((instruction >> 28 & 1U) != 0),
        two_registers((instruction >> 21 & 0x77FU) == 0x762U),
        reads((instruction >> 20 & 1U) != 0),
        data_processing(!two_registers && (instruction & 0x10U) == 0),
        opc1(two_registers     ? instruction >> 4 & 15U
             : data_processing ? instruction >> 20 & 15U
                               : instruction >> 21 & 7U),
        opc2(two_registers ? 0 : instruction >> 5 & 7U),
        crn(two_registers ? 0 : instruction >> 16 & 15U),
        crm(instruction & 15U) {}

  bool second_form;
  bool two_registers;
  bool reads;  // of what is no CDP
  bool data_processing;
  std::uint32_t opc1, opc2, crn, crm;
};

}  // namespace mcusim
