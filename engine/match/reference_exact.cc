#include "engine/match/reference_exact.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "engine/allocate/composed.h"
#include "engine/allocate/posting.h"
#include "engine/allocate/take_back.h"
#include "engine/evidence/why_undecided.h"
#include "engine/match/account_mismatch.h"
#include "engine/match/bucket_join.h"
#include "engine/match/id_aliases.h"
#include "engine/value/concat.h"
#include "kvitt/check.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

// What one reference of a payment leads to.
struct Lead {
  std::vector<ItemHandle> open;  // payable or usable now
  std::vector<ItemHandle> closed;
};

// Whether a hashed key, which only says "very likely", is really the same text.
bool SameText(const Books& books, const PaymentRecord& payment, const Match& match) {
  if (match.key.kind() != ReferenceKey::Kind::kHashed) return true;
  std::vector<PaymentReference> quoted;
  books.payments.References(payment, &quoted);
  OpenItem row;
  std::vector<std::string_view> carried;
  std::string scratch;
  scratch.reserve(ItemStore::kItemTextBytesMax);
  books.items.Read(books.items.At(match.item), &row, &carried, &scratch);
  carried.push_back(row.item_id);
  for (const PaymentReference& reference : quoted) {
    if (MakeReferenceKey(reference.value, match.key.account()) != match.key) continue;
    const std::string normal = NormalReference(reference.value);
    for (std::string_view text : carried) {
      if (NormalReference(text) == normal) return true;
    }
  }
  return false;
}

class EntangledRound {
 public:
  explicit EntangledRound(Books* books) : books_(books) {}

  void Run(std::vector<Match> matches) {
    std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
      return std::tie(a.payment, a.key.high, a.key.low, a.item) <
             std::tie(b.payment, b.key.high, b.key.low, b.item);
    });
    std::vector<std::pair<size_t, size_t>> groups;  // of one payment each
    for (size_t begin = 0; begin < matches.size();) {
      size_t end = begin + 1;
      while (end < matches.size() && matches[end].payment == matches[begin].payment) ++end;
      groups.emplace_back(begin, end);
      begin = end;
    }
    std::sort(groups.begin(), groups.end(), [&](const auto& a, const auto& b) {
      return books_->DecidesBefore(matches[a.first].payment, matches[b.first].payment);
    });
    for (const auto& [begin, end] : groups) {
      const PaymentHandle payment = matches[begin].payment;
      Decide(payment, absl::MakeConstSpan(matches).subspan(begin, end - begin));
      if (books_->payments.At(payment).has(PaymentRecord::kReversed)) {
        TakeBack(books_, payment);
      }
    }
  }

 private:
  void Decide(PaymentHandle handle, absl::Span<const Match> matches) {
    PaymentRecord& payment = books_->payments.At(handle);
    KVITT_CHECK(payment.decided == PaymentCase::kUndecided);
    references_.clear();
    books_->payments.References(payment, &references_);
    const size_t quoted = CollectLeads(payment, matches);
    if (quoted > 1) {
      DecideSeveral(handle, &payment, quoted);
      if (payment.decided == PaymentCase::kUndecided) {
        books_->decisions.Compose(handle).found_references = static_cast<uint32_t>(leads_.size());
      }
      return;
    }
    if (leads_.empty()) return;  // a hashed key only looked like the item's
    const Lead& lead = leads_[0];
    if (lead.open.size() == 1) {
      DecideOnItem(books_, &payment, lead.open[0], Rule::kReferenceExact, Confidence::kHigh);
    } else if (lead.open.empty()) {
      DecideOnClosed(handle, &payment, lead.closed);
    } else {
      // The reference stands on several open items: it names a customer, or says nothing.
      FindAmbiguous(handle, lead.open);
    }
  }

  void FindAmbiguous(PaymentHandle handle, const std::vector<ItemHandle>& items) {
    ComposedDecision& composed = books_->decisions.Compose(handle);
    composed.named = items;
    composed.findings.push_back({.code = DeviationCode::kReferenceAmbiguous,
                                 .item = items[0],
                                 .note = NameItems(*books_, items)});
  }

  // Everything that is named is closed: the money goes on account of the customer, if it is one.
  // Whichever was quoted first, an item of another currency comes before all others: nothing can be
  // posted then.
  void DecideOnClosed(PaymentHandle handle,
                      PaymentRecord* payment,
                      const std::vector<ItemHandle>& closed) {
    char scratch[2][kPackedTextBytesMax];
    const std::string_view customer =
        books_->items.CustomerId(books_->items.At(closed[0]), scratch[0]);
    ItemHandle decides = closed[0];
    for (ItemHandle item : closed) {
      const ItemRecord& record = books_->items.At(item);
      if (books_->items.CustomerId(record, scratch[1]) != customer) {
        FindAmbiguous(handle, closed);
        return;
      }
      if (record.currency != payment->currency &&
          books_->items.At(decides).currency == payment->currency) {
        decides = item;
      }
    }
    DecideOnItem(books_, payment, decides, Rule::kReferenceExact, Confidence::kHigh);
  }

  // Fills leads_ with one lead for each different reference that found something; returns how many
  // different references were quoted.
  size_t CollectLeads(const PaymentRecord& payment, absl::Span<const Match> matches) {
    leads_.clear();
    lead_amounts_.clear();
    missing_.clear();
    std::vector<ReferenceKey> keys;
    for (const PaymentReference& reference : references_) {
      const ReferenceKey key = MakeReferenceKey(reference.value, kAnyAccount);
      if (key.is_none() || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      keys.push_back(key);
      Lead lead;
      for (const Match& match : matches) {
        if (match.key.On(kAnyAccount) != key || !SameText(*books_, payment, match)) continue;
        const ItemRecord& item = books_->items.At(match.item);
        std::vector<ItemHandle>& list =
            item.open_minor == 0 || item.status() == ItemStatus::kClosed ? lead.closed : lead.open;
        if (std::find(list.begin(), list.end(), match.item) == list.end()) {
          list.push_back(match.item);
        }
      }
      if (lead.open.empty() && lead.closed.empty()) {
        missing_.push_back(reference);
        continue;
      }
      SortItems(*books_, &lead.open);
      SortItems(*books_, &lead.closed);
      leads_.push_back(std::move(lead));
      lead_amounts_.push_back(reference);
    }
    return keys.size();
  }

  void DecideSeveral(PaymentHandle handle, PaymentRecord* payment, size_t quoted) {
    std::vector<PaymentPart> parts;
    std::vector<ItemHandle> all;
    bool clear = leads_.size() == quoted;
    for (size_t i = 0; i < leads_.size(); ++i) {
      all.insert(all.end(), leads_[i].open.begin(), leads_[i].open.end());
      clear = clear && leads_[i].open.size() == 1;
      if (leads_[i].open.size() != 1) continue;
      const ItemHandle item = leads_[i].open[0];
      // Two references of one item are one part.
      const bool known = std::any_of(parts.begin(), parts.end(),
                                     [&](const PaymentPart& part) { return part.item == item; });
      if (!known) {
        parts.push_back({item, lead_amounts_[i].has_amount, lead_amounts_[i].amount_minor});
      }
    }
    if (clear && parts.size() == 1) {
      DecideOnItem(books_, payment, parts[0].item, Rule::kReferenceExact, Confidence::kHigh);
      return;
    }
    if (clear && SettleParts(books_, handle, parts, Rule::kReferenceExact, Confidence::kHigh)) {
      return;
    }
    // Not all of the references lead to one open item each: nothing is posted on the strength of
    // some.
    if (books_->decisions.Find(handle) != nullptr) return;
    if (all.empty() && missing_.empty()) {
      std::vector<ItemHandle> closed;
      for (const Lead& lead : leads_) {
        closed.insert(closed.end(), lead.closed.begin(), lead.closed.end());
      }
      SortItems(*books_, &closed);
      DecideOnClosed(handle, payment, closed);
      return;
    }
    ComposedDecision& composed = books_->decisions.Compose(handle);
    composed.named = all;
    Finding finding;
    const bool some_closed = std::any_of(leads_.begin(), leads_.end(),
                                         [](const Lead& lead) { return lead.open.empty(); });
    finding.code = !missing_.empty() ? CodeOfMissing()
                   : some_closed     ? DeviationCode::kItemAlreadySettled
                                     : DeviationCode::kReferenceAmbiguous;
    if (!all.empty()) finding.item = all[0];
    if (finding.code == DeviationCode::kItemAlreadySettled) {
      // The closed one is what keeps the others from being paid.
      for (const Lead& lead : leads_) {
        if (!lead.open.empty()) continue;
        finding.item = lead.closed[0];
        break;
      }
    }
    for (const PaymentReference& reference : missing_) {
      finding.note += finding.note.empty() ? "Not found: " : ", ";
      finding.note += reference.value;
    }
    if (missing_.empty()) {
      finding.note = finding.code == DeviationCode::kItemAlreadySettled ? "Still open: " : "";
      finding.note += NameItems(*books_, all);
    }
    composed.findings.push_back(std::move(finding));
    composed.quotes_unknown =
        std::any_of(missing_.begin(), missing_.end(), [](const PaymentReference& reference) {
          return reference.scheme != ReferenceScheme::kText && CountsAsWellFormed(reference);
        });
  }

  DeviationCode CodeOfMissing() const {
    return std::any_of(missing_.begin(), missing_.end(), CountsAsWellFormed)
               ? DeviationCode::kReferenceUnknown
               : DeviationCode::kReferenceInvalid;
  }

  Books* books_;
  std::vector<PaymentReference> references_;
  std::vector<Lead> leads_;
  std::vector<PaymentReference> lead_amounts_;
  std::vector<PaymentReference> missing_;
};

}  // namespace

