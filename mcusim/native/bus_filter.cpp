#include "bus_filter.hpp"

#include <algorithm>

namespace mcusim {

void BusFilter::set(std::uint32_t base, std::uint32_t size_bytes, std::uint8_t rule) {
  restrains_secure_ = restrains_secure_ || (rule & (kSecureData | kSecureFetch)) != 0;
  restrains_user_ = restrains_user_ || (rule & (kNonSecureUser | kSecureUser)) != 0;
  for (std::uint32_t done = 0; done < size_bytes; done += kGranule) {
    const std::uint32_t address = base + done, number = address / kPage;
    const auto found = pages_.find(number);
    if (found == pages_.end() && rule == 0) continue;
    Page& page = found == pages_.end() ? pages_[number] : found->second;
    page[address % kPage / kGranule] = rule;
    if (rule == 0 && std::ranges::all_of(page, [](std::uint8_t r) { return r == 0; }))
      pages_.erase(number);
  }
}

std::uint8_t BusFilter::at(std::uint32_t address) const {
  const auto found = pages_.find(address / kPage);
  return found == pages_.end() ? std::uint8_t{0} : found->second[address % kPage / kGranule];
}

std::optional<std::uint8_t> BusFilter::of_page(std::uint32_t address) const {
  const auto found = pages_.find(address / kPage);
  if (found == pages_.end()) return std::uint8_t{0};
  const Page& page = found->second;
  const bool same = std::ranges::all_of(page, [&](std::uint8_t rule) { return rule == page[0]; });
  return same ? std::optional(page[0]) : std::nullopt;
}

}  // namespace mcusim
