#include "engine/deviation/payment_findings.h"

#include <xxhash.h>

#include <algorithm>

#include "engine/allocate/composed.h"
#include "engine/allocate/posting.h"
#include "engine/evidence/evidence.h"
#include "engine/evidence/why_undecided.h"
#include "engine/match/evidence_words.h"
#include "engine/match/suggestions.h"
#include "engine/value/concat.h"
#include "engine/value/copy_text.h"
#include "engine/value/print_text.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

void AddReservations(const ItemStore& items, ItemHandle handle, std::vector<Finding>* out) {
  const ItemRecord& item = items.At(handle);
  if (item.status() == ItemStatus::kDisputed) {
    out->push_back({.code = DeviationCode::kItemDisputed, .item = handle});
  }
  if (item.status() == ItemStatus::kCollection) {
    out->push_back({.code = DeviationCode::kItemInCollection, .item = handle});
  }
  if (item.has(ItemRecord::kInsolvent)) {
    out->push_back({.code = DeviationCode::kCustomerInsolvent, .item = handle});
  }
}

Finding OfOneItem(const PaymentRecord& payment, DeviationCode code) {
  Finding finding;
  finding.code = code;
  finding.item = payment.item;
  finding.difference_minor = payment.amount_minor - payment.open_before;
  finding.has_difference = code != DeviationCode::kCurrencyMismatch;
  return finding;
}

// Of a payment of which money is left when its item is closed.
Finding OfSurplus(const Books& books, const PaymentRecord& payment, DeviationCode code) {
  Finding finding = OfOneItem(payment, code);
  finding.note = RefundNote(books.PolicyOf(payment, books.items.At(payment.item)));
  return finding;
}

// What the payment would do, were it not held back.
PaymentCase JudgeHeld(const Books& books, const PaymentRecord& payment) {
  return JudgeItem(books, payment, books.items.At(payment.item), payment.open_before);
}

Finding OfHeldItem(const Books& books, const PaymentRecord& payment) {
  const ResolvedTerms& policy = books.PolicyOf(payment, books.items.At(payment.item));
  if (policy.ModeOf(payment.held_rule) != RuleMode::kPost) {
    return OfOneItem(payment, DeviationCode::kHeldByPolicy);
  }
  return OfOneItem(payment, JudgeHeld(books, payment) == PaymentCase::kDiscountLate
                                ? DeviationCode::kDiscountUnearned
                                : DeviationCode::kAmountShort);
}

// The item on which the record alone says what was posted; kNoItem when there is none.
ItemHandle PostedItem(const PaymentRecord& payment) {
  switch (payment.decided) {
    case PaymentCase::kExact:
    case PaymentCase::kToleratedShort:
    case PaymentCase::kToleratedOver:
    case PaymentCase::kDiscount:
    case PaymentCase::kDiscountLate:
    case PaymentCase::kBankCharge:
    case PaymentCase::kShort:
    case PaymentCase::kOver:
    case PaymentCase::kAlreadySettled:
    case PaymentCase::kCreditNoteNamed:
      return payment.item;
    case PaymentCase::kCurrencyMismatch:
    case PaymentCase::kItemBlocked:
    case PaymentCase::kHeld:
    case PaymentCase::kComposed:
    case PaymentCase::kDuplicate:
    case PaymentCase::kIgnored:
    case PaymentCase::kUndecided:
      break;
  }
  return kNoItem;
}

void AddComposed(const Books& books, PaymentHandle handle, std::vector<Finding>* out) {
  const ComposedDecision* composed = books.decisions.Find(handle);
  if (composed == nullptr) return;
  out->insert(out->end(), composed->findings.begin(), composed->findings.end());
  std::vector<ItemHandle> seen;
  for (const Posting& posting : composed->postings) {
    if (posting.item == kNoItem || posting.amount_minor < 0) continue;
    if (std::find(seen.begin(), seen.end(), posting.item) != seen.end()) continue;
    seen.push_back(posting.item);
    AddReservations(books.items, posting.item, out);
  }
}

