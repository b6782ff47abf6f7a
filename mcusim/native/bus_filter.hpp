// What a chip's own controllers let through, by security and privilege of the access.
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
  // Unprivileged accesses of each state.
  static constexpr std::uint8_t kNonSecureUser = 16, kSecureUser = 32;

  enum class Access : std::uint8_t { kRead, kWrite, kFetch };
  // What a controller sees of who makes an access.
  struct Master {
    bool secure;
    bool privileged;
  };

  // Base and size in whole granules.
  void set(std::uint32_t base, std::uint32_t size_bytes, std::uint8_t rule);
  bool any() const { return !pages_.empty(); }
  std::uint8_t at(std::uint32_t address) const;
  // That of a whole page; nothing where its granules differ.
  std::optional<std::uint8_t> of_page(std::uint32_t address) const;
  // Whether anything is kept from Secure code, which is asked for from then on.
  bool restrains_secure() const { return restrains_secure_; }
  // The same of unprivileged code.
  bool restrains_user() const { return restrains_user_; }
  void reset() {
    pages_.clear();
    restrains_secure_ = restrains_user_ = false;
  }

  static bool keeps_out(std::uint8_t rule, Master master, Access access) {
    return is_foreign(rule, master.secure, access) ||
           (!master.privileged && (rule & (master.secure ? kSecureUser : kNonSecureUser)) != 0);
  }
  // Whether it is the security of the access that keeps it out.
  static bool is_foreign(std::uint8_t rule, bool secure, Access access) {
    if (!secure) return (rule & kNonSecure) != 0;
    return (rule & (access == Access::kFetch ? kSecureFetch : kSecureData)) != 0;
  }

  // Told of each access that is kept out, and whether for its security or its privilege alone.
  std::function<void(std::uint32_t address, bool foreign)> told;

 private:
  using Page = std::array<std::uint8_t, kPage / kGranule>;
  std::unordered_map<std::uint32_t, Page> pages_;  // by number; those alone with a rule
  bool restrains_secure_ = false;
  bool restrains_user_ = false;
};

}  // namespace mcusim
