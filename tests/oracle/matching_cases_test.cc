// Holds the oracle against the text cases, so that both say the same of the rules: every case whose
// records fit into a small world is decided by the oracle too.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/cases/case.h"
#include "tests/oracle/matching_oracle.h"

namespace kvitt::oracle {
namespace {

namespace fs = std::filesystem;

void AddItems(const cases::Case& test, World* world) {
  for (const OpenItem& from : test.items.items) {
    WorldItem& item = world->items.emplace_back();
    item.id = from.item_id;
    item.customer = from.customer_id;
    item.account = from.creditor_account;
    item.currency = from.currency.code();
    item.amount = from.amount_minor;
    item.open = from.open_amount_minor;
    item.discount = from.discount_minor;
    item.discount_until = from.discount_date;
    item.issued = from.issue_date;
    item.due = from.due_date;
    item.kind = from.kind;
    item.status = from.status;
    for (uint32_t r = 0; r < from.reference_count; ++r) {
      item.references.emplace_back(test.items.references[from.reference_first + r]);
    }
  }
}

void AddCustomers(const cases::Case& test, World* world) {
  for (const Customer& from : test.customers.customers) {
    WorldCustomer& customer = world->customers.emplace_back();
    customer.id = from.customer_id;
    customer.name = from.name;
    customer.org = from.org_no;
    customer.status = from.status;
    for (uint32_t a = 0; a < from.account_count; ++a) {
      customer.accounts.emplace_back(test.customers.accounts[from.account_first + a]);
    }
    for (std::string_view rest = from.pays_for; !rest.empty();) {
      const size_t end = rest.find(';');
      customer.pays_for.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
}

// False when the payment says something that a small world cannot.
bool AddPayment(const PaymentBatch& batch, const Payment& from, World* world) {
  WorldPayment& payment = world->payments.emplace_back();
  payment.id = from.payment_id;
  payment.account = from.creditor_account;
  payment.currency = from.currency.code();
  payment.amount = from.amount_minor;
  payment.charges = from.charges_minor;
  payment.booked = from.booking_date;
  payment.payer_name = from.payer_name;
  payment.payer_account = from.payer_account;
  payment.payer_org = from.payer_org_no;
  payment.customer = from.customer_id;
  payment.bank_reference = from.bank_reference;
  payment.reverses = from.reverses;
  payment.kind = from.kind;
  payment.direction = from.direction;
  for (uint32_t t = 0; t < from.text_count; ++t) {
    payment.text.emplace_back(batch.text[from.text_first + t]);
  }
  for (uint32_t r = 0; r < from.reference_count; ++r) {
    const PaymentReference& reference = batch.references[from.reference_first + r];
    if (reference.has_amount) return false;
    payment.quotes.push_back({std::string(reference.value), reference.scheme});
  }
  const bool is_reversal = from.kind == PaymentKind::kReversal;
  return !from.payment_id.empty() && from.end_to_end_id.empty() &&
         from.kind != PaymentKind::kDirectDebitReturn && !from.is_copy && !from.is_pending &&
         !from.details_missing && (from.direction == Direction::kDebit) == is_reversal;
}

std::optional<World> ToWorld(const cases::Case& test) {
  World world;
  AddItems(test, &world);
  AddCustomers(test, &world);
  std::set<std::string> ids;
  for (const WorldItem& item : world.items) {
    if (!ids.insert(item.id).second || item.amount > 100'000'000) return std::nullopt;
  }
  for (const WorldCustomer& customer : world.customers) {
    if (!ids.insert(customer.id).second) return std::nullopt;
  }
  // The oracle knows the default policy alone, and of that it does not weigh chance.
  if (test.title.find("chance") != std::string::npos) return std::nullopt;
  if (test.files.size() != 1 || ids.size() > 16 || !(test.options.policy == Policy())) {
    return std::nullopt;
  }
  for (const Payment& payment : test.files[0].batch.payments) {
    if (!AddPayment(test.files[0].batch, payment, &world)) return std::nullopt;
  }
  return world;
}

// What the case compares, in its own words.
std::set<std::string> Lines(const World& world, const WorldDecisions& decisions) {
  std::set<std::string> lines;
  for (size_t p = 0; p < decisions.size(); ++p) {
    const WorldPayment& payment = world.payments[p];
    lines.insert(cases::OutcomeLine(payment.id, Name(decisions[p].outcome)));
    for (const WorldRow& row : decisions[p].rows) {
      lines.insert(cases::AllocationLine(payment.id, row.item.empty() ? "-" : row.item,
                                         {row.amount, Currency::FromCode(payment.currency)},
                                         Name(row.kind), Name(decisions[p].rule)));
    }
    for (const DeviationCode code : decisions[p].codes) {
      lines.insert(cases::DeviationLine(payment.id, Name(code), nullptr));
    }
  }
  return lines;
}

// A deviation without the amount that the oracle does not say.
std::string WithoutAmount(const std::string& line) {
  size_t end = 0;
  for (int words = 0; words < 3 && end != std::string::npos; ++words) end = line.find(' ', end + 1);
  return line.substr(0, end);
}

// The oracle says nothing of customers and files.
bool IsOfPayment(const std::string& deviation, const World& world) {
  return std::any_of(world.payments.begin(), world.payments.end(),
                     [&](const WorldPayment& payment) {
                       return deviation.rfind("deviation " + payment.id + " ", 0) == 0;
                     });
}

std::string Differences(const cases::Case& test, const World& world) {
  std::set<std::string> lines = Lines(world, DecideByOracle(world));
  std::string differences;
  for (const cases::Expectation& expected : test.expected) {
    const bool is_deviation = expected.subject == cases::Subject::kDeviation;
    if (!is_deviation && expected.subject != cases::Subject::kOutcome &&
        expected.subject != cases::Subject::kAllocation) {
      continue;
    }
    if (is_deviation && !IsOfPayment(expected.text, world)) continue;
    const std::string line = is_deviation ? WithoutAmount(expected.text) : expected.text;
    if (lines.erase(line) == 0) differences += "  missing: " + line + "\n";
  }
  for (const std::string& line : lines) {
    if (line.rfind("outcome ", 0) != 0) differences += "  unexpected: " + line + "\n";
  }
  return differences;
}

TEST(MatchingCases, AreDecidedTheSameByTheOracle) {
  size_t decided = 0;
  for (const auto& entry : fs::directory_iterator(std::string(KVITT_SOURCE_DIR) + "/tests/cases")) {
    if (entry.path().extension() != ".case") continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)),
                           std::istreambuf_iterator<char>());
    const cases::ParsedCases parsed = cases::ParseCases(entry.path().filename().string(), text);
    ASSERT_EQ(parsed.error, "");
    for (const cases::Case& test : parsed.cases) {
      const std::optional<World> world = ToWorld(test);
      if (!world.has_value()) continue;
      ++decided;
      const std::string differences = Differences(test, *world);
      EXPECT_EQ(differences, "") << test.place << ": case " << test.title;
    }
  }
  EXPECT_GE(decided, 50U);
}

}  // namespace
}  // namespace kvitt::oracle