void AddUndecided(const Books& books, PaymentHandle handle, std::vector<Finding>* out) {
  const PaymentRecord& payment = books.payments.At(handle);
  const ComposedDecision* composed = books.decisions.Find(handle);
  if (composed != nullptr && !composed->findings.empty()) {
    out->insert(out->end(), composed->findings.begin(), composed->findings.end());
    return;
  }
  Finding finding;
  finding.code = CodeOfUndecided(books, payment);
  if (composed != nullptr && !composed->named.empty()) finding.item = composed->named[0];
  out->push_back(std::move(finding));
}

// What a mistyped reference was taken for.
void AddRepair(const Books& books, PaymentHandle handle, std::vector<Finding>* out) {
  const PaymentRecord& payment = books.payments.At(handle);
  const SearchCase* search = books.evidence == nullptr ? nullptr : books.evidence->Find(handle);
  KVITT_CHECK(search != nullptr);
  Finding finding;
  finding.code = DeviationCode::kReferenceRepaired;
  finding.item = payment.decided == PaymentCase::kComposed
                     ? books.decisions.Find(handle)->postings.front().item
                     : payment.item;
  finding.note = RepairWords(books, *search, finding.item);
  out->push_back(std::move(finding));
}

// What is found beside the case of the payment: of its item, its rule, and what came before and after it.
void AddFurther(const Books& books,
                PaymentHandle handle,
                bool concerns_item,
                std::vector<Finding>* out) {
  using C = DeviationCode;
  const PaymentRecord& payment = books.payments.At(handle);
  if (concerns_item && payment.has(PaymentRecord::kReserved)) {
    AddReservations(books.items, payment.item, out);
  }
  if (payment.rule == Rule::kReferenceRepaired) AddRepair(books, handle, out);
  if (payment.decided == PaymentCase::kAlreadySettled) {
    const PaymentHandle first = books.decisions.PaidBefore(handle);
    if (first != kNoPayment) {
      out->push_back({.code = C::kPossibleDoublePayment, .item = payment.item, .other = first});
    }
  }
  if (payment.decided == PaymentCase::kUndecided) {
    const ComposedDecision* composed = books.decisions.Find(handle);
    if (composed != nullptr) {
      out->insert(out->end(), composed->remarks.begin(), composed->remarks.end());
    }
  }
  if (payment.has(PaymentRecord::kReversed)) {
    const ComposedDecision* composed = books.decisions.Find(handle);
    KVITT_CHECK(composed != nullptr);
    out->push_back(
        {.code = C::kPaymentReversed, .item = PostedItem(payment), .other = composed->reversed_by});
  }
}

}  // namespace

