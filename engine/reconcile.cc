// The whole pipeline on one screen: Impl::Run() below. The rest is the bookkeeping of lanes and
// files.

#include "kvitt/reconcile.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "engine/allocate/books.h"
#include "engine/control/invariants.h"
#include "engine/deviation/customer_findings.h"
#include "engine/deviation/payment_findings.h"
#include "engine/evidence/customer_directory.h"
#include "engine/match/case_closing.h"
#include "engine/match/duplicate.h"
#include "engine/match/reversal.h"
#include "engine/match/rules.h"
#include "engine/parallel.h"
#include "engine/result_pages.h"
#include "engine/store/scan.h"
#include "engine/value/concat.h"
#include "kvitt/check.h"

namespace kvitt {

class Reconciliation::Impl {
 public:
  explicit Impl(ReconcileOptions options) : options_(std::move(options)) {
    books_.policy = options_.policy;
    books_.threads = options_.threads > 0 ? options_.threads : AvailableThreads();
  }

  absl::Status Run();

  // --- Records in.
  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block);
  void SetFile(FileFact fact);

  uint32_t NextFile() const { return facts_.empty() ? 0 : facts_.rbegin()->first + 1; }

  Books& books() { return books_; }

  const Books& books() const { return books_; }

  const std::vector<std::string>& file_names() const { return file_names_; }

  const std::vector<ExceptionRow>& file_exceptions() const { return file_exceptions_; }

  const std::vector<ItemHandle>& ordered_items() const { return ordered_items_; }

  const RunTotals& totals() const { return totals_; }

  const std::vector<StageTime>& stages() const { return stages_; }

  bool done() const { return done_; }

  void OrderItems() {
    if (!ordered_items_.empty()) return;
    ordered_items_ = books_.items.OrderedItems(books_.file_rank, books_.threads);
  }

 private:
  class EngineBlock;

  // One thread's way into the stores, lent to one block at a time.
  struct Lane {
    ItemStore::Lane* items = nullptr;
    PaymentStore::Lane* payments = nullptr;
  };

  Lane* TakeLane();
  void GiveBack(Lane* lane);
  // The first payment ends the items.
  void SealItems();
  void AddProblem(uint32_t file, uint32_t block, const RecordProblem& problem);

  void RankFiles();
  void BuryDeadItems();
  void MarkInsolvent();
  void FinishOutcomes();
  void ListFileExceptions();
  void ListCustomerFindings();
  ExceptionRow& AddFileException(DeviationCode code,
                                 uint32_t file,
                                 uint64_t record,
                                 std::string_view text);
  Severity SeverityOf(DeviationCode code, uint32_t file) const;

  int64_t Now() const { return options_.nanoseconds == nullptr ? 0 : options_.nanoseconds(); }

  template <typename Fn>
  void Timed(std::string_view stage, uint64_t records, Fn fn) {
    const int64_t begin = Now();
    fn();
    stages_.push_back({std::string(stage), Now() - begin, records});
  }

  ReconcileOptions options_;
  Books books_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Lane*> free_lanes_;
  std::atomic<bool> items_sealed_{false};
  std::map<uint32_t, FileFact> facts_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<RecordProblem>> problems_;  // (file, block)
  std::vector<DuplicateItem> duplicate_items_;
  std::vector<std::string> file_names_;
  std::vector<ExceptionRow> file_exceptions_;
  std::set<std::string> file_exception_ids_;
  std::vector<ItemHandle> ordered_items_;
  RunTotals totals_;
  std::vector<StageTime> stages_;
  bool done_ = false;
};

// --- The pipeline.
// ---------------------------------------------------------------------------------

