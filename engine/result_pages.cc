#include "engine/result_pages.h"

#include <algorithm>

#include "engine/allocate/posting.h"
#include "engine/deviation/payment_findings.h"
#include "engine/evidence/evidence.h"
#include "engine/match/evidence_words.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

constexpr uint32_t kPrefetchAhead = 12;

// Unpacks ids one behind the other into a page's scratch, which is made large enough beforehand and
// never moves while a page is read.
class PageText {
 public:
  // Room for `ids` unpacked ids.
  PageText(size_t ids, std::string* scratch) {
    const size_t needed = ids * kPackedTextBytesMax;
    if (scratch->size() < needed) scratch->resize(needed);
    next_ = scratch->data();
    end_ = next_ + scratch->size();
  }

  // Where the next id may be unpacked to.
  char* place() const {
    KVITT_CHECK(static_cast<size_t>(end_ - next_) >= kPackedTextBytesMax);
    return next_;
  }

  // `text` was unpacked at place(), or lies in an arena.
  std::string_view Take(std::string_view text) {
    if (text.data() == next_) next_ += text.size();
    return text;
  }

 private:
  char* next_;
  char* end_;
};

void PrefetchItem(const Books& books, const PaymentRun& run, uint32_t i) {
  if (i >= run.count) return;
  const PaymentRecord& payment = books.payments.At(run.first + i);
  if (payment.item != kNoItem) __builtin_prefetch(&books.items.At(payment.item));
}

// Why rule 3 left the payment to the later rules, as far as the case itself knows.
bool TrialOfReferences(const Books& books, const SearchCase& search, RuleTrial* trial) {
  trial->rule = Rule::kReferenceExact;
  trial->count = 0;
  if (!books.payments.At(search.payment).has(PaymentRecord::kHasReference)) {
    trial->result = TrialResult::kNotApplicable;
  } else if (search.payer_by == PayerBy::kFixedReference) {
    trial->result = TrialResult::kSeveralAnswers;
    trial->count = static_cast<uint32_t>(search.named.size());
  } else if (search.is_several || search.objection == Objection::kReferenceElsewhere) {
    return false;  // its deviation says more
  } else {
    trial->result = TrialResult::kNothingFound;
  }
  return true;
}

// What the decision on a case says of itself. Payments that rules 1 to 3 decided say nothing.
void ReadEvidence(const Books& books, PaymentHandle handle, PaymentRow* row, PaymentPage* page) {
  row->uniqueness = Uniqueness::kNone;
  row->alternatives = 0;
  row->evidence = {};
  row->trials = {};
  const SearchCase* search = books.evidence == nullptr ? nullptr : books.evidence->Find(handle);
  if (search == nullptr) return;
  row->uniqueness = search->uniqueness;
  const size_t first = page->trials.size();
  RuleTrial of_references;
  if (TrialOfReferences(books, *search, &of_references)) page->trials.push_back(of_references);
  for (size_t i = 0; i < kSearchRules; ++i) {
    if ((search->tried >> i & 1U) == 0) continue;
    const TrialResult found = search->found[i];
    page->trials.push_back({static_cast<Rule>(kFirstSearchRule + i), found, search->counts[i]});
    if (found != TrialResult::kSeveralAnswers || row->uniqueness != Uniqueness::kNone) continue;
    row->uniqueness = Uniqueness::kSeveral;
    row->alternatives = search->counts[i];
  }
  row->trials = absl::MakeConstSpan(page->trials).subspan(first);
  std::string evidence = EvidenceOfDecision(books, handle);
  if (evidence.empty()) return;
  page->evidence.push_back(std::move(evidence));
  row->evidence = page->evidence.back();
}

// A further row, filled where it stays, with what all rows of a payment share.
AllocationRow& StartRow(const Books& books,
                        const PaymentRecord& payment,
                        std::string_view payment_id,
                        AllocationPage* out) {
  AllocationRow& row = out->rows.emplace_back();
  row.payment_id = payment_id;
  row.currency = Currency::FromIndex(payment.currency);
  row.kind = AllocationKind::kPayment;
  row.rule = payment.rule;
  row.confidence = payment.confidence;
  row.booking_date = books.payments.BookingDate(payment);
  return row;
}

}  // namespace