void FindingsOf(const Books& books, PaymentHandle handle, std::vector<Finding>* out) {
  out->clear();
  const PaymentRecord& payment = books.payments.At(handle);
  using C = DeviationCode;
  bool concerns_item = false;
  switch (payment.decided) {
    case PaymentCase::kExact:
      concerns_item = true;
      break;
    case PaymentCase::kToleratedShort:
    case PaymentCase::kToleratedOver:
      out->push_back(OfOneItem(payment, C::kAmountTolerated));
      concerns_item = true;
      break;
    case PaymentCase::kDiscount:
      out->push_back(OfOneItem(payment, C::kDiscountTaken));
      concerns_item = true;
      break;
    case PaymentCase::kDiscountLate:
      out->push_back(OfOneItem(payment, C::kDiscountUnearned));
      concerns_item = true;
      break;
    case PaymentCase::kBankCharge:
      out->push_back(OfOneItem(payment, C::kBankCharge));
      concerns_item = true;
      break;
    case PaymentCase::kShort:
      out->push_back(OfOneItem(payment, C::kAmountShort));
      concerns_item = true;
      break;
    case PaymentCase::kOver:
      out->push_back(OfSurplus(books, payment, C::kAmountOver));
      concerns_item = true;
      break;
    case PaymentCase::kAlreadySettled:
      out->push_back(OfSurplus(books, payment, C::kItemAlreadySettled));
      break;
    case PaymentCase::kCreditNoteNamed: {
      Finding finding = OfOneItem(payment, C::kAmountOver);
      finding.has_difference = false;
      finding.note = "The reference names a credit note, on which nothing can be paid.";
      out->push_back(std::move(finding));
      break;
    }
    case PaymentCase::kCurrencyMismatch:
      out->push_back(OfOneItem(payment, C::kCurrencyMismatch));
      break;
    case PaymentCase::kItemBlocked:
      out->push_back(OfOneItem(payment, C::kItemBlocked));
      break;
    case PaymentCase::kHeld:
      if (payment.item == kNoItem) {
        AddComposed(books, handle, out);
      } else {
        out->push_back(OfHeldItem(books, payment));
        concerns_item = true;
      }
      break;
    case PaymentCase::kComposed:
    case PaymentCase::kDuplicate:
      AddComposed(books, handle, out);
      break;
    case PaymentCase::kIgnored:
      return;
    case PaymentCase::kUndecided:
      AddUndecided(books, handle, out);
      break;
  }
  AddFurther(books, handle, concerns_item, out);
}

void WriteExceptionId(DeviationCode code,
                      std::string_view about,
                      uint64_t ordinal,
                      std::string* id) {
  const uint64_t seed = static_cast<uint64_t>(code) * 0x9e3779b97f4a7c15u + ordinal;
  const XXH128_hash_t hash = XXH3_128bits_withSeed(about.data(), about.size(), seed);
  constexpr int kIdCharacters = 16;
  char text[kIdCharacters];
  id->assign(1, 'e');
  id->append(text, WritePrint(hash.low64, hash.high64, kIdCharacters, text));
}