absl::Status Reconciliation::Impl::Run() {
  KVITT_CHECK(!done_);
  absl::Status status = CheckPolicy(options_.policy);
  if (!status.ok()) return status;
  if (!items_sealed_.load()) SealItems();
  const uint64_t payments = books_.payments.count();
  RankFiles();
  Timed("seal", books_.items.count(), [&] {
    books_.PrepareAccounts();
    books_.payments.Seal(books_.file_rank);
    books_.customers.Seal(books_.file_rank, books_.file_dead);
    books_.PreparePolicies();
    BuryDeadItems();
    duplicate_items_ = FindDuplicateItems(&books_);
    MarkInsolvent();
  });
  bool changed = false;
  for (const RuleRow& rule : Rules()) {
    Timed(Concat("rule ", Name(rule.rule)), payments, [&] { rule.run(&books_, &changed); });
    if (rule.rule == Rule::kReferenceExact) books_.payments.ReleaseClaims();
  }
  Timed("cases", payments, [&] { CloseCases(&books_); });
  Timed("outcomes", payments, [&] { FinishOutcomes(); });
  Timed("invariants", payments, [&] { status = CheckInvariants(books_, &totals_); });
  if (!status.ok()) return status;
  ListFileExceptions();
  done_ = true;
  return absl::OkStatus();
}

// --- Records in.
// -----------------------------------------------------------------------------------

class Reconciliation::Impl::EngineBlock : public BlockSink {
 public:
  EngineBlock(Impl* impl, uint32_t file, uint32_t block)
      : impl_(impl), lane_(impl->TakeLane()), file_(file), block_(block) {}

  ~EngineBlock() override { impl_->GiveBack(lane_); }

  EngineBlock(const EngineBlock&) = delete;
  EngineBlock& operator=(const EngineBlock&) = delete;

  void Items(const OpenItemBatch& batch) override {
    KVITT_CHECK(!impl_->items_sealed_.load(std::memory_order_relaxed));
    if (lane_->items == nullptr) lane_->items = impl_->books_.items.AddLane();
    lane_->items->Add(batch, file_, block_, item_part_++);
  }

  void Payments(const PaymentBatch& batch) override {
    if (batch.payments.empty()) return;
    if (!impl_->items_sealed_.load(std::memory_order_acquire)) impl_->SealItems();
    if (lane_->payments == nullptr) lane_->payments = impl_->books_.payments.AddLane();
    lane_->payments->Add(batch, file_, block_, &payment_part_);
  }

  void Customers(const CustomerBatch& batch) override {
    impl_->books_.customers.Add(batch, file_, block_, &customer_ordinal_);
  }

  void Problem(const RecordProblem& problem) override { impl_->AddProblem(file_, block_, problem); }

 private:
  Impl* impl_;
  Lane* lane_;
  uint32_t file_;
  uint32_t block_;
  uint32_t item_part_ = 0;
  uint32_t payment_part_ = 0;
  uint32_t customer_ordinal_ = 0;
};

std::unique_ptr<BlockSink> Reconciliation::Impl::OpenBlock(uint32_t file, uint32_t block) {
  return std::make_unique<EngineBlock>(this, file, block);
}

Reconciliation::Impl::Lane* Reconciliation::Impl::TakeLane() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (free_lanes_.empty()) {
    lanes_.push_back(std::make_unique<Lane>());
    return lanes_.back().get();
  }
  Lane* lane = free_lanes_.back();
  free_lanes_.pop_back();
  return lane;
}

void Reconciliation::Impl::GiveBack(Lane* lane) {
  std::lock_guard<std::mutex> lock(mutex_);
  free_lanes_.push_back(lane);
}

void Reconciliation::Impl::SealItems() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (items_sealed_.load()) return;
  books_.items.Seal();
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->items = nullptr;
  const ItemStore& items = books_.items;
  books_.payments.set_claim_on(!items.has_any_account()   ? PaymentStore::ClaimOn::kOwn
                               : !items.has_own_account() ? PaymentStore::ClaimOn::kAny
                                                          : PaymentStore::ClaimOn::kBoth);
  items_sealed_.store(true, std::memory_order_release);
}

void Reconciliation::Impl::AddProblem(uint32_t file, uint32_t block, const RecordProblem& problem) {
  std::lock_guard<std::mutex> lock(mutex_);
  problems_[{file, block}].push_back(problem);
}

