// Finds what belongs to an id and puts it together: first the rows in which the id itself stands, then those of
// the payments that these lead to.

#include "kvitt/explain.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/value/concat.h"
#include "io/explain/find_rows.h"
#include "io/explain/rule_answers.h"
#include "io/run_folder/run_folder.h"
#include "io/run_folder/stored_rows.h"
#include "kvitt/amount.h"
#include "kvitt/decision.h"

namespace kvitt {
namespace {

// More payments of one item, or deliveries of one payment, are not told one by one.
constexpr size_t kPaymentsMax = 50;

// What belongs to some ids. Rows in which an id stands as something else (a reference, a currency) are not kept:
// there may be millions of them. The first few are named.
struct Rows {
  std::vector<StoredPayment> payments;
  std::vector<StoredAllocation> allocations;
  std::vector<StoredException> exceptions;
  std::vector<StoredItem> items;
  std::vector<std::string> elsewhere;  // "payment P1", "item I1"
  uint64_t elsewhere_count = 0;
};

constexpr size_t kElsewhereNamed = 5;

void NameElsewhere(std::string_view kind, const std::string& id, Rows* rows) {
  if (rows->elsewhere_count++ < kElsewhereNamed) rows->elsewhere.push_back(Concat(kind, id));
}

bool Holds(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Suggests(const StoredException& exception, const std::string& item_id) {
  for (const StoredSuggestion& suggestion : exception.suggestions) {
    for (const StoredSuggestion::Part& part : suggestion.allocations) {
      if (part.item_id == item_id) return true;
    }
  }
  return false;
}

bool IsAbout(const StoredException& exception, const std::vector<std::string>& ids) {
  return std::any_of(ids.begin(), ids.end(), [&exception](const std::string& id) {
    return exception.exception_id == id || exception.payment_id == id ||
           Holds(exception.item_ids, id) || Suggests(exception, id);
  });
}

absl::StatusOr<Rows> CollectRows(const RunFolder& folder, const std::vector<std::string>& ids) {
  Rows rows;
  const auto payment = [&](JsonSpan row) {
    StoredPayment read = ReadPayment(row);
    if (!Holds(ids, read.payment_id)) return NameElsewhere("payment ", read.payment_id, &rows);
    // A payment may have been delivered any number of times; the first of its rows suffice.
    if (rows.payments.size() < kPaymentsMax || read.outcome != Name(Outcome::kDuplicate)) {
      rows.payments.push_back(std::move(read));
    }
  };
  const auto allocation = [&](JsonSpan row) {
    StoredAllocation read = ReadAllocation(row);
    if (Holds(ids, read.payment_id) || Holds(ids, read.item_id)) {
      rows.allocations.push_back(std::move(read));
    }
  };
  const auto exception = [&](JsonSpan row) {
    StoredException read = ReadException(row);
    if (IsAbout(read, ids)) rows.exceptions.push_back(std::move(read));
  };
  const auto item = [&](JsonSpan row) {
    StoredItem read = ReadItem(row);
    if (!Holds(ids, read.item_id)) return NameElsewhere("item ", read.item_id, &rows);
    rows.items.push_back(std::move(read));
  };
  for (const absl::Status& status : {FindRows(folder[StreamKind::kPayments], ids, payment),
                                     FindRows(folder[StreamKind::kAllocations], ids, allocation),
                                     FindRows(folder[StreamKind::kExceptions], ids, exception),
                                     FindRows(folder[StreamKind::kOpenItems], ids, item)}) {
    if (!status.ok()) return status;
  }
  return rows;
}

bool IsDuplicate(const StoredPayment& payment) {
  return payment.outcome == Name(Outcome::kDuplicate);
}

// The stories of one payment id: the transaction itself, then its further deliveries, which carry the same
// id. What was posted belongs to the first; a deviation to the row that it came from.
void TellPayment(const std::string& id, const Rows& rows, Explanation* explanation) {
  std::vector<PaymentStory> stories;
  for (const StoredPayment& payment : rows.payments) {
    if (payment.payment_id != id) continue;
    PaymentStory& story = stories.emplace_back();
    story.payment = payment;
    story.has_row = true;
  }
  std::stable_partition(stories.begin(), stories.end(),
                        [](const PaymentStory& story) { return !IsDuplicate(story.payment); });
  std::vector<StoredAllocation> allocations;
  for (const StoredAllocation& allocation : rows.allocations) {
    if (allocation.payment_id == id) allocations.push_back(allocation);
  }
  std::vector<StoredException> deviations;
  for (const StoredException& exception : rows.exceptions) {
    if (exception.payment_id == id) deviations.push_back(exception);
  }
  if (stories.empty()) {
    if (allocations.empty() && deviations.empty()) return;
    stories.emplace_back().payment.payment_id = id;
  }
  if (!IsDuplicate(stories[0].payment)) stories[0].allocations = std::move(allocations);
  for (StoredException& deviation : deviations) {
    const auto own = std::find_if(stories.begin(), stories.end(), [&](const PaymentStory& story) {
      return story.payment.file == deviation.file && story.payment.record == deviation.record;
    });
    (own == stories.end() ? stories[0] : *own).deviations.push_back(std::move(deviation));
  }
  for (PaymentStory& story : stories) {
    if (story.has_row) {
      story.rules = AnswersOf(story);
      story.decision = DecisionOf(story.payment);
    }
    explanation->payments.push_back(std::move(story));
  }
}

// What was open before is what is open now and what was taken in between: the output does not repeat the input.
void TellAmounts(ItemStory* story) {
  const int decimals = Currency::FromCode(story->currency).decimals();
  int64_t open_after = 0;
  if (story->is_open) ParseAmount(story->item.open_amount, decimals, &open_after);
  Int128 open_before = open_after;
  for (const ItemPayment& payment : story->payments) {
    int64_t taken = 0;
    ParseAmount(payment.allocation.amount, decimals, &taken);
    open_before += taken;
  }
  if (!story->open_known) return;
  story->open_before = FormatSum(open_before, decimals);
  story->open_after = FormatAmount(open_after, decimals);
}

absl::Status TellItem(const RunFolder& folder,
                      const std::string& id,
                      const Rows& rows,
                      Explanation* explanation) {
  ItemStory story;
  story.item_id = id;
  story.open_known = folder.has(StreamKind::kOpenItems);
  bool exists = false;
  for (const StoredItem& item : rows.items) {
    if (item.item_id != id) continue;
    story.is_open = exists = true;
    story.item = item;
    story.customer_id = item.customer_id;
    story.currency = item.currency;
  }
  std::set<std::string> payment_ids;
  for (const StoredAllocation& allocation : rows.allocations) {
    if (allocation.item_id != id) continue;
    exists = true;
    story.customer_id = allocation.customer_id;
    story.currency = allocation.currency;
    story.payments.push_back({allocation, {}});
    if (payment_ids.size() < kPaymentsMax) payment_ids.insert(allocation.payment_id);
  }
  for (const StoredException& exception : rows.exceptions) {
    if (Suggests(exception, id)) {
      story.suggestions.push_back(exception);
    } else if (Holds(exception.item_ids, id)) {
      story.deviations.push_back(exception);
    } else {
      continue;
    }
    if (story.customer_id.empty()) story.customer_id = exception.customer_id;
    exists = true;
  }
  if (!exists) return absl::OkStatus();
  std::map<std::string, StoredPayment> payments;
  const absl::Status status = FindRows(folder[StreamKind::kPayments],
                                       {payment_ids.begin(), payment_ids.end()}, [&](JsonSpan row) {
                                         StoredPayment payment = ReadPayment(row);
                                         if (!IsDuplicate(payment))
                                           payments[payment.payment_id] = std::move(payment);
                                       });
  if (!status.ok()) return status;
  for (ItemPayment& payment : story.payments) {
    const auto found = payments.find(payment.allocation.payment_id);
    payment.payment.payment_id = payment.allocation.payment_id;
    if (found != payments.end()) payment.payment = found->second;
  }
  TellAmounts(&story);
  explanation->items.push_back(std::move(story));
  return absl::OkStatus();
}

// A reference or a number of the bank is no id, but leads to some: they are named.
std::string WhereItStands(const Rows& rows) {
  std::string text;
  for (const std::string& place : rows.elsewhere) {
    AppendParts(&text, text.empty() ? "; it stands in " : ", ", place);
  }
  if (rows.elsewhere_count > rows.elsewhere.size()) {
    AppendParts(&text, " and ", rows.elsewhere_count - rows.elsewhere.size(), " more");
  }
  return text;
}

absl::Status NothingFound(const RunFolder& folder,
                          const Explanation& explanation,
                          const Rows& rows) {
  std::string text =
      Concat("nothing in ", folder.path, " has the id '", explanation.id, "'", WhereItStands(rows));
  for (const std::string& name : explanation.not_emitted) {
    AppendParts(&text, "; ", name, " was not emitted");
  }
  text +=
      "; expected the id of a payment, an item or a deviation as it stands there (an item that was "
      "closed before leaves no trace)";
  return absl::NotFoundError(text);
}

}  // namespace

absl::StatusOr<Explanation> Explain(const ExplainRequest& request) {
  if (request.id.empty()) return absl::InvalidArgumentError("expected an id, found none");
  const absl::StatusOr<RunFolder> folder = OpenRunFolder(request.folder);
  if (!folder.ok()) return folder.status();
  Explanation explanation;
  explanation.id = request.id;
  explanation.folder = request.folder;
  for (const StoredStream& stream : folder->streams) {
    if (stream.path.empty()) explanation.not_emitted.emplace_back(Name(stream.kind));
  }
  absl::StatusOr<Rows> rows = CollectRows(*folder, {request.id});
  if (!rows.ok()) return rows.status();
  TellPayment(request.id, *rows, &explanation);
  if (absl::Status status = TellItem(*folder, request.id, *rows, &explanation); !status.ok()) {
    return status;
  }
  for (const StoredException& exception : rows->exceptions) {
    if (exception.exception_id == request.id) explanation.deviations.push_back(exception);
  }
  // A deviation of a payment: then the payment is told, too.
  std::set<std::string> more;
  for (const StoredException& deviation : explanation.deviations) {
    if (!deviation.payment_id.empty() && deviation.payment_id != request.id) {
      more.insert(deviation.payment_id);
    }
  }
  if (!more.empty()) {
    rows = CollectRows(*folder, {more.begin(), more.end()});
    if (!rows.ok()) return rows.status();
    for (const std::string& id : more) TellPayment(id, *rows, &explanation);
  }
  if (explanation.payments.empty() && explanation.items.empty() && explanation.deviations.empty()) {
    return NothingFound(*folder, explanation, *rows);
  }
  return explanation;
}

}  // namespace kvitt
