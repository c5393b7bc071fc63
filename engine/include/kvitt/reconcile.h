// The engine: records in, decisions out.
//
//   kvitt::Reconciliation run({.threads = 2, .as_of = Date::FromCivil(2026, 3, 1)});
//   run.Add(items);                       // an OpenItemBatch; customers likewise
//   run.Add(payments);                    // after the items
//   if (absl::Status s = run.Run(); !s.ok()) ...
//   AllocationPage page;
//   for (size_t i = 0; i < run.pages(); ++i) {
//     run.ReadAllocations(i, &page);
//     for (const AllocationRow& row : page.rows) ...
//   }
//
// Life: (1) open items and customers are added, (2) payments are added, (3) Run() decides, checks
// the invariants and makes the result readable, (4) pages are read, by any number of threads. Steps
// 1 and 2 may be done by many threads at once through OpenBlock(). The result depends on the
// records and the options alone: not on threads, on blocks, nor on the order in which files were
// given.
//
// The engine opens no file, reads no clock, prints nothing and throws nothing.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "kvitt/decision.h"
#include "kvitt/policy.h"
#include "kvitt/record_sink.h"

namespace kvitt {

struct ReconcileOptions {
  int threads = 0;  // 0: all cores
  Date as_of;       // "today"; no rule depends on it yet
  Policy policy;
  // A monotonic clock for stage_times(): the engine has none of its own. Null: times are 0.
  int64_t (*nanoseconds)() = nullptr;
};

// What the reader of a file found out, told to the engine before Run().
struct FileFact {
  uint32_t file = 0;  // as given to OpenBlock
  std::string name;
  std::string digest;      // of the content; orders files and tells duplicates apart
  bool set_aside = false;  // nothing of it may be posted
  // Become deviations; records 1-based. When has_record_problems is true they include the problems
  // of single records that also went to BlockSink::Problem, which are then not told twice.
  std::vector<RecordProblem> problems;
  bool has_record_problems = false;
};

struct CountAndSum {
  uint64_t count = 0;
  std::map<Currency, Int128> minor;
};

// What the run came to, for the summary. Sums are by currency in minor units.
struct RunTotals {
  CountAndSum payments;  // accepted into the run, credits minus debits
  std::map<Outcome, CountAndSum> by_outcome;
  std::map<Rule, CountAndSum> by_rule;  // deciding rule
  std::map<DeviationCode, CountAndSum> by_code;

  struct AccountTotals {
    uint64_t payments = 0;
    Int128 received = 0;   // credits minus debits
    Int128 allocated = 0;  // on items, credits minus reversals
    Int128 on_account = 0;
    Int128 kept = 0;         // small surpluses written off
    Int128 unallocated = 0;  // suggested, unmatched, duplicate, ignored
  };

  std::map<std::pair<std::string, std::string>, AccountTotals> by_account;  // (account, currency)
  uint64_t items = 0;
  uint64_t items_open_after = 0;
  std::map<Currency, Int128> open_before;
  std::map<Currency, Int128> open_after;
  uint64_t customers = 0;
  uint64_t deviations = 0;
  uint64_t payments_matched = 0;  // settled, settled_with_difference, partial, overpaid
  int match_rate_per_mille = 0;
  uint64_t resident_bytes_items = 0;
  uint64_t resident_bytes_payments = 0;
};

// Time of one stage of the run.
struct StageTime {
  std::string stage;
  int64_t nanoseconds = 0;
  uint64_t records = 0;
};

struct AllocationPage {
  std::vector<AllocationRow> rows;
  std::string scratch;  // the rows' text
};

struct PaymentPage {
  std::vector<PaymentRow> rows;
  std::string scratch;
  std::vector<std::string> evidence;  // of the rows, likewise
  std::vector<RuleTrial> trials;
};

// Rows keep their memory from page to page: only the first `count` belong to the page that was
// read.
struct ExceptionPage {
  std::vector<ExceptionRow> rows;
  size_t count = 0;
};

struct OpenItemPage {
  std::vector<OpenItemRow> rows;
  std::string scratch;
};

class Reconciliation : public RecordSink {
 public:
  explicit Reconciliation(ReconcileOptions options);
  ~Reconciliation() override;
  Reconciliation(const Reconciliation&) = delete;
  Reconciliation& operator=(const Reconciliation&) = delete;

  // --- Records in. Thread-safe.
  // Items and customers come before the first payment.
  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) override;
  void SetDates(uint32_t file,
                uint32_t block,
                uint32_t first,
                uint32_t last,
                Date booking_date,
                Date value_date) override;
  void SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) override;

  // One file fact for each file that was opened. Not thread-safe; before Run().
  void SetFile(FileFact fact);

  // Records in memory: each call is a file of its own, named `name`.
  void Add(const OpenItemBatch& batch, std::string_view name = "memory");
  void Add(const PaymentBatch& batch, std::string_view name = "memory");
  void Add(const CustomerBatch& batch, std::string_view name = "memory");

  // --- Decide. Once. InvalidArgument when the policy is wrong (see CheckPolicy), FailedPrecondition
  // when an invariant does not hold (nothing may be committed then; the message names it),
  // ResourceExhausted when a limit was reached.
  absl::Status Run();

  // --- Decisions out. After Run(); const and thread-safe. A page is a run of payments in their
  // order; reading page after page gives every row in the order of the output files.
  size_t pages() const;
  void ReadPayments(size_t page, PaymentPage* out) const;
  void ReadAllocations(size_t page, AllocationPage* out) const;
  void ReadExceptions(size_t page, ExceptionPage* out) const;  // of the page's payments
  // Deviations that belong to no payment (files, records, items, customers), in order.
  const std::vector<ExceptionRow>& FileExceptions() const;
  // Puts the items in their order for reading; once, before the next two.
  void PrepareOpenItems();
  size_t open_item_pages() const;
  void ReadOpenItems(size_t page, OpenItemPage* out) const;

  const RunTotals& totals() const;
  const std::vector<StageTime>& stage_times() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kvitt
