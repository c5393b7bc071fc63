// A small world of open items, customers and payments as plain text and numbers, and what was
// decided of its payments: what the oracle of matching reads and answers, and what worlds are made
// of.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "kvitt/decision.h"
#include "kvitt/deviation.h"
#include "kvitt/record_batch.h"

namespace kvitt::oracle {

struct WorldItem {
  std::string id;
  std::string customer;
  std::string account;  // empty: payable on any account
  std::vector<std::string> references;
  std::string currency = "EUR";
  int64_t amount = 0;
  int64_t open = 0;
  int64_t discount = 0;
  Date discount_until;
  Date issued;
  Date due;
  ItemKind kind = ItemKind::kInvoice;
  ItemStatus status = ItemStatus::kOpen;
};

struct WorldCustomer {
  std::string id;
  std::string name;
  std::string org;
  std::vector<std::string> accounts;
  std::vector<std::string> pays_for;
  CustomerStatus status = CustomerStatus::kActive;
};

struct WorldQuote {
  std::string value;
  ReferenceScheme scheme = ReferenceScheme::kUnknown;

  friend bool operator==(const WorldQuote&, const WorldQuote&) = default;
};

struct WorldPayment {
  std::string id;        // what the world calls it
  std::string given_id;  // its payment_id, where it is not the id
  int file = 0;          // delivered in the file of this number
  std::string account;
  std::string currency = "EUR";
  int64_t amount = 0;
  int64_t charges = 0;
  std::vector<WorldQuote> quotes;
  std::vector<std::string> text;
  Date booked;
  std::string payer_name;
  std::string payer_account;
  std::string payer_org;
  std::string customer;
  std::string bank_reference;
  std::string reverses;
  PaymentKind kind = PaymentKind::kPayment;
  Direction direction = Direction::kCredit;

  const std::string& Identity() const { return given_id.empty() ? id : given_id; }
};

struct World {
  std::vector<WorldItem> items;
  std::vector<WorldCustomer> customers;
  std::vector<WorldPayment> payments;
};

// One posting. Of money on account the customer is said, of money on an item the item.
struct WorldRow {
  std::string item;
  std::string customer;
  AllocationKind kind = AllocationKind::kPayment;
  int64_t amount = 0;

  auto Key() const { return std::tie(item, customer, kind, amount); }

  friend bool operator==(const WorldRow& a, const WorldRow& b) { return a.Key() == b.Key(); }

  friend bool operator<(const WorldRow& a, const WorldRow& b) { return a.Key() < b.Key(); }
};

struct WorldDecision {
  Outcome outcome = Outcome::kUnmatched;
  Rule rule = Rule::kNone;
  Uniqueness uniqueness = Uniqueness::kNone;  // of what rules 5 to 8 posted
  std::vector<WorldRow> rows;                 // in order
  std::set<DeviationCode> codes;

  friend bool operator==(const WorldDecision&, const WorldDecision&) = default;
};

// One decision for each payment of the world, in their order.
using WorldDecisions = std::vector<WorldDecision>;

}  // namespace kvitt::oracle