void RunReferenceExact(Books* books, bool look_at_payments) {
  AddIdAliases(books);
  JoinResult joined = JoinBuckets(books, look_at_payments);
  if (!joined.misses.empty() && !joined.entangled.empty()) {
    // A reference that is found by one of its keys (its account, any account) is not missed by the
    // other.
    absl::flat_hash_set<std::tuple<PaymentHandle, uint64_t, uint64_t>> found;
    const auto key_of = [](PaymentHandle payment, ReferenceKey key) {
      const ReferenceKey bare = key.On(kAnyAccount);
      return std::make_tuple(payment, bare.low, bare.high);
    };
    for (const Match& match : joined.entangled) found.insert(key_of(match.payment, match.key));
    std::erase_if(joined.misses,
                  [&](const Miss& miss) { return found.contains(key_of(miss.payment, miss.key)); });
  }
  // Claims on crowded references are not searched; what else those payments quote decides nothing
  // either.
  absl::flat_hash_set<PaymentHandle> crowded;
  for (const Crowd& crowd : joined.crowds) {
    if (!crowded.insert(crowd.payment).second) continue;
    books->decisions.Compose(crowd.payment)
        .findings.push_back(
            {.code = DeviationCode::kSearchLimit,
             .note = Concat("The reference stands on ", crowd.items, " items; more than ",
                            kItemsPerReferenceMax, " are not searched.")});
  }
  std::erase_if(joined.entangled,
                [&](const Match& match) { return crowded.contains(match.payment); });
  EntangledRound(books).Run(std::move(joined.entangled));
  MarkOtherAccountReferences(books, joined.misses);
}

}  // namespace kvitt
