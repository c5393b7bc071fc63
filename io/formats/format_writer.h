// How a format is written: by `kvitt generate`, and by collections (direct debit claims).
//
// A writer streams: it holds the control sums of what it wrote and nothing else, so 100 million
// records need no memory to speak of. The bytes depend on the calls alone.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "kvitt/record_batch.h"

namespace kvitt {

// The numbers and balances that the statements of accounts go on from: within a file, and over several
// files where these share one book. Each account begins with no statement and a balance of zero.
class StatementBook {
 public:
  struct Account {
    uint64_t number = 0;  // of the last statement
    Int128 balance_minor = 0;
  };

  // Stays where it is while the book lives.
  Account& Of(std::string_view account, Currency currency) {
    return accounts_[{std::string(account), std::string(currency.code())}];
  }

 private:
  std::map<std::pair<std::string, std::string>, Account> accounts_;
};

// Facts about the file to be written.
struct WriterHeader {
  std::string_view sender;      // name or number of the bank
  std::string_view recipient;   // name of the creditor
  uint64_t message_number = 1;  // makes the file's own identity
  Date created;
  std::string_view version;  // "054.08" style for camt; empty: the newest
  // Record streams (CSV, JSON Lines): the fields to write, in this order; empty: the writer's own
  // choice. Other formats have no use for it.
  absl::Span<const std::string_view> columns = {};
  // Statements: what they go on from, and leave for the next file. Null: the file stands alone.
  StatementBook* statements = nullptr;
};

class FormatWriter {
 public:
  virtual ~FormatWriter() = default;

  // Appends to *out. The order of calls is Begin, then for each section BeginSection, records of
  // one account, currency and booking date, EndSection, then End. *out may be emptied by the caller
  // between calls.
  virtual void Begin(const WriterHeader& header, std::string* out) = 0;
  virtual void BeginSection(std::string_view creditor_account,
                            Currency currency,
                            Date booking_date,
                            std::string* out) = 0;
  // `batch` owns the references and text of `payment`. False when the format cannot say this
  // (an amount that does not fit its field, a currency that it does not know); nothing is written then.
  virtual bool Write(const PaymentBatch& batch, const Payment& payment, std::string* out);
  virtual bool Write(const OpenItemBatch& batch, const OpenItem& item, std::string* out);
  virtual bool Write(const CustomerBatch& batch, const Customer& customer, std::string* out);
  virtual void EndSection(std::string* out) = 0;
  virtual void End(std::string* out) = 0;
};

}  // namespace kvitt
