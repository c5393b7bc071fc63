#include "engine/match/evidence_words.h"

#include <algorithm>

#include "engine/allocate/posting.h"
#include "engine/evidence/reference_slips.h"
#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

std::string_view WordsOf(PayerBy by) {
  switch (by) {
    case PayerBy::kNothing:
      return "";
    case PayerBy::kFixedReference:
      return "The reference stands on several items, all of customer ";
    case PayerBy::kCustomerNumber:
      return "The payment names customer ";
    case PayerBy::kOrgNo:
      return "The payer's organisation number is that of customer ";
    case PayerBy::kAccount:
      return "The payer's account is that of customer ";
    case PayerBy::kNumberInText:
      return "The text has the number of customer ";
    case PayerBy::kAccountSeen:
      return "The payer's account has paid in this run for customer ";
  }
  return "";
}

std::string Money(int64_t minor, uint8_t currency_index) {
  return FormatAmount(minor, Currency::FromIndex(currency_index).decimals());
}

// "100.00 + 50.00 - 20.00 = 130.00 NOK"; long sums without their parts.
std::string SumWords(const Books& books,
                     const PaymentRecord& payment,
                     absl::Span<const ItemHandle> items) {
  constexpr size_t kPartsMax = 8;
  std::string words;
  Int128 net = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const ItemRecord& item = books.items.At(items[i]);
    const bool lends = item.kind() == ItemKind::kCreditNote;
    net += lends ? -item.open_minor : item.open_minor;
    if (i >= kPartsMax) continue;
    words += lends ? (i == 0 ? "-" : " - ") : (i == 0 ? "" : " + ");
    words += Money(item.open_minor, payment.currency);
  }
  if (items.size() > kPartsMax) words += " + ...";
  const Currency currency = Currency::FromIndex(payment.currency);
  if (items.size() > 1) AppendParts(&words, " = ", FormatSum(net, currency.decimals()));
  AppendParts(&words, " ", currency.code(), " open, ",
              Money(payment.amount_minor, payment.currency), " paid");
  return words;
}

// The reference of the item that lies one slip away from what was quoted.
std::string RightReference(const Books& books, ItemHandle handle) {
  OpenItem row;
  std::vector<std::string_view> references;
  std::string scratch;
  scratch.reserve(ItemStore::kItemTextBytesMax);
  books.items.Read(books.items.At(handle), &row, &references, &scratch);
  return std::string(references.empty() ? row.item_id : references[0]);
}

std::string QuotedWords(const SearchView& view,
                        const SearchCase& search,
                        absl::Span<const ItemHandle> items) {
  const Books& books = view.books;
  std::string words = Concat("The references name ", NameItems(books, items), ".");
  for (ItemHandle item : items) {
    const AccountNumber account = books.items.At(item).key.account();
    if (account == search.account || account == kAnyAccount) continue;
    AppendParts(&words, " It is to be paid on ", books.accounts.Text(account), ".");
    break;
  }
  return words;
}

}  // namespace

std::string PayerWords(const Evidence& evidence, const SearchCase& search) {
  if (search.payer == kNobody) return "";
  return Concat(WordsOf(search.payer_by), evidence.directory.Id(search.payer), ".");
}

std::string RepairWords(const Books& books, const SearchCase& search, ItemHandle item) {
  std::vector<PaymentReference> references;
  books.payments.References(books.payments.At(search.payment), &references);
  const auto quoted =
      std::find_if(references.begin(), references.end(), [](const PaymentReference& reference) {
        return !MakeReferenceKey(reference.value, kAnyAccount).is_none();
      });
  const auto lead =
      std::find_if(search.slips.begin(), search.slips.end(),
                   [&](const SlipLead& slip) { return slip.item == item || slip.second == item; });
  if (quoted == references.end() || lead == search.slips.end()) return "";
  std::string found = RightReference(books, lead->item);
  if (lead->second != kNoItem) {
    AppendParts(&found, " and ", RightReference(books, lead->second));
  }
  const std::string slip = DescribeSlip(lead->kind, quoted->value, found);
  return Concat("Quoted ", quoted->value, ", taken for ", found, ": ", slip, ".");
}

std::string ExplainSuggestion(const SearchView& view,
                              const SearchCase& search,
                              Rule rule,
                              absl::Span<const ItemHandle> items) {
  const Books& books = view.books;
  const PaymentRecord& payment = view.PaymentOf(search);
  std::string why;
  switch (rule) {
    case Rule::kReferenceExact:
      why = QuotedWords(view, search, items);
      break;
    case Rule::kReferenceRepaired:
      why = RepairWords(books, search, items[0]);
      break;
    case Rule::kTextReference:
      why = Concat("The text names ", NameItems(books, items), ".");
      break;
    case Rule::kPayerAmount:
      why = Concat(PayerWords(view.evidence, search), " This item has the amount.");
      break;
    case Rule::kBalanceExact:
      why = Concat(PayerWords(view.evidence, search), " This is the whole balance.");
      break;
    case Rule::kCombination:
      why = Concat(PayerWords(view.evidence, search), " These items make the amount.");
      break;
    case Rule::kPayerOldest:
      why = Concat(PayerWords(view.evidence, search), " The oldest items first.");
      break;
    case Rule::kAmountUnique:
      why = "It is the only open item with this amount.";
      break;
    case Rule::kPayerName:
      why = Concat("The payer's name is close to that of customer ",
                   view.evidence.directory.Id(search.alleged), " alone.");
      break;
    case Rule::kNone:
    case Rule::kDuplicate:
    case Rule::kReversal:
    case Rule::kCount:
      break;
  }
  if (std::any_of(items.begin(), items.end(), [&](ItemHandle item) {
        return books.items.At(item).currency != payment.currency;
      })) {
    return Concat(why, " The currencies differ, so the amounts must be agreed first.");
  }
  AppendParts(&why, " ", SumWords(books, payment, items), ".");
  if (rule >= Rule::kPayerAmount && rule <= Rule::kPayerOldest) {
    const std::string_view against = ObjectionWords(search);
    if (!against.empty()) AppendParts(&why, " But ", against, ".");
  }
  return why;
}

std::string_view ObjectionWords(const SearchCase& search) {
  switch (search.objection) {
    case Objection::kNone:
      return "";
    case Objection::kReferenceUnknown:
      return "the quoted reference is well formed and leads nowhere";
    case Objection::kReferenceClosed:
      return "the quoted reference leads to an item that is closed or in another currency";
    case Objection::kReferenceElsewhere:
      return "the quoted reference belongs to another creditor account";
    case Objection::kReferenceOfAnother:
      return "the quoted reference is that of other customers";
    case Objection::kPayersDisagree:
      return "what is known of the payer names different customers";
  }
  return "";
}

std::string EvidenceOfDecision(const Books& books, PaymentHandle handle) {
  const PaymentRecord& payment = books.payments.At(handle);
  const SearchCase* search = books.evidence == nullptr ? nullptr : books.evidence->Find(handle);
  if (search == nullptr || payment.rule < Rule::kReferenceRepaired) return "";
  if (payment.rule == Rule::kReferenceRepaired) {
    const ItemHandle item = payment.decided == PaymentCase::kComposed
                                ? books.decisions.Find(handle)->postings.front().item
                                : payment.item;
    return RepairWords(books, *search, item);
  }
  if (payment.rule == Rule::kTextReference) return "The text names every item that is paid.";
  return PayerWords(*books.evidence, *search);
}

}  // namespace kvitt
