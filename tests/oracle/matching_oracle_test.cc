// Holds the engine against the oracle on many small worlds.
//
//   KVITT_ORACLE_WORLDS=100000 matching_oracle_test     that many worlds of each kind
//   KVITT_ORACLE_FIRST=5000 …                           from this seed on
//   KVITT_ORACLE_SHOW=3 …                               stop after three disagreements
//
// A disagreement is printed as a text case that is as small as it can be.

#include "tests/oracle/matching_oracle.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/oracle/matching_engine.h"
#include "tests/oracle/matching_words.h"
#include "tests/oracle/matching_worlds.h"

namespace kvitt::oracle {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// Of several quoted references with different troubles one is told; nobody promises which. Nor
// whether the trouble of a payment is told that was taken back anyway.
WorldDecisions Comparable(const World& world, WorldDecisions decisions) {
  const std::set<DeviationCode> troubles = {
      DeviationCode::kReferenceUnknown, DeviationCode::kReferenceInvalid,
      DeviationCode::kReferenceAmbiguous, DeviationCode::kAccountMismatch,
      DeviationCode::kItemAlreadySettled};
  for (size_t p = 0; p < decisions.size(); ++p) {
    WorldDecision& decision = decisions[p];
    const bool is_undecided =
        decision.outcome == Outcome::kSuggested || decision.outcome == Outcome::kUnmatched;
    const bool is_undone = decision.outcome == Outcome::kReversed && decision.rows.empty();
    // A closed credit note, quoted alone.
    if (decision.rows.size() == 1 && decision.rows[0].kind == AllocationKind::kOnAccount &&
        decision.codes.erase(DeviationCode::kAmountOver) > 0) {
      decision.codes.insert(DeviationCode::kItemAlreadySettled);
    }
    // The surplus of a payment for several customers belongs to one of them.
    std::set<std::string> customers;
    for (const WorldRow& row : decision.rows) {
      for (const WorldItem& item : world.items) {
        if (item.id == row.item) customers.insert(item.customer);
      }
    }
    for (const WorldQuote& quote : world.payments[p].quotes) {
      for (const WorldItem& item : world.items) {
        const auto is_quoted = [&](const std::string& reference) {
          return Normal(reference) == Normal(quote.value);
        };
        if (is_quoted(item.id) ||
            std::any_of(item.references.begin(), item.references.end(), is_quoted)) {
          customers.insert(item.customer);
        }
      }
    }
    for (WorldRow& row : decision.rows) {
      if (customers.size() > 1) row.customer.clear();
    }
    if (!is_undone && !(is_undecided && world.payments[p].quotes.size() > 1)) continue;
    size_t erased = 0;
    for (const DeviationCode code : troubles) erased += decision.codes.erase(code);
    if (erased > 0 && !is_undone) decision.codes.insert(DeviationCode::kReferenceUnknown);
  }
  return decisions;
}

std::string Disagreement(const World& world, Rule last_rule, uint64_t seed) {
  const auto disagrees = [&](const World& other) {
    return Comparable(other, DecideByEngine(other)) !=
           Comparable(other, DecideByOracle(other, last_rule));
  };
  const World small = Shrink(world, disagrees);
  const WorldDecisions expected = Comparable(small, DecideByOracle(small, last_rule));
  const WorldDecisions actual = Comparable(small, DecideByEngine(small));
  std::string text = PrintCase(small, expected, "world " + std::to_string(seed));
  for (size_t p = 0; p < small.payments.size(); ++p) {
    if (actual[p] == expected[p]) continue;
    text += "# the oracle says, by rule \"" + std::string(Name(expected[p].rule)) + "\", " +
            std::string(Name(expected[p].uniqueness)) + ":\n" +
            PrintDecision(small.payments[p], expected[p]) + "# the engine says, by rule \"" +
            std::string(Name(actual[p].rule)) + "\", " + std::string(Name(actual[p].uniqueness)) +
            ":\n" +
            (actual[p].outcome == Outcome::kCount ? "the run failed\n"
                                                  : PrintDecision(small.payments[p], actual[p]));
  }
  return text;
}

void Compare(WorldKind kind, Rule last_rule, uint64_t worlds) {
  const uint64_t first = FromEnvironment("KVITT_ORACLE_FIRST", 0);
  uint64_t show = FromEnvironment("KVITT_ORACLE_SHOW", 3);
  for (uint64_t seed = first; seed < first + worlds && show > 0; ++seed) {
    const World world = MakeWorld(seed, kind);
    if (Comparable(world, DecideByEngine(world)) ==
        Comparable(world, DecideByOracle(world, last_rule))) {
      continue;
    }
    ADD_FAILURE() << Disagreement(world, last_rule, seed);
    --show;
  }
}

TEST(MatchingOracle, AgreesOnWorldsOfExactReferences) {
  Compare(WorldKind::kExactReferences, Rule::kReferenceExact,
          FromEnvironment("KVITT_ORACLE_WORLDS", 1000));
}

// Agreement says little about what no world holds.
TEST(MatchingWorlds, HoldEverySituation) {
  std::map<std::string_view, int> seen;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    for (const WorldDecision& decision : DecideByOracle(MakeWorld(seed, WorldKind::kAllRules))) {
      ++seen[Name(decision.outcome)];
      ++seen[Name(decision.rule)];
      for (const DeviationCode code : decision.codes) ++seen[Name(code)];
    }
  }
  for (const char* what : {"settled",
                           "settled_with_difference",
                           "partial",
                           "overpaid",
                           "on_account",
                           "suggested",
                           "unmatched",
                           "reversed",
                           "reversal",
                           "ignored",
                           "reference_exact",
                           "reference_repaired",
                           "text_reference",
                           "payer_amount",
                           "balance_exact",
                           "combination",
                           "payer_oldest",
                           "amount_tolerated",
                           "discount_taken",
                           "discount_unearned",
                           "bank_charge",
                           "amount_short",
                           "amount_over",
                           "currency_mismatch",
                           "item_already_settled",
                           "item_disputed",
                           "item_in_collection",
                           "item_blocked",
                           "customer_insolvent",
                           "reference_unknown",
                           "reference_invalid",
                           "reference_missing",
                           "reference_ambiguous",
                           "account_mismatch",
                           "combination_ambiguous",
                           "possible_double_payment",
                           "payment_reversed"}) {
    EXPECT_GE(seen[what], 4) << what;
  }
}

}  // namespace
}  // namespace kvitt::oracle
