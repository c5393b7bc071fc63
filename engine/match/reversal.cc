#include "engine/match/reversal.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "engine/allocate/posting.h"
#include "engine/allocate/take_back.h"
#include "kvitt/check.h"

namespace kvitt {
namespace {

bool TakesMoneyBack(const PaymentRecord& payment) {
  if (payment.decided != PaymentCase::kUndecided || payment.has(PaymentRecord::kDead)) return false;
  switch (payment.kind()) {
    case PaymentKind::kReversal:
    case PaymentKind::kDirectDebitReturn:
      return true;
    case PaymentKind::kPayment:
    case PaymentKind::kDirectDebit:
      return payment.direction() == Direction::kDebit;
    case PaymentKind::kFee:
    case PaymentKind::kInterest:
    case PaymentKind::kTransfer:
      return false;
  }
  return false;
}

// What a reversal and the payment that it undoes always share.
struct Money {
  AccountNumber account;
  uint8_t currency;
  int64_t amount_minor;
  friend bool operator==(const Money&, const Money&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const Money& m) {
    return H::combine(std::move(h), m.account, m.currency, m.amount_minor);
  }
};

Money MoneyOf(const PaymentRecord& payment) {
  return {payment.account, payment.currency, payment.amount_minor};
}

class ReversalRound {
 public:
  explicit ReversalRound(Books* books) : books_(books) {}

  bool Run() {
    CollectTakebacks();
    if (takebacks_.empty()) return false;
    CollectCandidates();
    for (PaymentHandle takeback : takebacks_) Pair(takeback);
    return true;
  }

 private:
  template <typename Fn>
  void ForEachPayment(Fn fn) {
    for (const PaymentRun& run : books_->payments.runs()) {
      for (uint32_t i = 0; i < run.count; ++i) {
        fn(run.first + i, books_->payments.At(run.first + i));
      }
    }
  }

  void CollectTakebacks() {
    ForEachPayment([&](PaymentHandle handle, const PaymentRecord& payment) {
      if (TakesMoneyBack(payment)) takebacks_.push_back(handle);
    });
    std::sort(takebacks_.begin(), takebacks_.end(),
              [&](PaymentHandle a, PaymentHandle b) { return books_->DecidesBefore(a, b); });
    for (PaymentHandle takeback : takebacks_) {
      candidates_[MoneyOf(books_->payments.At(takeback))];
    }
  }

  // Payments of the same money as some takeback.
  void CollectCandidates() {
    ForEachPayment([&](PaymentHandle handle, const PaymentRecord& payment) {
      if (!payment.has(PaymentRecord::kClaims) || payment.has(PaymentRecord::kDead) ||
          payment.decided != PaymentCase::kUndecided) {
        return;
      }
      const auto list = candidates_.find(MoneyOf(payment));
      if (list != candidates_.end()) list->second.push_back(handle);
    });
  }

  bool Names(const PaymentRecord& takeback, const PaymentRecord& payment) const {
    const std::string_view named = books_->payments.ColdText(takeback, ColdTag::kReverses);
    if (named.empty()) return false;
    char scratch[PaymentStore::kPaymentIdBytesMax];
    return named == books_->payments.ColdText(payment, ColdTag::kBankReference) ||
           named == books_->payments.ColdText(payment, ColdTag::kEndToEndId) ||
           named == books_->payments.PaymentId(payment, scratch);
  }

  std::vector<ReferenceKey> Keys(const PaymentRecord& payment) const {
    std::vector<PaymentReference> references;
    books_->payments.References(payment, &references);
    std::vector<ReferenceKey> keys;
    for (const PaymentReference& reference : references) {
      const ReferenceKey key = MakeReferenceKey(reference.value, kAnyAccount);
      if (!key.is_none()) keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end(), [](ReferenceKey a, ReferenceKey b) {
      return std::tie(a.high, a.low) < std::tie(b.high, b.low);
    });
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  // Whether two payments of one money are of one kind of payer: the same references, or, where none
  // are quoted, the same payer account.
  bool Equals(const PaymentRecord& takeback, const PaymentRecord& payment) const {
    const std::vector<ReferenceKey> keys = Keys(takeback);
    if (!keys.empty()) return keys == Keys(payment);
    const std::string_view payer = books_->payments.ColdText(takeback, ColdTag::kPayerAccount);
    return payer.empty() || payer == books_->payments.ColdText(payment, ColdTag::kPayerAccount);
  }

  void Pair(PaymentHandle handle) {
    PaymentStore& payments = books_->payments;
    PaymentRecord& takeback = payments.At(handle);
    const bool names = !payments.ColdText(takeback, ColdTag::kReverses).empty();
    std::vector<PaymentHandle> fitting;
    // A credit that reverses something gives money back to us: no payment of ours is undone by it.
    const bool undoes = takeback.direction() == Direction::kDebit;
    for (PaymentHandle candidate : candidates_[MoneyOf(takeback)]) {
      if (!undoes) break;
      const PaymentRecord& payment = payments.At(candidate);
      if (payment.has(PaymentRecord::kReversed) || candidate == handle) continue;
      if (payments.BookingDate(payment) > payments.BookingDate(takeback)) continue;
      if (names ? Names(takeback, payment) : Equals(takeback, payment))
        fitting.push_back(candidate);
    }
    ComposedDecision& composed = books_->decisions.Compose(handle);
    if (fitting.size() != 1) {
      Finding finding;
      finding.code = DeviationCode::kReversalUnmatched;
      finding.note =
          !undoes ? "It gives money back to the creditor: no payment is undone by it."
          : fitting.empty()
              ? (names ? "No earlier payment of this amount carries the name that it gives."
                       : "No earlier payment on the account equals it.")
              : std::to_string(fitting.size()) + " earlier payments equal it.";
      composed.findings.push_back(std::move(finding));
      takeback.decided = PaymentCase::kComposed;
      takeback.outcome = Outcome::kUnmatched;
      return;
    }
    PaymentRecord& payment = payments.At(fitting[0]);
    payment.set(PaymentRecord::kReversed);
    payment.set(PaymentRecord::kEntangled);
    ComposedDecision& undone = books_->decisions.Compose(fitting[0]);
    undone.reversed_by = handle;
    if (takeback.kind() == PaymentKind::kDirectDebitReturn) {
      // The composed reference may have moved when the other was made.
      books_->decisions.Compose(handle).findings.push_back(
          {.code = DeviationCode::kDirectDebitReturned, .other = fitting[0]});
    }
    takeback.decided = PaymentCase::kComposed;
    takeback.outcome = Outcome::kReversal;
    takeback.rule = Rule::kReversal;
    takeback.confidence = names ? Confidence::kHigh : Confidence::kMedium;
  }

  Books* books_;
  std::vector<PaymentHandle> takebacks_;
  absl::flat_hash_map<Money, std::vector<PaymentHandle>> candidates_;
};

}  // namespace

bool PairReversals(Books* books) {
  if (!books->payments.has_takebacks()) return false;
  return ReversalRound(books).Run();
}

void FinishReversals(Books* books) {
  for (const PaymentRun& run : books->payments.runs()) {
    for (uint32_t i = 0; i < run.count; ++i) {
      const PaymentRecord& payment = books->payments.At(run.first + i);
      if (payment.has(PaymentRecord::kReversed) && payment.outcome != Outcome::kReversed) {
        TakeBack(books, run.first + i);
      }
    }
  }
}

}  // namespace kvitt