void Reconciliation::Impl::SetFile(FileFact fact) {
  const uint32_t file = fact.file;
  facts_[file] = std::move(fact);
}

// --- Files and items that take no part.
// --------------------------------------------------------------

void Reconciliation::Impl::RankFiles() {
  uint32_t files = NextFile();
  for (const ItemRun& run : books_.items.runs()) files = std::max(files, run.file + 1);
  files = std::max(files, books_.payments.file_count());
  std::vector<uint32_t> order(files);
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](uint32_t file) {
    const auto fact = facts_.find(file);
    return fact == facts_.end() ? std::make_pair(std::string_view(), std::string_view())
                                : std::make_pair(std::string_view(fact->second.digest),
                                                 std::string_view(fact->second.name));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  books_.file_rank.resize(files);
  books_.file_dead.assign(files, false);
  file_names_.resize(files);
  for (uint32_t rank = 0; rank < files; ++rank) books_.file_rank[order[rank]] = rank;
  for (const auto& [file, fact] : facts_) {
    books_.file_dead[file] = fact.set_aside;
    file_names_[file] = fact.name;
  }
  // The same bytes again, under whatever name, are the same file: the first name counts. What was set aside,
  // because it was given as something else, is no first.
  auto first = facts_.end();
  for (uint32_t rank = 0; rank < files; ++rank) {
    const auto fact = facts_.find(order[rank]);
    if (fact == facts_.end() || fact->second.digest.empty() || fact->second.set_aside) continue;
    if (first == facts_.end() || fact->second.digest != first->second.digest) {
      first = fact;
      continue;
    }
    books_.file_dead[order[rank]] = true;
    fact->second.problems.push_back(
        {DeviationCode::kFileDuplicate, 0, 0,
         Concat("It holds the same bytes as ", first->second.name, ".")});
  }
}

void Reconciliation::Impl::BuryDeadItems() {
  const std::vector<ItemRun>& runs = books_.items.runs();
  const bool any = std::any_of(runs.begin(), runs.end(),
                               [&](const ItemRun& run) { return books_.file_dead[run.file]; });
  if (!any) return;
  ScanItems(books_.items, books_.threads, [&](ItemHandle, ItemRecord& item, size_t) {
    if (books_.file_dead[books_.items.PositionOf(item).file]) item.set(ItemRecord::kDead);
  });
}

void Reconciliation::Impl::MarkInsolvent() {
  if (!books_.customers.has_insolvent()) return;
  CustomerDirectory insolvent(&books_.items, &books_.customers);
  for (const CustomerRecord& customer : books_.customers.customers()) {
    if (customer.status == CustomerStatus::kInsolvent) insolvent.Number(customer.customer_id);
  }
  insolvent.ForEachItem(books_.threads, [](CustomerNumber, ItemHandle, ItemRecord& item, size_t) {
    item.set(ItemRecord::kInsolvent);
  });
}

void Reconciliation::Impl::FinishOutcomes() {
  if (books_.payments.has_takebacks()) FinishReversals(&books_);
  // A payment that no rule decided, but for which somebody may, is suggested.
  if (books_.decisions.size() == 0) return;
  for (const PaymentRun& run : books_.payments.runs()) {
    for (uint32_t i = 0; i < run.count; ++i) {
      PaymentRecord& payment = books_.payments.At(run.first + i);
      if (payment.decided != PaymentCase::kUndecided || payment.has(PaymentRecord::kDead)) continue;
      const ComposedDecision* composed = books_.decisions.Find(run.first + i);
      if (composed != nullptr && !composed->suggestions.empty()) {
        payment.outcome = Outcome::kSuggested;
      }
    }
  }
}

// --- Deviations of files, records, items and customers.
// -----------------------------------------------

