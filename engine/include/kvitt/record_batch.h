// The records that go into a reconciliation: open items, payments, customers.
//
// Readers fill batches and hand them over block by block; the engine copies what it keeps. All text
// is UTF-8 and is seen through views that only need to live during the call that hands the batch
// over: they may point into the bytes of the file. A batch is filled and read by one thread.
//
//   OpenItemBatch batch;
//   OpenItem& item = batch.items.emplace_back();
//   item.item_id = "INV-1001";
//   item.customer_id = "C7";
//   item.amount_minor = item.open_amount_minor = 100000;
//   item.currency = Currency::FromCode("EUR");
//   batch.AddReference(&item, "20260011");
//
// Field names and meanings: docs/records.md.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kvitt/amount.h"
#include "kvitt/date.h"

namespace kvitt {

enum class ItemKind : uint8_t { kInvoice, kCreditNote, kFee, kInterest, kPrepayment };
enum class ItemStatus : uint8_t { kOpen, kClosed, kBlocked, kDisputed, kCollection };
enum class CustomerStatus : uint8_t { kActive, kInsolvent, kClosed };
enum class DunningLevel : uint8_t { kInvoice, kCustomer };

enum class PaymentKind : uint8_t {
  kPayment,
  kDirectDebit,
  kReversal,
  kDirectDebitReturn,
  kFee,
  kInterest,
  kTransfer,
};
enum class Direction : uint8_t { kCredit, kDebit };

// Which kind of message delivered a payment. One fact can arrive as a statement entry (camt.053,
// MT940), as the details of that entry (camt.054) and in a report of the same day (camt.052).
enum class Origin : uint8_t { kNative, kStatement, kNotification, kReport };

// What the reader knows of a reference. kUnknown: classify by value.
enum class ReferenceScheme : uint8_t {
  kUnknown,
  kKid,      // Norwegian KID, mod 10 or mod 11
  kOcr,      // Swedish OCR reference
  kFik,      // Danish FIK / GIK payment id (71, 75, 04)
  kViite,    // Finnish national reference
  kRf,       // ISO 11649
  kQrr,      // Swiss QR reference
  kOgm,      // Belgian structured communication
  kInvoice,  // an invoice number quoted as a referred document
  kText,     // delivered in a reference field but not checked by anyone
};

// The word of a value in JSON Lines and CSV: "credit_note", "direct_debit". The scheme kUnknown is
// "unknown".
std::string_view Name(ItemKind kind);
std::string_view Name(ItemStatus status);
std::string_view Name(CustomerStatus status);
std::string_view Name(DunningLevel level);
std::string_view Name(PaymentKind kind);
std::string_view Name(Direction direction);
std::string_view Name(ReferenceScheme scheme);
// The value of a word; false, and the value untouched, when there is none.
bool FromName(std::string_view name, ItemKind* kind);
bool FromName(std::string_view name, ItemStatus* status);
bool FromName(std::string_view name, CustomerStatus* status);
bool FromName(std::string_view name, DunningLevel* level);
bool FromName(std::string_view name, PaymentKind* kind);
bool FromName(std::string_view name, Direction* direction);
bool FromName(std::string_view name, ReferenceScheme* scheme);

// One receivable, or a credit note. Amounts are positive for every kind.
struct OpenItem {
  std::string_view item_id;           // required, unique in the ledger
  std::string_view customer_id;       // required
  std::string_view creditor_account;  // empty: payable on any account
  std::string_view customer_name;
  std::string_view customer_org_no;
  int64_t amount_minor = 0;
  int64_t open_amount_minor = 0;
  int64_t discount_minor = 0;  // 0: no cash discount
  Date issue_date;
  Date due_date;
  Date discount_date;
  uint32_t reference_first = 0;  // into OpenItemBatch::references
  uint32_t reference_count = 0;
  Currency currency;
  ItemKind kind = ItemKind::kInvoice;
  ItemStatus status = ItemStatus::kOpen;
  uint32_t record = 0;  // ordinal of the record in its block, from 0
};

struct OpenItemBatch {
  std::vector<OpenItem> items;
  std::vector<std::string_view> references;

  // Adds a reference to `item`, which must be the last item of `items`.
  void AddReference(OpenItem* item, std::string_view reference) {
    if (item->reference_count == 0)
      item->reference_first = static_cast<uint32_t>(references.size());
    references.push_back(reference);
    ++item->reference_count;
  }

