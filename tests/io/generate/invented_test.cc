// Invented organisation numbers: right, and a customer's own.

#include "io/generate/invented.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <unordered_set>

#include "kvitt/reference.h"

namespace kvitt {
namespace {

struct OrgNoCase {
  Country country;
  NumberScheme scheme;
};

class InventedOrgNo : public testing::TestWithParam<OrgNoCase> {};

TEST_P(InventedOrgNo, IsWellFormedAndRepeatsOnlyAtTheEnd) {
  const auto [country, scheme] = GetParam();
  const uint64_t count = OrgNoCount(country);
  EXPECT_GE(count, 8'000'000U);
  std::unordered_set<std::string> seen;
  // Indexes of customers are spread: four to a scene.
  for (uint64_t i = 0; i < 100'000; ++i) {
    const std::string number = InventOrgNo(country, i * (count / 100'000));
    EXPECT_TRUE(CheckNumber(scheme, number).ok) << number;
    EXPECT_TRUE(seen.insert(number).second) << number;
  }
  for (uint64_t i = 1; i < 20'000; ++i) {
    const std::string number = InventOrgNo(country, i);
    if (i % (count / 100'000) != 0) {
      EXPECT_TRUE(seen.insert(number).second) << number;
    }
  }
  EXPECT_EQ(InventOrgNo(country, count + 5), InventOrgNo(country, 5));
}

INSTANTIATE_TEST_SUITE_P(Countries,
                         InventedOrgNo,
                         testing::Values(OrgNoCase{Country::kNorway, NumberScheme::kOrgNo},
                                         OrgNoCase{Country::kSweden, NumberScheme::kOrgSe},
                                         OrgNoCase{Country::kDenmark, NumberScheme::kCvr},
                                         OrgNoCase{Country::kFinland, NumberScheme::kYTunnus}));

}  // namespace
}  // namespace kvitt