void ReadAllocationPage(const Books& books, size_t page, AllocationPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  out->rows.clear();
  if (books.file_dead[run.file]) return;
  std::vector<Posting> postings;
  // Every row needs at most three packed texts; composed decisions may have many rows.
  size_t rows = run.count * 2;
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentRecord& payment = books.payments.At(run.first + i);
    if (payment.decided == PaymentCase::kComposed) {
      rows += books.decisions.Find(run.first + i)->postings.size();
    }
  }
  PageText text(rows * 3 + 1, &out->scratch);
  for (uint32_t i = 0; i < kPrefetchAhead; ++i) PrefetchItem(books, run, i);
  for (uint32_t i = 0; i < run.count; ++i) {
    PrefetchItem(books, run, i + kPrefetchAhead);
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    if (payment.decided == PaymentCase::kUndecided) continue;
    const bool exact = payment.decided == PaymentCase::kExact;
    if (!exact) PostingsOf(books, handle, &postings);
    if (!exact && postings.empty()) continue;
    const std::string_view id = text.Take(books.payments.PaymentId(payment, text.place()));
    if (exact) {
      const ItemRecord& item = books.items.At(payment.item);
      AllocationRow& row = StartRow(books, payment, id, out);
      row.amount_minor = payment.amount_minor;
      row.item_id = text.Take(books.items.ItemId(item, text.place()));
      row.customer_id = text.Take(books.items.CustomerId(item, text.place()));
      continue;
    }
    for (const Posting& posting : postings) {
      AllocationRow& row = StartRow(books, payment, id, out);
      row.amount_minor = posting.amount_minor;
      row.kind = posting.kind;
      if (posting.item != kNoItem) {
        const ItemRecord& item = books.items.At(posting.item);
        row.item_id = text.Take(books.items.ItemId(item, text.place()));
        row.customer_id = text.Take(books.items.CustomerId(item, text.place()));
      } else {
        row.customer_id = text.Take(
            Unpack(posting.customer, books.items.prefixes(), books.items.texts(), text.place()));
      }
    }
  }
}

void ReadPaymentPage(const Books& books,
                     const std::vector<std::string>& files,
                     size_t page,
                     PaymentPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  if (books.file_dead[run.file]) {
    out->rows.clear();
    return;
  }
  out->rows.resize(run.count);
  PageText text(run.count + 1, &out->scratch);
  // Rows point into these, so they must not move.
  out->evidence.clear();
  out->evidence.reserve(run.count);
  out->trials.clear();
  if (books.evidence != nullptr) out->trials.reserve(run.count * (kSearchRules + 1));
  std::vector<Posting> postings;
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    PaymentRow& row = out->rows[i];
    row.payment = Payment();
    row.references.clear();
    row.text.clear();
    books.payments.Read(payment, &row.payment, &row.references, &row.text);
    row.payment.payment_id = text.Take(books.payments.PaymentId(payment, text.place()));
    row.file = files[run.file];
    row.record = run.record_first + i;
    row.outcome = payment.outcome;
    row.rule = payment.rule;
    row.confidence = payment.confidence;
    PostingsOf(books, handle, &postings);
    const PaymentSums sums = SumsOf(payment, postings);
    row.allocated_minor = sums.allocated_minor;
    row.on_account_minor = sums.on_account_minor;
    row.unallocated_minor = sums.unallocated_minor;
    ReadEvidence(books, handle, &row, out);
  }
}

void ReadExceptionPage(const Books& books,
                       const std::vector<std::string>& files,
                       size_t page,
                       ExceptionPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  out->count = 0;
  if (books.file_dead[run.file]) return;
  // Few payments deviate; what they concern is asked for before their rows are written.
  std::vector<uint32_t> deviating;
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentRecord& payment = books.payments.At(run.first + i);
    constexpr uint16_t kNoted = PaymentRecord::kReserved | PaymentRecord::kReversed;
    if (payment.decided == PaymentCase::kExact && (payment.flags & kNoted) == 0 &&
        payment.rule != Rule::kReferenceRepaired) {
      continue;
    }
    deviating.push_back(i);
    PrefetchItem(books, run, i);
  }
  std::vector<Finding> findings;
  char scratch[PaymentStore::kPaymentIdBytesMax];
  for (const uint32_t i : deviating) {
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    FindingsOf(books, handle, &findings);
    if (findings.empty()) continue;
    const std::string_view id = books.payments.PaymentId(payment, scratch);
    for (const Finding& finding : findings) {
      if (out->count == out->rows.size()) out->rows.emplace_back();
      ExceptionRow& row = out->rows[out->count++];
      // What a person may choose from stands once, with the first deviation.
      const bool is_first = &finding == &findings.front();
      WriteException(books, handle, {id, files[run.file], run.record_first + i}, finding, is_first,
                     &row);
      if (!is_first) row.suggestions.clear();
    }
  }
}

void ReadOpenItemPage(const Books& books,
                      const std::vector<ItemHandle>& ordered,
                      size_t page,
                      OpenItemPage* out) {
  out->rows.clear();
  out->scratch.clear();
  const size_t begin = page * kOpenItemsPerPage;
  const size_t end = std::min(begin + kOpenItemsPerPage, ordered.size());
  out->scratch.reserve(kOpenItemsPerPage * ItemStore::kItemTextBytesMax);
  for (size_t i = begin; i < end; ++i) {
    if (i + kPrefetchAhead < end && ordered[i + kPrefetchAhead] != kNoItem) {
      __builtin_prefetch(&books.items.At(ordered[i + kPrefetchAhead]));
    }
    if (ordered[i] == kNoItem) continue;
    const ItemRecord& item = books.items.At(ordered[i]);
    if (item.has(ItemRecord::kDead) || item.open_minor == 0) continue;
    OpenItemRow& row = out->rows.emplace_back();
    books.items.Read(item, &row.item, &row.references, &out->scratch);
  }
}

}  // namespace kvitt
