// Looks encodings up.
#include <string_view>
#include <vector>

#include "instruction.hpp"

namespace mcusim::mve {

namespace {

struct Row {
  std::uint32_t mask = 0;
  std::uint32_t value = 0;
  bool wide = false;
  const Encoding* encoding = nullptr;
};

constexpr std::uint32_t kLongestNarrow = 16;

Row row_of(const Encoding& encoding) {
  Row row;
  std::uint32_t bits = 0;
  for (const char c : std::string_view(encoding.pattern)) {
    if (c == ' ') continue;
    row.mask = row.mask << 1 | (c == '0' || c == '1' ? 1U : 0U);
    row.value = row.value << 1 | (c == '1' ? 1U : 0U);
    ++bits;
  }
  row.wide = bits > kLongestNarrow;
  row.encoding = &encoding;
  return row;
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const auto group :
       {loop_encodings(), predicate_encodings(), memory_encodings(), move_encodings(),
        narrow_encodings(), float_encodings(), convert_encodings(), compare_encodings(),
        across_encodings(), half_encodings(), clear_encodings(), shift_encodings(),
        multiply_encodings(), integer_encodings(), long_shift_encodings(), scalar_encodings(),
        scalar_wide_encodings(), scalar_memory_encodings()})
    for (const Encoding& encoding : group) rows.push_back(row_of(encoding));
  return rows;
}

// Collects the letters; false when one has a value that this encoding leaves to others.
bool collect(Instruction& found, const char* pattern, std::uint32_t code, std::uint32_t bits) {
  bool has_size = false, has_register = false, has_index = false, has_writeback = false;
  found.fields = {};
  for (const char c : std::string_view(pattern)) {
    if (c == ' ') continue;
    --bits;
    if (c < 'a' || c > 'z') continue;
    auto& field = found.fields[static_cast<std::size_t>(c - 'a')];
    field = field << 1 | (code >> bits & 1U);
    has_size = has_size || c == 'z';
    has_register = has_register || c == 'k';
    has_index = has_index || c == 'p';
    has_writeback = has_writeback || c == 'w';
  }
  if (has_size && found['z'] == 3) return false;
  if (has_index && has_writeback && found['p'] == 0 && found['w'] == 0) return false;
  return !has_register || (found['k'] != 13 && found['k'] != 15);
}

}  // namespace

Instruction decode(std::uint32_t code, bool wide) {
  static const std::vector<Row> rows = all_rows();
  Instruction found;
  found.code = code;
  found.size = wide ? 4 : 2;
  for (const Row& row : rows) {
    if (row.wide != wide || (code & row.mask) != row.value) continue;
    if (!collect(found, row.encoding->pattern, code, wide ? 32 : kLongestNarrow)) continue;
    if (row.encoding->accepts != nullptr && !row.encoding->accepts(found)) continue;
    found.encoding = row.encoding;
    found.execute = row.encoding->execute;
    break;
  }
  return found;
}

}  // namespace mcusim::mve