namespace {

void AppendMoney(int64_t minor, Currency currency, std::string* out) {
  // Straight to its place: a copy of bytes that were just stored one by one waits for them.
  constexpr size_t kLongestAmount = 40;
  const size_t begin = out->size();
  out->resize(begin + kLongestAmount);
  char* const start = out->data() + begin;
  char* end = WriteAmount(start, minor, currency.decimals());
  *end++ = ' ';
  end = CopyText(currency.code(), end);
  out->resize(begin + static_cast<size_t>(end - start));
}

// " Quoted: 123, 456."
void AppendQuoted(const Books& books, const PaymentRecord& payment, std::string* out) {
  std::vector<PaymentReference> references;
  books.payments.References(payment, &references);
  constexpr size_t kQuotedMax = 5;
  for (size_t i = 0; i < references.size() && i < kQuotedMax; ++i) {
    out->append(i == 0 ? " Quoted: " : ", ");
    out->append(references[i].value);
  }
  if (references.size() > kQuotedMax) out->append(", ...");
  if (!references.empty()) out->push_back('.');
}

// " Paid 990.00 EUR; INV-1001 was open with 1000.00 EUR."
void AppendAmounts(const Books& books,
                   const PaymentRecord& payment,
                   const Finding& finding,
                   std::string_view item_id,
                   std::string* out) {
  const ItemRecord& item = books.items.At(finding.item);
  if (payment.item != finding.item) {
    // One of several items of the payment; amounts of two currencies have no difference.
    if (!finding.has_difference) return;
    out->append(" Difference ");
    AppendMoney(finding.difference_minor, Currency::FromIndex(payment.currency), out);
    out->append(" on ");
    out->append(item_id);
    out->push_back('.');
    return;
  }
  out->append(" Paid ");
  AppendMoney(payment.amount_minor, Currency::FromIndex(payment.currency), out);
  out->append("; ");
  out->append(item_id);
  out->append(" was open with ");
  AppendMoney(payment.open_before, Currency::FromIndex(item.currency), out);
  out->push_back('.');
}

Suggestion SuggestNamedItem(const Books& books,
                            const PaymentRecord& payment,
                            const Finding& finding,
                            std::string_view item_id) {
  const ItemRecord& item = books.items.At(finding.item);
  Suggestion suggestion;
  suggestion.rule = Rule::kReferenceExact;
  suggestion.confidence = Confidence::kMedium;
  suggestion.allocations.push_back(
      {std::string(item_id), std::min(payment.amount_minor, item.open_minor)});
  suggestion.explanation = finding.code == DeviationCode::kItemBlocked
                               ? "The reference names this item; it is blocked."
                               : "The reference names this item; it is in another currency, so the "
                                 "amount must be agreed first.";
  if (finding.code == DeviationCode::kCurrencyMismatch) {
    suggestion.allocations[0].amount_minor = payment.amount_minor;
  }
  return suggestion;
}

// What the table of codes says of a payment that posts, said of one that the policy holds back.
std::string_view HeldSentence(DeviationCode code) {
  if (code == DeviationCode::kAmountShort) {
    return "The payment is less than what it names. The policy lets a part payment only be "
           "suggested; nothing was posted.";
  }
  if (code == DeviationCode::kDiscountUnearned) {
    return "The payment is short by the cash discount but came too late. The policy lets a part "
           "payment only be suggested; nothing was posted.";
  }
  return Sentence(code);
}

// What the payment would post on the item that it names, if the policy let it.
Suggestion SuggestHeldItem(const Books& books,
                           const PaymentRecord& payment,
                           std::string_view item_id) {
  const AmountSplit split =
      SplitAmount(JudgeHeld(books, payment), payment.amount_minor, payment.open_before);
  Suggestion suggestion;
  const bool is_named = payment.held_rule == Rule::kReferenceExact;
  suggestion.rule = payment.held_rule;
  suggestion.confidence = is_named ? Confidence::kHigh : Confidence::kMedium;
  suggestion.explanation = is_named
                               ? std::string("The reference names this item.")
                               : Concat("The rule ", Name(payment.held_rule), " finds this item.");
  const auto add = [&](std::string_view item, int64_t minor, AllocationKind kind) {
    if (minor != 0) suggestion.allocations.push_back({std::string(item), minor, kind});
  };
  add(item_id, split.payment_minor, AllocationKind::kPayment);
  add(item_id, split.discount_minor, AllocationKind::kDiscount);
  add(item_id, split.write_off_minor, AllocationKind::kWriteOff);
  add("", split.kept_minor, AllocationKind::kWriteOff);
  add("", split.on_account_minor, AllocationKind::kOnAccount);
  return suggestion;
}

void AddItemId(std::string id, ExceptionRow* row) {
  if (std::find(row->item_ids.begin(), row->item_ids.end(), id) == row->item_ids.end()) {
    row->item_ids.push_back(std::move(id));
  }
}

// The items that the decision posted on, and whose they are; of a surplus, who keeps it.
void NamePosted(const Books& books, const ComposedDecision& composed, ExceptionRow* row) {
  char scratch[kPackedTextBytesMax];
  std::string keeper;
  for (const Posting& posting : composed.postings) {
    if (posting.item == kNoItem) {
      if (posting.kind == AllocationKind::kOnAccount) {
        keeper = Unpack(posting.customer, books.items.prefixes(), books.items.texts(), scratch);
      }
      continue;
    }
    const ItemRecord& item = books.items.At(posting.item);
    AddItemId(std::string(books.items.ItemId(item, scratch)), row);
    if (row->customer_id.empty()) row->customer_id = books.items.CustomerId(item, scratch);
  }
  const bool is_of_surplus = row->item_ids.empty() || row->code == DeviationCode::kAmountOver;
  if (is_of_surplus && !keeper.empty()) row->customer_id = keeper;
}

// The items that it names without posting on them.
void NameNamed(const Books& books, const ComposedDecision& composed, ExceptionRow* row) {
  constexpr size_t kNamedMax = 20;
  char scratch[kPackedTextBytesMax];
  for (ItemHandle named : composed.named) {
    if (row->item_ids.size() >= kNamedMax) break;
    AddItemId(std::string(books.items.ItemId(books.items.At(named), scratch)), row);
  }
}

}  // namespace