  void Clear() {
    items.clear();
    references.clear();
  }
};

struct PaymentReference {
  std::string_view value;  // as delivered, blanks at the ends removed
  ReferenceScheme scheme = ReferenceScheme::kUnknown;
  bool has_amount = false;
  int64_t amount_minor = 0;  // what the payer says this reference gets; negative for a credit note
};

// One booked transaction on a creditor account.
struct Payment {
  std::string_view payment_id;        // empty: the engine derives it from the content
  std::string_view creditor_account;  // required; IBAN or `scheme:number`
  // The account that was booked, where creditor_account is a number that leads to it (a bankgiro, a FIK
  // creditor number); empty where they are the same. Batches and their parts pair by it.
  std::string_view statement_account;
  std::string_view payer_name;
  std::string_view payer_account;
  std::string_view payer_org_no;
  std::string_view customer_id;  // the creditor's own number of the payer, when the bank knows it
  std::string_view bank_reference;
  std::string_view end_to_end_id;
  std::string_view reverses;         // bank reference or end-to-end id that a reversal takes back
  std::string_view entry_reference;  // of the booked entry that this transaction is a part of
  // Names the statement where a record stream holds those of several; empty: `statement` numbers it.
  std::string_view statement_id;
  int64_t amount_minor = 0;        // > 0
  int64_t charges_minor = 0;       // charges already taken out of the amount, as the file states
  int64_t entry_amount_minor = 0;  // total of that entry; 0 when the entry is this transaction
  uint32_t reference_first = 0;    // into PaymentBatch::references
  uint32_t reference_count = 0;
  uint32_t text_first = 0;  // into PaymentBatch::text
  uint32_t text_count = 0;
  Date booking_date;
  Date value_date;
  Currency currency;
  PaymentKind kind = PaymentKind::kPayment;
  Direction direction = Direction::kCredit;
  Origin origin = Origin::kNative;
  bool is_copy = false;             // delivered in a message marked COPY, CODU or DUPL
  bool is_pending = false;          // not booked yet
  bool details_missing = false;     // a booked batch delivered without its transactions
  uint32_t entry_transactions = 0;  // transactions that the entry says it holds; 0: not said
  uint32_t statement = 0;  // 0: goes on from the block before; n: n-th opened in this block
  uint32_t record = 0;     // ordinal of the transaction in its block, from 0
};

struct PaymentBatch {
  std::vector<Payment> payments;
  std::vector<PaymentReference> references;
  std::vector<std::string_view> text;

  // Adds to the last payment of `payments`.
  void AddReference(Payment* payment, const PaymentReference& reference) {
    if (payment->reference_count == 0) {
      payment->reference_first = static_cast<uint32_t>(references.size());
    }
    references.push_back(reference);
    ++payment->reference_count;
  }

  void AddText(Payment* payment, std::string_view line) {
    if (payment->text_count == 0) payment->text_first = static_cast<uint32_t>(text.size());
    text.push_back(line);
    ++payment->text_count;
  }

  void Clear() {
    payments.clear();
    references.clear();
    text.clear();
  }
};

struct Customer {
  std::string_view customer_id;  // required
  std::string_view name;
  std::string_view org_no;
  std::string_view country;
  std::string_view email;
  std::string_view pays_for;   // `;`-joined customer ids that this one pays for
  std::string_view group;      // of customers whose terms the policy names; empty: none
  uint32_t account_first = 0;  // into CustomerBatch::accounts
  uint32_t account_count = 0;
  int64_t credit_limit_minor = -1;  // -1: none stated
  Currency currency;
  CustomerStatus status = CustomerStatus::kActive;
  DunningLevel dunning = DunningLevel::kInvoice;
  uint32_t record = 0;
};

struct CustomerBatch {
  std::vector<Customer> customers;
  std::vector<std::string_view> accounts;

  void AddAccount(Customer* customer, std::string_view account) {
    if (customer->account_count == 0) {
      customer->account_first = static_cast<uint32_t>(accounts.size());
    }
    accounts.push_back(account);
    ++customer->account_count;
  }

  void Clear() {
    customers.clear();
    accounts.clear();
  }
};

}  // namespace kvitt
