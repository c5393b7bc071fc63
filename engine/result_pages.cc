#include "engine/result_pages.h"

#include <algorithm>

#include "engine/allocate/posting.h"
#include "engine/deviation/payment_findings.h"

namespace kvitt {
namespace {

constexpr uint32_t kPrefetchAhead = 12;

// Copies text that lies in a local buffer to the page; text of an arena stays where it is. The
// page's scratch is reserved beforehand and never moves while a page is read.
std::string_view Keep(std::string_view text, const char* local, std::string* scratch) {
  if (text.data() != local) return text;
  const size_t at = scratch->size();
  scratch->append(text);
  return {scratch->data() + at, text.size()};
}

void PrefetchItem(const Books& books, const PaymentRun& run, uint32_t i) {
  if (i >= run.count) return;
  const PaymentRecord& payment = books.payments.At(run.first + i);
  if (payment.item != kNoItem) __builtin_prefetch(&books.items.At(payment.item));
}

}  // namespace

void ReadAllocationPage(const Books& books, size_t page, AllocationPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  out->rows.clear();
  out->scratch.clear();
  if (books.file_dead[run.file]) return;
  std::vector<Posting> postings;
  char local[kPackedTextBytesMax];
  // Every row needs at most three packed texts; composed decisions may have many rows.
  size_t rows = run.count * 2;
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentRecord& payment = books.payments.At(run.first + i);
    if (payment.decided == PaymentCase::kComposed) {
      rows += books.decisions.Find(run.first + i)->postings.size();
    }
  }
  out->scratch.reserve(rows * 3 * kPackedTextBytesMax);
  for (uint32_t i = 0; i < kPrefetchAhead; ++i) PrefetchItem(books, run, i);
  for (uint32_t i = 0; i < run.count; ++i) {
    PrefetchItem(books, run, i + kPrefetchAhead);
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    if (payment.decided == PaymentCase::kUndecided) continue;
    postings.clear();
    if (payment.decided == PaymentCase::kExact) {
      postings.push_back({payment.item, {}, payment.amount_minor, AllocationKind::kPayment});
    } else {
      PostingsOf(books, handle, &postings);
    }
    if (postings.empty()) continue;
    AllocationRow row;
    row.payment_id = Keep(books.payments.PaymentId(payment, local), local, &out->scratch);
    row.currency = Currency::FromIndex(payment.currency);
    row.rule = payment.rule;
    row.confidence = payment.confidence;
    row.booking_date = books.payments.BookingDate(payment);
    for (const Posting& posting : postings) {
      row.amount_minor = posting.amount_minor;
      row.kind = posting.kind;
      row.item_id = {};
      if (posting.item != kNoItem) {
        const ItemRecord& item = books.items.At(posting.item);
        row.item_id = Keep(books.items.ItemId(item, local), local, &out->scratch);
        row.customer_id = Keep(books.items.CustomerId(item, local), local, &out->scratch);
      } else {
        row.customer_id =
            Keep(Unpack(posting.customer, books.items.prefixes(), books.items.texts(), local),
                 local, &out->scratch);
      }
      out->rows.push_back(row);
    }
  }
}

void ReadPaymentPage(const Books& books,
                     const std::vector<std::string>& files,
                     size_t page,
                     PaymentPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  out->scratch.clear();
  if (books.file_dead[run.file]) {
    out->rows.clear();
    return;
  }
  out->rows.resize(run.count);
  out->scratch.reserve(run.count * kPackedTextBytesMax);
  std::vector<Posting> postings;
  char local[kPackedTextBytesMax];
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    PaymentRow& row = out->rows[i];
    row.payment = Payment();
    row.references.clear();
    row.text.clear();
    books.payments.Read(payment, &row.payment, &row.references, &row.text);
    row.payment.payment_id = Keep(books.payments.PaymentId(payment, local), local, &out->scratch);
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
  }
}

void ReadExceptionPage(const Books& books,
                       const std::vector<std::string>& files,
                       size_t page,
                       ExceptionPage* out) {
  const PaymentRun& run = books.payments.runs()[page];
  out->count = 0;
  if (books.file_dead[run.file]) return;
  std::vector<Finding> findings;
  char scratch[PaymentStore::kPaymentIdBytesMax];
  for (uint32_t i = 0; i < run.count; ++i) {
    const PaymentHandle handle = run.first + i;
    const PaymentRecord& payment = books.payments.At(handle);
    constexpr uint16_t kNoted = PaymentRecord::kReserved | PaymentRecord::kReversed;
    if (payment.decided == PaymentCase::kExact && (payment.flags & kNoted) == 0) continue;
    FindingsOf(books, handle, &findings);
    if (findings.empty()) continue;
    const std::string_view id = books.payments.PaymentId(payment, scratch);
    for (const Finding& finding : findings) {
      if (out->count == out->rows.size()) out->rows.emplace_back();
      WriteException(books, handle, id, files[run.file], run.record_first + i, finding,
                     &out->rows[out->count++]);
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