void WriteException(const Books& books,
                    PaymentHandle handle,
                    const ExceptionPlace& place,
                    const Finding& finding,
                    bool with_suggestions,
                    ExceptionRow* row) {
  const PaymentRecord& payment = books.payments.At(handle);
  WriteExceptionId(finding.code, place.payment_id, 0, &row->exception_id);
  row->code = finding.code;
  row->severity = finding.needs_review ? Severity::kReview : DefaultSeverity(finding.code);
  row->payment_id = place.payment_id;
  row->item_ids.clear();
  row->customer_id.clear();
  row->file = place.file;
  row->record = place.record;
  row->has_amount = true;
  row->amount_minor = payment.amount_minor;
  row->has_difference = finding.has_difference;
  row->difference_minor = finding.difference_minor;
  row->currency = Currency::FromIndex(payment.currency);
  row->suggestions.clear();
  const bool is_held = payment.decided == PaymentCase::kHeld;
  row->explanation = is_held ? HeldSentence(finding.code) : Sentence(finding.code);
  if (finding.code == DeviationCode::kItemAlreadySettled &&
      payment.decided == PaymentCase::kUndecided) {
    row->explanation =
        "Of the items that the references name one is closed already, so nothing was posted.";
  }

  const ComposedDecision* composed = payment.decided == PaymentCase::kComposed ||
                                             payment.decided == PaymentCase::kUndecided ||
                                             (is_held && payment.item == kNoItem)
                                         ? books.decisions.Find(handle)
                                         : nullptr;
  char scratch[kPackedTextBytesMax];
  if (finding.item != kNoItem) {
    const ItemRecord& item = books.items.At(finding.item);
    const std::string_view item_id = books.items.ItemId(item, scratch);
    row->item_ids.emplace_back(item_id);
    if (finding.has_difference || finding.code == DeviationCode::kCurrencyMismatch) {
      AppendAmounts(books, payment, finding, item_id, &row->explanation);
    }
    if (payment.outcome == Outcome::kSuggested &&
        (payment.decided == PaymentCase::kCurrencyMismatch ||
         payment.decided == PaymentCase::kItemBlocked)) {
      row->suggestions.push_back(SuggestNamedItem(books, payment, finding, item_id));
    }
    if (is_held && payment.item != kNoItem) {
      row->suggestions.push_back(SuggestHeldItem(books, payment, item_id));
    }
    row->customer_id = books.items.CustomerId(item, scratch);
  } else if (composed != nullptr) {
    NamePosted(books, *composed, row);
  }
  if (composed != nullptr) {
    NameNamed(books, *composed, row);
    if (with_suggestions) row->suggestions = composed->suggestions;
  }
  if (with_suggestions && payment.decided == PaymentCase::kUndecided && books.evidence != nullptr) {
    const SearchCase* search = books.evidence->Find(handle);
    if (search != nullptr) {
      SearchView view(books, *books.evidence);
      MakeSuggestions(&view, *search, &row->suggestions);
    }
  }
  if (payment.decided == PaymentCase::kUndecided) AppendQuoted(books, payment, &row->explanation);
  if (finding.other != kNoPayment) {
    row->explanation += " The other transaction is ";
    row->explanation += books.payments.PaymentId(books.payments.At(finding.other), scratch);
    row->explanation += '.';
  }
  if (!finding.note.empty()) {
    row->explanation += ' ';
    row->explanation += finding.note;
  }
}

}  // namespace kvitt