// What blocks is that a whole file was set aside. A record that cannot be read costs a bank file, but of a
// stream only itself; totals that fail cost the file unless somebody said that it is posted all the same.
Severity Reconciliation::Impl::SeverityOf(DeviationCode code, uint32_t file) const {
  const Severity severity = DefaultSeverity(code);
  const auto fact = facts_.find(file);
  if (fact == facts_.end()) return severity;
  const bool costs_file =
      code == DeviationCode::kRecordMalformed || code == DeviationCode::kPrecisionLost;
  if (fact->second.set_aside) return costs_file ? Severity::kBlock : severity;
  return severity == Severity::kBlock ? Severity::kReview : severity;
}

ExceptionRow& Reconciliation::Impl::AddFileException(DeviationCode code,
                                                     uint32_t file,
                                                     uint64_t record,
                                                     std::string_view text) {
  ExceptionRow& row = file_exceptions_.emplace_back();
  row.code = code;
  row.severity = SeverityOf(code, file);
  row.file = file_names_[file];
  row.record = record;
  row.explanation = Concat(Sentence(code), text.empty() ? "" : " ", text);
  const std::string about = Concat(row.file, "\n", text, "\n", record);
  for (uint64_t ordinal = 0;; ++ordinal) {
    WriteExceptionId(code, about, ordinal, &row.exception_id);
    if (file_exception_ids_.insert(row.exception_id).second) break;
  }
  ++totals_.by_code[code].count;
  ++totals_.deviations;
  return row;
}

void Reconciliation::Impl::ListFileExceptions() {
  std::vector<uint32_t> files(file_names_.size());
  std::iota(files.begin(), files.end(), 0);
  std::sort(files.begin(), files.end(),
            [&](uint32_t a, uint32_t b) { return books_.file_rank[a] < books_.file_rank[b]; });
  for (uint32_t file : files) {
    const auto fact = facts_.find(file);
    bool has_record_problems = false;
    if (fact != facts_.end()) {
      has_record_problems = fact->second.has_record_problems;
      for (const RecordProblem& problem : fact->second.problems) {
        AddFileException(problem.code, file, problem.record,
                         problem.byte_offset == 0
                             ? problem.text
                             : Concat(problem.text, " (byte ", problem.byte_offset, ")"));
      }
    }
    if (has_record_problems || books_.file_dead[file]) continue;
    // What readers said of single records. A record's number in its block depends on how the file was
    // cut; its byte does not.
    for (auto list = problems_.lower_bound({file, 0});
         list != problems_.end() && list->first.first == file; ++list) {
      for (const RecordProblem& problem : list->second) {
        AddFileException(problem.code, file, 0,
                         Concat(problem.text, " (byte ", problem.byte_offset, ")"));
      }
    }
  }
  char scratch[kPackedTextBytesMax];
  for (const DuplicateItem& duplicate : duplicate_items_) {
    const ItemRecord& item = books_.items.At(duplicate.item);
    const ItemRecord& first = books_.items.At(duplicate.first);
    const ItemStore::Position position = books_.items.PositionOf(item);
    const Currency currency = Currency::FromIndex(item.currency);
    const Currency first_currency = Currency::FromIndex(first.currency);
    const std::string id(books_.items.ItemId(item, scratch));
    ExceptionRow& row =
        AddFileException(DeviationCode::kItemDuplicate, position.file, position.record,
                         Concat(id, ": here ", FormatAmount(item.first_minor, currency.decimals()),
                                " ", currency.code(), ", first ",
                                FormatAmount(first.first_minor, first_currency.decimals()), " ",
                                first_currency.code(), "."));
    row.item_ids.push_back(id);
    row.customer_id = books_.items.CustomerId(item, scratch);
    row.has_amount = true;
    row.amount_minor = item.first_minor;
    row.currency = currency;
  }
  for (const CustomerRecord& customer : books_.customers.duplicates()) {
    AddFileException(
        DeviationCode::kCustomerDuplicate, customer.file, customer.record,
        Concat("The customer id ", customer.customer_id, " stands twice; the first record counts."))
        .customer_id = customer.customer_id;
  }
  ListCustomerFindings();
}

