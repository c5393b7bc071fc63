// Holds the engine against the oracle on many small worlds.
//
//   KVITT_ORACLE_WORLDS=100000 matching_oracle_test     that many worlds of each kind
//   KVITT_ORACLE_FIRST=5000 …                           from this seed on
//   KVITT_ORACLE_SHOW=3 …                               stop after three disagreements
//   KVITT_ORACLE_EVERYTHING=1 …                         worlds of every kind of payment
//
// A disagreement is printed as a text case that is as small as it can be.

#include "tests/oracle/matching_oracle.h"

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/oracle/matching_engine.h"
#include "tests/oracle/matching_worlds.h"

namespace kvitt::oracle {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// Nobody promises whether the trouble of a payment is told that was taken back anyway, nor who gets
// the surplus of a payment for several customers.
WorldDecisions Comparable(const World& world, WorldDecisions decisions) {
  const std::set<DeviationCode> troubles = {
      DeviationCode::kReferenceUnknown, DeviationCode::kReferenceInvalid,
      DeviationCode::kReferenceAmbiguous, DeviationCode::kAccountMismatch,
      DeviationCode::kItemAlreadySettled};
  for (size_t p = 0; p < decisions.size(); ++p) {
    WorldDecision& decision = decisions[p];
    const bool is_undone = decision.outcome == Outcome::kReversed && decision.rows.empty();
    std::set<std::string> customers;
    for (const WorldRow& row : decision.rows) {
      for (const WorldItem& item : world.items) {
        if (item.id == row.item) customers.insert(item.customer);
      }
    }
    for (WorldRow& row : decision.rows) {
      if (customers.size() > 1) row.customer.clear();
    }
    // Of many sets some are suggested, and only theirs are the reserved items that are told.
    if (decision.codes.count(DeviationCode::kCombinationAmbiguous) > 0) {
      for (const DeviationCode code :
           {DeviationCode::kItemDisputed, DeviationCode::kItemInCollection,
            DeviationCode::kItemBlocked, DeviationCode::kCustomerInsolvent}) {
        decision.codes.erase(code);
      }
    }
    if (!is_undone) continue;
    for (const DeviationCode code : troubles) decision.codes.erase(code);
  }
  return decisions;
}

std::string PrintSuggestions(const WorldPayment& payment,
                             const std::vector<Suggestion>& suggestions) {
  std::string lines;
  for (const Suggestion& suggestion : suggestions) {
    lines += "suggest " + payment.id;
    for (const SuggestedAllocation& row : suggestion.allocations) {
      lines += " " + (row.item_id.empty() ? "-" : row.item_id);
    }
    lines += " by " + std::string(Name(suggestion.rule)) + "\n";
  }
  return lines;
}

std::string Disagreement(const World& world, uint64_t seed) {
  const auto disagrees = [&](const World& other) {
    return Comparable(other, DecideByEngine(other)) != Comparable(other, DecideByOracle(other));
  };
  const World small = Shrink(world, disagrees);
  const WorldDecisions expected = Comparable(small, DecideByOracle(small));
  const EngineAnswer answer = AskEngine(small);
  const WorldDecisions actual = Comparable(small, answer.decisions);
  std::string text = PrintCase(small, expected, "world " + std::to_string(seed));
  for (size_t p = 0; p < small.payments.size(); ++p) {
    if (actual[p] == expected[p]) continue;
    text += "# the oracle says, by rule \"" + std::string(Name(expected[p].rule)) + "\", " +
            std::string(Name(expected[p].uniqueness)) + ":\n" +
            PrintDecision(small.payments[p], expected[p]) + "# the engine says, by rule \"" +
            std::string(Name(actual[p].rule)) + "\", " + std::string(Name(actual[p].uniqueness)) +
            ":\n" +
            (actual[p].outcome == Outcome::kCount ? "the run failed\n"
                                                  : PrintDecision(small.payments[p], actual[p])) +
            PrintSuggestions(small.payments[p], answer.suggestions[p]);
  }
  return text;
}

void Compare(WorldKind kind, uint64_t worlds) {
  const uint64_t first = FromEnvironment("KVITT_ORACLE_FIRST", 0);
  uint64_t show = FromEnvironment("KVITT_ORACLE_SHOW", 3);
  for (uint64_t seed = first; seed < first + worlds && show > 0; ++seed) {
    const World world = MakeWorld(seed, kind);
    if (Comparable(world, DecideByEngine(world)) == Comparable(world, DecideByOracle(world))) {
      continue;
    }
    ADD_FAILURE() << Disagreement(world, seed);
    --show;
  }
}

void CheckSuggestions(WorldKind kind, uint64_t worlds) {
  const uint64_t first = FromEnvironment("KVITT_ORACLE_FIRST", 0);
  uint64_t show = FromEnvironment("KVITT_ORACLE_SHOW", 3);
  for (uint64_t seed = first; seed < first + worlds && show > 0; ++seed) {
    const World world = MakeWorld(seed, kind);
    if (WrongSuggestion(world, AskEngine(world)).empty()) continue;
    const World small = Shrink(world, [](const World& other) {
      return !WrongSuggestion(other, AskEngine(other)).empty();
    });
    const EngineAnswer answer = AskEngine(small);
    ADD_FAILURE() << WrongSuggestion(small, answer) << "\n"
                  << PrintCase(small, answer.decisions, "world " + std::to_string(seed)) << [&] {
                       std::string lines;
                       for (size_t p = 0; p < small.payments.size(); ++p) {
                         lines += PrintSuggestions(small.payments[p], answer.suggestions[p]);
                       }
                       return lines;
                     }();
    --show;
  }
}

TEST(MatchingOracle, SuggestionsAreSound) {
  CheckSuggestions(WorldKind::kAllRules, FromEnvironment("KVITT_ORACLE_WORLDS", 1000));
}

TEST(MatchingOracle, AgreesOnWorldsOfExactReferences) {
  Compare(WorldKind::kExactReferences, FromEnvironment("KVITT_ORACLE_WORLDS", 500));
}

TEST(MatchingOracle, AgreesOnWorldsOfAllRules) {
  const bool everything = FromEnvironment("KVITT_ORACLE_EVERYTHING", 0) != 0;
  Compare(everything ? WorldKind::kEverything : WorldKind::kAllRules,
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
