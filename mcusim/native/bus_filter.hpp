// What a chip's own controllers let through to a memory, by the security of the access.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

namespace mcusim {

class BusFilter {
 public:
  static constexpr std::uint32_t kPage = 1024, kGranule = 256;
  // What is kept out; without any, nothing is.
  static constexpr std::uint8_t kNonSecure = 1, kSecureData = 2, kSecureFetch = 4;
  // Data that are kept out are a bus error; else they read as zero, and writes do nothing.
  static constexpr std::uint8_t kFaults = 8;

  enum class Access : std::uint8_t { kRead, kWrite, kFetch };

  // Base and size in whole granules.
  void set(std::uint32_t base, std::uint32_t size_bytes, std::uint8_t rule);
  bool any() const { return !pages_.empty(); }
  std::uint8_t at(std::uint32_t address) const;
  // That of a whole page; nothing where its granules differ.
  std::optional<std::uint8_t> of_page(std::uint32_t address) const;
  // Whether anything is kept from Secure code, which is asked for from then on.
  bool restrains_secure() const { return restrains_secure_; }
  void reset() {
    pages_.clear();
    restrains_secure_ = false;
  }

  static bool keeps_out(std::uint8_t rule, bool secure, Access access) {
    if (!secure) return (rule & kNonSecure) != 0;
    return (rule & (access == Access::kFetch ? kSecureFetch : kSecureData)) != 0;
  }

  // Told of each access that is kept out.
  std::function<void(std::uint32_t address)> told;

 private:
  using Page = std::array<std::uint8_t, kPage / kGranule>;
  std::unordered_map<std::uint32_t, Page> pages_;  // by number; those alone with a rule
  bool restrains_secure_ = false;
};

}  // namespace mcusim
