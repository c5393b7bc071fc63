// The [policy] tables of kvitt.toml: what they set, for whom, and what they refuse.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kvitt/config.h"
#include "tests/io/config/config_loading.h"

namespace kvitt {
namespace {

using PolicyConfigTest = ConfigLoading;

RuleMode ModeOf(const PolicyTerms& terms, Rule rule) {
  return terms.rules[static_cast<size_t>(rule)];
}

TEST_F(PolicyConfigTest, EveryKeyOfTheRun) {
  const absl::StatusOr<LoadedConfig> loaded = Load(R"([policy]
tolerance = "1.00"
tolerance_percent = "0.5"
write_off = "short"
discount_grace_days = 3
overpayment = "refund_proposal"
part_payment = "suggest"
pay_order = "costs_first"
rules = "payer_oldest=post"
search_steps = 1000
combination_items_max = 50
combination_chance_max = 7
double_payment_days = 0
group_payments_max = 4
suggestions_max = 5
)");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Policy& policy = loaded->config.policy;
  EXPECT_EQ(policy.terms.tolerance_other, 10'000);
  EXPECT_EQ(policy.terms.tolerance_basis_points, 50);
  EXPECT_EQ(policy.terms.write_off, WriteOffUse::kShort);
  EXPECT_EQ(policy.terms.discount_grace_days, 3);
  EXPECT_EQ(policy.terms.overpayment, SurplusUse::kRefundProposal);
  EXPECT_EQ(policy.terms.part_payment, PartPaymentUse::kSuggest);
  EXPECT_EQ(policy.terms.pay_order, PayOrder::kCostsFirst);
  EXPECT_EQ(ModeOf(policy.terms, Rule::kPayerOldest), RuleMode::kPost);
  EXPECT_EQ(policy.search_steps, 1000);
  EXPECT_EQ(policy.combination_items_max, 50U);
  EXPECT_EQ(policy.combination_chance_max, 7);
  EXPECT_EQ(policy.double_payment_days, 0);
  EXPECT_EQ(policy.group_payments_max, 4U);
  EXPECT_EQ(policy.suggestions_max, 5U);
  const auto row = FindConfigKey("part_payment") - ConfigKeys().data();
  EXPECT_EQ(loaded->origins[static_cast<size_t>(row)], folder.path() + "/kvitt.toml:7");
}

TEST_F(PolicyConfigTest, TablesInsideTheTable) {
  const absl::StatusOr<LoadedConfig> loaded = Load(R"([policy]
tolerance.SEK = "2.00"
tolerance.other = "0.10"
[policy.rules]
payer_name = "off"
[policy.account."NO93 8601 1117 947"]
part_payment = "suggest"
rules.reference_exact = "suggest"
[policy.group.public]
tolerance.NOK = "5.00"
)");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Policy& policy = loaded->config.policy;
  EXPECT_EQ(policy.terms.tolerance_minor, (std::map<std::string, int64_t>{{"SEK", 200}}));
  EXPECT_EQ(policy.terms.tolerance_other, 1'000);
  EXPECT_EQ(ModeOf(policy.terms, Rule::kPayerName), RuleMode::kOff);
  ASSERT_EQ(policy.by_account.size(), 1U);
  const PolicyOverride& account = policy.by_account.at("NO93 8601 1117 947");
  EXPECT_EQ(account.part_payment, PartPaymentUse::kSuggest);
  EXPECT_EQ(account.rules[static_cast<size_t>(Rule::kReferenceExact)], RuleMode::kSuggest);
  EXPECT_FALSE(account.discount_grace_days.has_value());
  const PolicyOverride& group = policy.by_group.at("public");
  EXPECT_EQ(group.tolerance_minor, (std::map<std::string, int64_t>{{"NOK", 500}}));
  EXPECT_FALSE(group.tolerance_other.has_value());
  EXPECT_TRUE(CheckPolicy(policy).ok());
}

TEST_F(PolicyConfigTest, FlagAndEnvironmentSpeakOfAllPayments) {
  ConfigSources sources;
  sources.file = folder.Write("kvitt.toml",
                              "[policy]\ndiscount_grace_days = 1\nrules.payer_name = \"off\"\n"
                              "[policy.group.g]\ndiscount_grace_days = 9\n");
  sources.environment = {"KVITT_DISCOUNT_GRACE_DAYS=2", "KVITT_TOLERANCE=3.00"};
  sources.flags = {{"tolerance", "SEK=4.00"}, {"rules", "payer_oldest=post"}};
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(sources);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Policy& policy = loaded->config.policy;
  EXPECT_EQ(policy.terms.discount_grace_days, 2);
  EXPECT_EQ(policy.terms.tolerance_other, 30'000);
  EXPECT_EQ(policy.terms.tolerance_minor.at("SEK"), 400);
  EXPECT_EQ(ModeOf(policy.terms, Rule::kPayerOldest), RuleMode::kPost);
  EXPECT_EQ(ModeOf(policy.terms, Rule::kPayerName), RuleMode::kOff);
  EXPECT_EQ(policy.by_group.at("g").discount_grace_days, 9);
}

TEST_F(PolicyConfigTest, UnknownKeysSayWhereAndWhatIsNear) {
  EXPECT_EQ(Refusal("[policy]\ntolerence = \"1\"\n"),
            "kvitt.toml:2:1: unknown key 'tolerence'; the nearest known one is 'tolerance'");
  EXPECT_EQ(
      Refusal("[policy.account.\"NO9386011117947\"]\nwrite_of = \"both\"\n"),
      "kvitt.toml:2:1: unknown key 'write_of' of the policy of one account; the nearest known "
      "one is 'write_off'");
  EXPECT_EQ(Refusal("[policy.rules]\npayer_oldst = \"post\"\n"),
            "kvitt.toml:2:1: unknown rule 'payer_oldst'; the nearest known one is 'payer_oldest'");
  EXPECT_EQ(Refusal("[policy.acount.x]\n"),
            "kvitt.toml:1:9: unknown key 'acount'; the nearest known one is 'account'");
}

TEST_F(PolicyConfigTest, KeysInTheWrongTableAreSentToTheirs) {
  EXPECT_EQ(Refusal("tolerance = \"1\"\n"),
            "kvitt.toml:1:1: unknown key 'tolerance'; it stands in [policy]");
  EXPECT_EQ(Refusal("[policy]\nthreads = 1\n"),
            "kvitt.toml:2:1: unknown key 'threads'; it stands outside of any table");
  EXPECT_EQ(Refusal("[policy.group.g]\nsearch_steps = 1\n"),
            "kvitt.toml:2:1: 'search_steps' concerns the run as a whole; it stands in [policy]");
}

TEST_F(PolicyConfigTest, WrongValuesSayWhatWasExpected) {
  EXPECT_EQ(Refusal("[policy]\ntolerance = \"0,50\"\n"),
            "kvitt.toml:2:13: tolerance: expected an amount such as 0.50, or amounts by currency "
            "such as SEK=1.00,other=0.50, found '0,50'");
  EXPECT_EQ(Refusal("[policy]\ntolerance = 0.5\n"),
            "kvitt.toml:2:13: tolerance: expected a string, a whole number, true or false");
  EXPECT_EQ(Refusal("[policy]\ntolerance.NOK = \"1\"\ntolerance.SEK = \"0.125\"\n"),
            "kvitt.toml:3:17: tolerance.SEK: expected at most 2 decimals, found '0.125'");
  EXPECT_EQ(
      Refusal("[policy.group.g]\ntolerance.KRO = \"1\"\n"),
      "kvitt.toml:2:17: tolerance.KRO: expected an ISO 4217 currency or 'other', found 'KRO'");
  EXPECT_EQ(Refusal("[policy.rules]\npayer_name = \"post\"\n"),
            "kvitt.toml:2:14: rules.payer_name: expected suggest or off for payer_name, found "
            "'post'");
  EXPECT_EQ(Refusal("[policy]\nsuggestions_max = 0\n"),
            "kvitt.toml:2:19: suggestions_max: expected a whole number from 1 to 20, found '0'");
  EXPECT_EQ(Refusal("[policy]\nwrite_off = { both = 1 }\n"),
            "kvitt.toml:2:22: write_off.both: expected both, short, over or none, found 'both=1'");
}

TEST_F(PolicyConfigTest, TablesMustBeTables) {
  EXPECT_EQ(Refusal("policy = 1\n"), "kvitt.toml:1:10: policy: expected a table, written [policy]");
  EXPECT_EQ(Refusal("[policy]\naccount = 1\n"),
            "kvitt.toml:2:11: policy.account: expected tables, written [policy.account.\"NAME\"]");
  EXPECT_EQ(Refusal("[policy.group]\ng = 1\n"),
            "kvitt.toml:2:1: policy.group: expected tables, written [policy.group.\"NAME\"]");
  EXPECT_EQ(Refusal("[policy.tolerance]\n"), "kvitt.toml:1:1: tolerance: nothing is said");
}

TEST_F(PolicyConfigTest, OneAccountInTwoSpellings) {
  EXPECT_EQ(Refusal("[policy.account.\"NO93 8601 1117 947\"]\n"
                    "[policy.account.\"bban-no:86011117947\"]\n"),
            "kvitt.toml:2:17: account 'bban-no:86011117947' is the same as 'NO93 8601 1117 947'");
}

}  // namespace
}  // namespace kvitt