void Reconciliation::Impl::ListCustomerFindings() {
  for (const CustomerFinding& finding : FindCustomerFindings(books_)) {
    const CustomerRecord& customer = *finding.customer;
    ExceptionRow& row =
        AddFileException(finding.code, customer.file, customer.record, finding.text);
    row.customer_id = customer.customer_id;
    if (!finding.has_amount) continue;
    row.currency = customer.currency;
    // A sum beyond 64 bits stands in the words alone.
    if (finding.open_minor > std::numeric_limits<int64_t>::max()) continue;
    row.has_amount = true;
    row.has_difference = true;
    row.amount_minor = static_cast<int64_t>(finding.open_minor);
    row.difference_minor = static_cast<int64_t>(finding.beyond_minor);
  }
}

// --- The public face.
// --------------------------------------------------------------------------------

Reconciliation::Reconciliation(ReconcileOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

Reconciliation::~Reconciliation() = default;

std::unique_ptr<BlockSink> Reconciliation::OpenBlock(uint32_t file, uint32_t block) {
  return impl_->OpenBlock(file, block);
}

void Reconciliation::SetDates(uint32_t file,
                              uint32_t block,
                              uint32_t first,
                              uint32_t last,
                              Date booking_date,
                              Date value_date) {
  impl_->books().payments.SetDates(file, block, first, last, booking_date, value_date);
}

void Reconciliation::SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) {
  impl_->books().payments.SetStatementsBefore(file, block, statements);
}

void Reconciliation::SetFile(FileFact fact) {
  impl_->SetFile(std::move(fact));
}

namespace {

FileFact MemoryFile(uint32_t file, std::string_view name) {
  FileFact fact;
  fact.file = file;
  fact.name = std::string(name);
  // Records in memory keep the order in which they were added.
  fact.digest = Concat("memory-", 1000000000 + uint64_t{file});
  return fact;
}

}  // namespace

void Reconciliation::Add(const OpenItemBatch& batch, std::string_view name) {
  const uint32_t file = impl_->NextFile();
  SetFile(MemoryFile(file, name));
  OpenBlock(file, 0)->Items(batch);
}

void Reconciliation::Add(const PaymentBatch& batch, std::string_view name) {
  const uint32_t file = impl_->NextFile();
  SetFile(MemoryFile(file, name));
  OpenBlock(file, 0)->Payments(batch);
}

void Reconciliation::Add(const CustomerBatch& batch, std::string_view name) {
  const uint32_t file = impl_->NextFile();
  SetFile(MemoryFile(file, name));
  OpenBlock(file, 0)->Customers(batch);
}

absl::Status Reconciliation::Run() {
  return impl_->Run();
}

size_t Reconciliation::pages() const {
  return impl_->books().payments.runs().size();
}

void Reconciliation::ReadPayments(size_t page, PaymentPage* out) const {
  KVITT_CHECK(impl_->done());
  ReadPaymentPage(impl_->books(), impl_->file_names(), page, out);
}

void Reconciliation::ReadAllocations(size_t page, AllocationPage* out) const {
  KVITT_CHECK(impl_->done());
  ReadAllocationPage(impl_->books(), page, out);
}

void Reconciliation::ReadExceptions(size_t page, ExceptionPage* out) const {
  KVITT_CHECK(impl_->done());
  ReadExceptionPage(impl_->books(), impl_->file_names(), page, out);
}

const std::vector<ExceptionRow>& Reconciliation::FileExceptions() const {
  return impl_->file_exceptions();
}

void Reconciliation::PrepareOpenItems() {
  KVITT_CHECK(impl_->done());
  impl_->OrderItems();
}

size_t Reconciliation::open_item_pages() const {
  return (impl_->ordered_items().size() + kOpenItemsPerPage - 1) / kOpenItemsPerPage;
}

void Reconciliation::ReadOpenItems(size_t page, OpenItemPage* out) const {
  ReadOpenItemPage(impl_->books(), impl_->ordered_items(), page, out);
}

const RunTotals& Reconciliation::totals() const {
  return impl_->totals();
}

const std::vector<StageTime>& Reconciliation::stage_times() const {
  return impl_->stages();
}

}  // namespace kvitt
