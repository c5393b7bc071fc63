// Each rule is one function that says which answers it has for one payment, of what is open now.
// Rounds put the answers together.

#include "tests/oracle/matching_oracle.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "kvitt/reference.h"
#include "tests/oracle/matching_words.h"

namespace kvitt::oracle {
namespace {

using Set = std::vector<size_t>;  // items by their index, oldest first

enum class Hypothesis { kExact, kDiscount, kCharges, kTolerance };

// Sets of items that differ only in which of several alike items they hold, the oldest first.
struct Answer {
  Hypothesis hypothesis = Hypothesis::kExact;
  std::vector<Set> sets;
};

// What a rule found for one payment.
struct Found {
  std::vector<Answer> answers;
  bool may_post = false;  // there is one answer, and nothing speaks against it
  // Found, but its amount does not agree.
  bool has_other_suggestion = false;
};

// An IBAN is the account of the national number inside it, however that is written.
bool IsSameAccount(const std::string& a, const std::string& b) {
  const std::string x = AccountAlias(a);
  const std::string y = AccountAlias(b);
  if (a.empty() || b.empty()) return false;
  return x == y || (x.size() > 4 && x.substr(4) == y) || (y.size() > 4 && y.substr(4) == x);
}

// No date is as near as it can be to no date, and far from every date.
bool IsWithinDays(Date a, Date b, int days) {
  if (!a.has_value() || !b.has_value()) return a == b;
  return std::abs(a.days() - b.days()) <= days;
}

std::string Digits(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

bool Suggests(const Found& found) {
  return !found.answers.empty() || found.has_other_suggestion;
}

// The customer that a payment comes from.
struct Who {
  std::string customer;  // empty: unknown
  bool disagrees = false;
  bool is_restricted = false;  // to the items that carry a fixed reference
  std::set<size_t> carriers;
  std::set<std::string> shared;  // numbers of the text that stood on several items
};

// A payment that rules 1 to 3 left undecided.
struct Case {
  size_t payment = 0;
  Who who;
  bool is_settled = false;
  bool is_answered = false;  // by rule 6 or 7, in a way that ends the search: the rest suggests
  DeviationCode trouble = DeviationCode::kReferenceMissing;  // why rule 3 did not decide
  std::vector<size_t> quoted;  // items that its references found, though they do not decide
  bool is_contradicted = false;
  std::set<size_t> named;        // by several references: an answer must hold all of them
  std::vector<Answer> repaired;  // what rule 4 found in its round
};

class Oracle {
 public:
  explicit Oracle(const World& world) : world_(world) {}

  WorldDecisions Run();

 private:
  // --- Facts of the world.
  bool IsReserved(size_t item) const;
  bool IsInsolvent(const std::string& customer) const;
  bool IsCustomer(const std::string& id) const;
  const WorldCustomer* FindCustomer(const std::string& id) const;
  bool PaysFor(const std::string& payer, const std::string& other) const;
  bool IsOnAccount(size_t item, const WorldPayment& payment) const;
  bool IsOpen(size_t item) const;
  bool IsEligible(size_t item, const WorldPayment& payment) const;
  bool Carries(size_t item, const std::string& reference) const;
  bool LooksAlike(size_t item, const std::string& reference) const;
  bool IsOlder(size_t a, size_t b) const;

  bool IsCredit(size_t item) const { return world_.items[item].kind == ItemKind::kCreditNote; }

  bool IsDiscountable(size_t item) const;
  bool HasDiscount(size_t item, const WorldPayment& payment) const;
  bool AreAlike(size_t a, size_t b, const WorldPayment& payment) const;
  int64_t Net(const Set& set) const;
  int64_t Discounts(const Set& set, const WorldPayment& payment) const;
  int64_t Tolerance(const WorldPayment& payment) const;
  bool Agrees(const Set& set, const WorldPayment& payment, Hypothesis hypothesis) const;
  Set Sorted(Set set) const;

  // --- Rules 1 to 3.
  std::vector<size_t> InOrder() const;
  void DecideDuplicates();
  void DecideReversals();
  void DecideExact(size_t p);
  void DecideExactSet(size_t p, const std::vector<size_t>& quoted);
  void PostClosed(size_t p, const Set& closed);
  void TakeBack(size_t p);
  std::vector<std::string> References(const WorldPayment& payment) const;
  std::vector<std::string> TextOf(const WorldPayment& payment) const;
  bool IsMereText(const std::string& reference, const WorldPayment& payment) const;

  // --- Who paid, what speaks against.
  Who FindWho(const Case& c) const;
  std::set<std::string> Evidence(size_t p) const;
  std::string SeenBefore(const WorldPayment& payment) const;
  std::string OneOf(const std::set<std::string>& evidence) const;
  bool Belongs(size_t item, const Who& who) const;
  bool IsContradicted(const Case& c) const;
  bool IsContradicted(const Case& c, const Answer& answer) const;
  std::set<size_t> NamedBy(const WorldPayment& payment) const;
  Set OpenOf(const std::string& reference, const WorldPayment& payment) const;
  bool IsCarried(const std::string& reference) const;
  std::set<size_t> TextItems(const Case& c, bool weak, bool* several) const;

  // --- Rules 4 to 8.
  Found Ask(Rule rule, const Case& c) const;
  Found AskRepaired(const Case& c) const;
  std::vector<Set> RepairedSets(const WorldPayment& payment) const;
  Found AskText(const Case& c) const;
  Found AskAmount(const Case& c) const;
  Found AskBalance(const Case& c) const;
  Found AskCombination(const Case& c) const;
  Set ItemsOf(const Case& c) const;
  std::vector<Answer> AgreeingOf(const std::vector<Set>& sets,
                                 const WorldPayment& payment,
                                 const std::vector<Hypothesis>& hypotheses,
                                 bool alike_is_one) const;
  bool HoldsReserved(const std::vector<Answer>& answers) const;
  void SayReasons(size_t p, const std::vector<Answer>& answers);
  void Round(Rule rule);
  std::vector<size_t> Assign(Rule rule, const std::vector<std::pair<size_t, Answer>>& asked);
  void Post(size_t p, Rule rule, Hypothesis hypothesis, const Set& set);

  // --- The end.
  void Finish(Case* c);
  bool IsSecondPayment(const Case& c);
  bool HasSuggestion(const Case& c) const;
  bool IsQuotedOpen(const Case& c) const;
  std::optional<std::string> CloseName(const WorldPayment& payment) const;

  const World& world_;
  std::vector<int64_t> open_;
  std::vector<bool> is_done_;
  std::vector<bool> is_reversed_;
  std::map<size_t, std::set<size_t>> paid_by_;  // the payments that paid an item
  std::vector<Case> cases_;
  std::vector<std::pair<size_t, Set>> held_;  // payments that rule 3 only suggests, and the items
  WorldDecisions decisions_;
};

// --- Facts of the world.

const WorldCustomer* Oracle::FindCustomer(const std::string& id) const {
  for (const WorldCustomer& customer : world_.customers) {
    if (customer.id == id) return &customer;
  }
  return nullptr;
}

bool Oracle::IsCustomer(const std::string& id) const {
  if (FindCustomer(id) != nullptr) return true;
  for (const WorldItem& item : world_.items) {
    if (item.customer == id) return true;
  }
  return false;
}

bool Oracle::IsInsolvent(const std::string& customer) const {
  const WorldCustomer* found = FindCustomer(customer);
  return found != nullptr && found->status == CustomerStatus::kInsolvent;
}

bool Oracle::PaysFor(const std::string& payer, const std::string& other) const {
  const WorldCustomer* found = FindCustomer(payer);
  return found != nullptr && std::count(found->pays_for.begin(), found->pays_for.end(), other) > 0;
}

bool Oracle::IsReserved(size_t i) const {
  const ItemStatus status = world_.items[i].status;
  return status == ItemStatus::kDisputed || status == ItemStatus::kCollection ||
         status == ItemStatus::kBlocked || IsInsolvent(world_.items[i].customer);
}

bool Oracle::IsOnAccount(size_t i, const WorldPayment& payment) const {
  const std::string& account = world_.items[i].account;
  return account.empty() || AccountAlias(account) == AccountAlias(payment.account);
}

bool Oracle::IsOpen(size_t i) const {
  return open_[i] > 0 && world_.items[i].status != ItemStatus::kClosed;
}

bool Oracle::IsEligible(size_t i, const WorldPayment& payment) const {
  return IsOpen(i) && world_.items[i].currency == payment.currency && IsOnAccount(i, payment);
}

bool Oracle::Carries(size_t i, const std::string& reference) const {
  const WorldItem& item = world_.items[i];
  if (reference.empty()) return false;
  if (Normal(item.id) == reference) return true;
  return std::any_of(item.references.begin(), item.references.end(),
                     [&](const std::string& other) { return Normal(other) == reference; });
}

// Whether it carries the reference, letters read as the digits that they look like.
bool Oracle::LooksAlike(size_t i, const std::string& reference) const {
  const WorldItem& item = world_.items[i];
  const auto looks_alike = [&](const std::string& other) {
    return Normal(LookAlikes(Normal(other))) == Normal(LookAlikes(Normal(reference)));
  };
  return looks_alike(item.id) ||
         std::any_of(item.references.begin(), item.references.end(), looks_alike);
}

bool Oracle::IsOlder(size_t a, size_t b) const {
  const WorldItem& x = world_.items[a];
  const WorldItem& y = world_.items[b];
  // No date comes before all others.
  return std::tie(x.due, x.issued, x.id) < std::tie(y.due, y.issued, y.id);
}

// Something must be paid to take a discount.
bool Oracle::IsDiscountable(size_t i) const {
  return world_.items[i].discount > 0 && world_.items[i].discount < open_[i];
}

bool Oracle::HasDiscount(size_t i, const WorldPayment& payment) const {
  const WorldItem& item = world_.items[i];
  return IsDiscountable(i) && payment.booked.has_value() && payment.booked <= item.discount_until;
}

bool Oracle::AreAlike(size_t a, size_t b, const WorldPayment& payment) const {
  const WorldItem& x = world_.items[a];
  const WorldItem& y = world_.items[b];
  return x.customer == y.customer && x.kind == y.kind && x.status == y.status &&
         open_[a] == open_[b] && x.discount == y.discount &&
         HasDiscount(a, payment) == HasDiscount(b, payment);
}

int64_t Oracle::Net(const Set& set) const {
  int64_t net = 0;
  for (const size_t i : set) net += IsCredit(i) ? -open_[i] : open_[i];
  return net;
}

int64_t Oracle::Discounts(const Set& set, const WorldPayment& payment) const {
  int64_t sum = 0;
  for (const size_t i : set) sum += HasDiscount(i, payment) ? world_.items[i].discount : 0;
  return sum;
}

int64_t Oracle::Tolerance(const WorldPayment& payment) const {
  return Currency::FromCode(payment.currency).half_major_minor();
}

// What explains the difference, by the first that does: the order of docs/policy.md.
bool Oracle::Agrees(const Set& set, const WorldPayment& payment, Hypothesis hypothesis) const {
  // Without an invoice there is nothing to pay.
  if (std::all_of(set.begin(), set.end(), [this](size_t i) { return IsCredit(i); })) return false;
  if (Net(set) <= 0) return false;
  const int64_t off = Net(set) - payment.amount;
  if (off == 0) return hypothesis == Hypothesis::kExact;
  if (std::abs(off) <= Tolerance(payment)) return hypothesis == Hypothesis::kTolerance;
  if (off < 0) return false;
  if (off == Discounts(set, payment)) return hypothesis == Hypothesis::kDiscount;
  return off == payment.charges && hypothesis == Hypothesis::kCharges;
}

Set Oracle::Sorted(Set set) const {
  std::sort(set.begin(), set.end(), [this](size_t a, size_t b) { return IsOlder(a, b); });
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}

// --- Rules 1 to 3.

std::vector<size_t> Oracle::InOrder() const {
  std::vector<size_t> order;
  for (size_t p = 0; p < world_.payments.size(); ++p) order.push_back(p);
  std::sort(order.begin(), order.end(), [this](size_t a, size_t b) {
    const WorldPayment& x = world_.payments[a];
    const WorldPayment& y = world_.payments[b];
    return std::tie(x.booked, x.account, x.Identity(), x.file) <
           std::tie(y.booked, y.account, y.Identity(), y.file);
  });
  return order;
}

// The references of a payment in normal form, each once, fillers left out.
std::vector<std::string> Oracle::References(const WorldPayment& payment) const {
  std::vector<std::string> references;
  for (const WorldQuote& quote : payment.quotes) {
    const std::string normal = Normal(quote.value);
    if (normal.empty()) continue;
    if (std::count(references.begin(), references.end(), normal) == 0) references.push_back(normal);
  }
  return references;
}

// The remittance text, and what was delivered as text in the field of a reference.
std::vector<std::string> Oracle::TextOf(const WorldPayment& payment) const {
  std::vector<std::string> lines = payment.text;
  for (const WorldQuote& quote : payment.quotes) {
    if (quote.scheme == ReferenceScheme::kText) lines.push_back(quote.value);
  }
  return lines;
}

// Whether the reference was delivered as text at least once: then no check digits are claimed.
bool Oracle::IsMereText(const std::string& reference, const WorldPayment& payment) const {
  return std::any_of(payment.quotes.begin(), payment.quotes.end(), [&](const WorldQuote& quote) {
    return quote.scheme == ReferenceScheme::kText && Normal(quote.value) == reference;
  });
}

// The same payment id is the same payment; the earliest booking date counts, then the first file.
void Oracle::DecideDuplicates() {
  std::set<std::string> identities;
  for (const size_t p : InOrder()) {
    const WorldPayment& payment = world_.payments[p];
    if (!identities.insert(payment.Identity()).second) {
      decisions_[p].outcome = Outcome::kDuplicate;
      decisions_[p].rule = Rule::kDuplicate;
      decisions_[p].codes = {DeviationCode::kDuplicateDelivery};
      is_done_[p] = true;
      continue;
    }
    if (payment.kind == PaymentKind::kFee || payment.kind == PaymentKind::kInterest ||
        payment.kind == PaymentKind::kTransfer) {
      decisions_[p].outcome = Outcome::kIgnored;
      is_done_[p] = true;
    }
  }
}

// A debit takes back the earlier credit that it names, or else the only one that equals it.
void Oracle::DecideReversals() {
  for (const size_t r : InOrder()) {
    const WorldPayment& debit = world_.payments[r];
    if (is_done_[r] || debit.kind != PaymentKind::kReversal) continue;
    std::vector<size_t> named;
    std::vector<size_t> equal;
    for (size_t p = 0; p < world_.payments.size(); ++p) {
      const WorldPayment& credit = world_.payments[p];
      if (is_done_[p] || is_reversed_[p] || credit.kind == PaymentKind::kReversal ||
          credit.account != debit.account || credit.amount != debit.amount ||
          credit.currency != debit.currency || credit.booked > debit.booked) {
        continue;
      }
      if (!debit.reverses.empty() && credit.bank_reference == debit.reverses) named.push_back(p);
      if (References(credit) == References(debit)) equal.push_back(p);
    }
    const std::vector<size_t>& found = debit.reverses.empty() ? equal : named;
    is_done_[r] = true;
    if (found.size() == 1) {
      is_reversed_[found[0]] = true;
      decisions_[r].outcome = Outcome::kReversal;
      decisions_[r].rule = Rule::kReversal;
    } else {
      decisions_[r].codes.insert(DeviationCode::kReversalUnmatched);
    }
  }
}

void Oracle::DecideExact(size_t p) {
  const WorldPayment& payment = world_.payments[p];
  WorldDecision& decision = decisions_[p];
  Case left;
  left.payment = p;
  Set found;
  Set closed;
  std::set<DeviationCode> codes;
  bool is_unknown = false;
  bool is_well_formed = false;
  const std::vector<std::string> references = References(payment);
  for (const std::string& reference : references) {
    Set open;
    Set settled;
    Set elsewhere;
    for (size_t i = 0; i < world_.items.size(); ++i) {
      if (!Carries(i, reference)) continue;
      if (!IsOnAccount(i, payment)) {
        elsewhere.push_back(i);
      } else {
        (IsOpen(i) ? open : settled).push_back(i);
      }
    }
    if (open.size() == 1) {
      found.push_back(open[0]);
    } else if (open.size() > 1) {
      codes.insert(DeviationCode::kReferenceAmbiguous);
      if (references.size() > 1) left.quoted.insert(left.quoted.end(), open.begin(), open.end());
    } else if (!settled.empty()) {
      closed.insert(closed.end(), settled.begin(), settled.end());
      codes.insert(DeviationCode::kItemAlreadySettled);
    } else if (!elsewhere.empty()) {
      codes.insert(DeviationCode::kAccountMismatch);
      left.quoted.insert(left.quoted.end(), elsewhere.begin(), elsewhere.end());
    } else {
      is_unknown = true;
      is_well_formed =
          is_well_formed || IsMereText(reference, payment) || CountsAsWellFormed(reference);
    }
  }
  if (is_unknown) {
    codes.insert(is_well_formed ? DeviationCode::kReferenceUnknown
                                : DeviationCode::kReferenceInvalid);
  }
  if (references.empty()) codes.insert(DeviationCode::kReferenceMissing);
  if (codes.empty()) return DecideExactSet(p, found);
  const bool are_closed = codes == std::set{DeviationCode::kItemAlreadySettled} && found.empty();
  if (are_closed && !(is_reversed_[p] && references.size() > 1)) {
    if (std::all_of(closed.begin(), closed.end(), [&](size_t i) {
          return world_.items[i].customer == world_.items[closed[0]].customer;
        })) {
      return PostClosed(p, closed);
    }
    codes = {DeviationCode::kReferenceAmbiguous};  // on account of nobody by guess
  }
  if (is_reversed_[p]) return;
  for (const DeviationCode code :
       {DeviationCode::kAccountMismatch, DeviationCode::kReferenceUnknown,
        DeviationCode::kReferenceInvalid, DeviationCode::kItemAlreadySettled,
        DeviationCode::kReferenceAmbiguous, DeviationCode::kReferenceMissing}) {
    if (codes.count(code) == 0) continue;
    decision.codes = {code};  // one says enough
    left.trouble = code;
    break;
  }
  left.quoted.insert(left.quoted.end(), found.begin(), found.end());
  cases_.push_back(left);
}

// The reference leads to what is closed: the money is the customer's.
void Oracle::PostClosed(size_t p, const Set& closed) {
  const WorldPayment& payment = world_.payments[p];
  WorldDecision& decision = decisions_[p];
  if (std::any_of(closed.begin(), closed.end(),
                  [&](size_t i) { return world_.items[i].currency != payment.currency; })) {
    decision.codes.insert(DeviationCode::kCurrencyMismatch);
    held_.push_back({p, closed});
    return;
  }
  decision.outcome = Outcome::kOnAccount;
  decision.rule = Rule::kReferenceExact;
  decision.codes.insert(DeviationCode::kItemAlreadySettled);
  decision.rows.push_back(
      {"", world_.items[closed[0]].customer, AllocationKind::kOnAccount, payment.amount});
  if (is_reversed_[p]) return;
  // Of several closed items that of the oldest.
  for (const size_t first : paid_by_[Sorted(closed)[0]]) {
    const WorldPayment& other = world_.payments[first];
    if (other.amount == payment.amount && IsWithinDays(other.booked, payment.booked, 30)) {
      decision.codes.insert(DeviationCode::kPossibleDoublePayment);
    }
  }
}

// All references found one open item each.
void Oracle::DecideExactSet(size_t p, const std::vector<size_t>& quoted) {
  const WorldPayment& payment = world_.payments[p];
  WorldDecision& decision = decisions_[p];
  for (const size_t i : quoted) {
    const WorldItem& item = world_.items[i];
    if (!decision.codes.empty()) break;
    if (item.currency != payment.currency) {
      decision.codes.insert(DeviationCode::kCurrencyMismatch);
    } else if (item.status == ItemStatus::kBlocked) {
      decision.codes.insert(DeviationCode::kItemBlocked);
    }
  }
  const Set set = Sorted(quoted);
  const bool is_credit_alone = set.size() == 1 && IsCredit(set[0]);
  if (decision.codes.empty() && Net(set) <= 0 && !is_credit_alone) {
    // Nothing is owed: the references contradict each other, and later rules are asked.
    if (is_reversed_[p]) return;
    decision.codes.insert(DeviationCode::kReferenceAmbiguous);
    Case left;
    left.payment = p;
    left.quoted = set;
    left.trouble = DeviationCode::kReferenceAmbiguous;
    cases_.push_back(left);
    return;
  }
  if (!decision.codes.empty()) {
    held_.push_back({p, set});
    return;
  }
  for (const Hypothesis hypothesis :
       {Hypothesis::kExact, Hypothesis::kTolerance, Hypothesis::kDiscount, Hypothesis::kCharges}) {
    if (Agrees(set, payment, hypothesis)) {
      decision.rule = Rule::kReferenceExact;
      SayReasons(p, {{hypothesis, {set}}});
      return Post(p, Rule::kReferenceExact, hypothesis, set);
    }
  }
  const int64_t off = Net(set) - payment.amount;
  int64_t all_discounts = 0;
  for (const size_t i : set) all_discounts += IsDiscountable(i) ? world_.items[i].discount : 0;
  decision.rule = Rule::kReferenceExact;
  decision.outcome = off > 0 ? Outcome::kPartial : Outcome::kOverpaid;
  decision.codes.insert(off < 0                ? DeviationCode::kAmountOver
                        : off == all_discounts ? DeviationCode::kDiscountUnearned
                                               : DeviationCode::kAmountShort);
  // Credit notes lend no more than there is to pay.
  int64_t to_pay = 0;
  for (const size_t i : set) to_pay += IsCredit(i) ? 0 : open_[i];
  if (to_pay == 0) decision.outcome = Outcome::kOnAccount;
  int64_t money = payment.amount;
  for (const size_t i : set) {
    const int64_t lent = IsCredit(i) ? std::min(open_[i], to_pay) : 0;
    if (lent == 0) continue;
    SayReasons(p, {{Hypothesis::kExact, {{i}}}});
    decision.rows.push_back({world_.items[i].id, "", AllocationKind::kCreditNote, lent});
    money += lent;
    to_pay -= lent;
    open_[i] -= lent;
    paid_by_[i].insert(p);
  }
  std::string customer;
  for (const size_t i : set) {
    if (customer.empty()) customer = world_.items[i].customer;
    if (IsCredit(i)) continue;
    const int64_t part = std::min(money, open_[i]);
    money -= part;
    if (part > 0) {
      decision.rows.push_back({world_.items[i].id, "", AllocationKind::kPayment, part});
      SayReasons(p, {{Hypothesis::kExact, {{i}}}});  // of the items that get money
    }
    open_[i] -= part;
    if (part > 0) paid_by_[i].insert(p);
  }
  if (money > 0) decision.rows.push_back({"", customer, AllocationKind::kOnAccount, money});
}

// Posts what agrees: every item of the set is closed.
void Oracle::Post(size_t p, Rule rule, Hypothesis hypothesis, const Set& set) {
  const WorldPayment& payment = world_.payments[p];
  WorldDecision& decision = decisions_[p];
  decision.rule = rule;
  decision.outcome =
      hypothesis == Hypothesis::kExact ? Outcome::kSettled : Outcome::kSettledWithDifference;
  int64_t money = payment.amount;
  for (const size_t i : set) money += IsCredit(i) ? open_[i] : 0;
  for (const size_t i : set) {
    const std::string& id = world_.items[i].id;
    if (IsCredit(i)) {
      decision.rows.push_back({id, "", AllocationKind::kCreditNote, open_[i]});
    } else {
      int64_t rest = open_[i];
      if (hypothesis == Hypothesis::kDiscount && HasDiscount(i, payment)) {
        decision.rows.push_back({id, "", AllocationKind::kDiscount, world_.items[i].discount});
        rest -= world_.items[i].discount;
      }
      const int64_t part = std::min(money, rest);
      if (part > 0) decision.rows.push_back({id, "", AllocationKind::kPayment, part});
      if (rest > part) {
        decision.rows.push_back({id, "", AllocationKind::kWriteOff, rest - part});
      }
      money -= part;
    }
    open_[i] = 0;
    paid_by_[i].insert(p);
  }
  if (money > 0) decision.rows.push_back({"", "", AllocationKind::kWriteOff, money});
  switch (hypothesis) {
    case Hypothesis::kExact:
      break;
    case Hypothesis::kDiscount:
      decision.codes.insert(DeviationCode::kDiscountTaken);
      break;
    case Hypothesis::kCharges:
      decision.codes.insert(DeviationCode::kBankCharge);
      break;
    case Hypothesis::kTolerance:
      decision.codes.insert(DeviationCode::kAmountTolerated);
      break;
  }
}

// A payment that was taken back: what it settled is open again, and the reversal says so.
void Oracle::TakeBack(size_t p) {
  WorldDecision& decision = decisions_[p];
  WorldDecision* reversal = nullptr;
  for (const size_t r : InOrder()) {
    const WorldPayment& debit = world_.payments[r];
    if (decisions_[r].outcome == Outcome::kReversal && decisions_[r].rows.empty() &&
        debit.amount == world_.payments[p].amount && debit.account == world_.payments[p].account &&
        (debit.reverses.empty() || debit.reverses == world_.payments[p].bank_reference)) {
      reversal = &decisions_[r];
      break;
    }
  }
  decision.outcome = Outcome::kReversed;
  decision.codes.insert(DeviationCode::kPaymentReversed);
  for (const WorldRow& row : decision.rows) {
    WorldRow back = row;
    back.amount = -row.amount;
    if (row.kind == AllocationKind::kPayment || row.kind == AllocationKind::kOnAccount) {
      back.kind = AllocationKind::kReversal;
    }
    if (reversal != nullptr) reversal->rows.push_back(back);
    for (size_t i = 0; i < world_.items.size(); ++i) {
      if (world_.items[i].id != row.item || row.item.empty()) continue;
      open_[i] += row.amount;
      paid_by_[i].erase(p);
    }
  }
}

// --- Who paid, what speaks against.

std::string Oracle::SeenBefore(const WorldPayment& payment) const {
  if (payment.payer_account.empty()) return "";
  std::set<std::string> customers;
  for (size_t p = 0; p < world_.payments.size(); ++p) {
    const WorldDecision& decision = decisions_[p];
    if (decision.rule != Rule::kReferenceExact || decision.outcome == Outcome::kReversed ||
        decision.outcome == Outcome::kOnAccount ||
        !IsSameAccount(world_.payments[p].payer_account, payment.payer_account)) {
      continue;
    }
    for (const WorldRow& row : decision.rows) {
      for (const WorldItem& item : world_.items) {
        if (item.id == row.item) customers.insert(item.customer);
      }
    }
  }
  return customers.size() == 1 ? *customers.begin() : "";
}

// Everything but the reference that says who paid.
std::set<std::string> Oracle::Evidence(size_t p) const {
  const WorldPayment& payment = world_.payments[p];
  std::set<std::string> evidence;
  if (!payment.customer.empty() && IsCustomer(payment.customer)) evidence.insert(payment.customer);
  std::set<std::string> by_org;
  std::set<std::string> by_account;
  for (const WorldCustomer& customer : world_.customers) {
    if (!customer.org.empty() && Digits(customer.org) == Digits(payment.payer_org)) {
      by_org.insert(customer.id);
    }
    for (const std::string& account : customer.accounts) {
      if (IsSameAccount(account, payment.payer_account)) by_account.insert(customer.id);
    }
  }
  if (by_org.size() == 1) evidence.insert(*by_org.begin());
  if (by_account.size() == 1) evidence.insert(*by_account.begin());
  if (by_account.empty()) evidence.insert(SeenBefore(payment));
  for (const std::string& token : Tokens(TextOf(payment))) {
    const bool has_digit = token.find_first_of("0123456789") != std::string::npos;
    if (token.size() >= 4 && has_digit && IsCustomer(token)) evidence.insert(token);
  }
  evidence.erase("");
  return evidence;
}

// The one that all evidence names, or that pays for all others that it names; empty: none.
std::string Oracle::OneOf(const std::set<std::string>& evidence) const {
  for (const std::string& one : evidence) {
    if (std::all_of(evidence.begin(), evidence.end(), [&](const std::string& other) {
          return other == one || PaysFor(one, other);
        })) {
      return one;
    }
  }
  return "";
}

Who Oracle::FindWho(const Case& c) const {
  const size_t p = c.payment;
  const WorldPayment& payment = world_.payments[p];
  // Its one reference stood on several open items when rule 3 asked.
  const bool is_shared =
      c.trouble == DeviationCode::kReferenceAmbiguous && References(payment).size() == 1;
  Who who;
  std::set<std::string> owners;
  // Of several references each means one item, if any: none of them is a fixed one.
  std::vector<std::string> quoted = References(payment);
  std::set<std::string> in_text;
  const bool is_several = quoted.size() > 1;
  if (is_several) quoted.clear();
  for (const Candidate& candidate : Candidates(Tokens(TextOf(payment)))) {
    quoted.push_back(Normal(candidate.value));
    in_text.insert(quoted.back());
  }
  for (const std::string& reference : quoted) {
    std::set<size_t> carriers;
    for (size_t i = 0; i < world_.items.size(); ++i) {
      if (IsEligible(i, payment) && Carries(i, reference)) carriers.insert(i);
    }
    const bool was_shared = is_shared && quoted.size() > 0 && reference == quoted[0];
    if (carriers.size() < (was_shared ? 1U : 2U)) continue;
    if (in_text.count(reference) > 0) who.shared.insert(reference);
    if (is_several) continue;  // then it names nobody
    who.carriers.insert(carriers.begin(), carriers.end());
    for (const size_t i : carriers) owners.insert(world_.items[i].customer);
  }
  if (owners.size() == 1) {
    who.customer = *owners.begin();
    who.is_restricted = true;
    return who;
  }
  const std::set<std::string> evidence = Evidence(p);
  who.customer = OneOf(evidence);
  who.disagrees = !evidence.empty() && who.customer.empty();
  who.is_restricted =
      !who.customer.empty() && std::any_of(who.carriers.begin(), who.carriers.end(),
                                           [&](size_t i) { return Belongs(i, who); });
  // What the text quotes leads to somebody else.
  if (!who.customer.empty() && !who.carriers.empty() && !who.is_restricted) who.disagrees = true;
  if (!who.is_restricted) who.carriers.clear();
  return who;
}

bool Oracle::Belongs(size_t i, const Who& who) const {
  const std::string& customer = world_.items[i].customer;
  return customer == who.customer || PaysFor(who.customer, customer);
}

// What speaks against any answer that is built on who paid.
bool Oracle::IsContradicted(const Case& c) const {
  const WorldPayment& payment = world_.payments[c.payment];
  if (c.who.disagrees) return true;
  for (const WorldQuote& quote : payment.quotes) {
    const std::string reference = Normal(quote.value);
    if (reference.empty()) continue;
    const Set open = OpenOf(reference, payment);
    // It leads to what is closed, or to another account.
    if (open.empty() && IsCarried(reference)) return true;
    if (quote.scheme == ReferenceScheme::kText) continue;
    if (open.empty() && CountsAsWellFormed(quote.value)) return true;
    // It leads to what this payment cannot pay.
    if (!open.empty() &&
        std::none_of(open.begin(), open.end(), [&](size_t i) { return IsEligible(i, payment); })) {
      return true;
    }
    // It leads to somebody else.
    if (!open.empty() && !c.who.customer.empty() &&
        std::none_of(open.begin(), open.end(), [&](size_t i) { return Belongs(i, c.who); })) {
      return true;
    }
  }
  return false;
}

// What speaks against this answer.
bool Oracle::IsContradicted(const Case& c, const Answer& answer) const {
  if (c.is_contradicted) return true;
  bool several = false;
  std::set<size_t> named = TextItems(c, false, &several);
  named.insert(c.named.begin(), c.named.end());
  const auto holds_named = [&](const Set& set) {
    return std::all_of(named.begin(), named.end(),
                       [&](size_t i) { return std::find(set.begin(), set.end(), i) != set.end(); });
  };
  // Of alike sets all must hold what is named.
  if (!std::all_of(answer.sets.begin(), answer.sets.end(), holds_named)) return true;
  return !c.repaired.empty() &&
         std::none_of(c.repaired.begin(), c.repaired.end(), [&](const Answer& repaired) {
           return std::count(answer.sets.begin(), answer.sets.end(), repaired.sets[0]) > 0;
         });
}

// The items that can be paid which several references name; one alone names its customer.
std::set<size_t> Oracle::NamedBy(const WorldPayment& payment) const {
  std::set<size_t> named;
  const std::vector<std::string> references = References(payment);
  for (const std::string& reference : references) {
    for (const size_t i : OpenOf(reference, payment)) {
      if (references.size() > 1 && IsEligible(i, payment)) named.insert(i);
    }
  }
  return named;
}

// The open items that the reference leads to on the account of the payment.
Set Oracle::OpenOf(const std::string& reference, const WorldPayment& payment) const {
  Set open;
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (Carries(i, reference) && IsOnAccount(i, payment) && IsOpen(i)) open.push_back(i);
  }
  return open;
}

// Whether any item carries it: open or closed, on this account or another.
bool Oracle::IsCarried(const std::string& reference) const {
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (Carries(i, reference)) return true;
  }
  return false;
}

// The eligible items that strong (weak) candidates of the text find, each alone. `several` is set
// when a candidate finds several.
std::set<size_t> Oracle::TextItems(const Case& c, bool weak, bool* several) const {
  const WorldPayment& payment = world_.payments[c.payment];
  const std::vector<std::string> tokens = Tokens(TextOf(payment));
  const std::string own_account = Digits(payment.account);
  std::vector<bool> is_taken(tokens.size(), false);
  std::set<size_t> items;
  for (const Candidate& candidate : Candidates(tokens)) {
    if (Cleaned(candidate.value) == own_account) continue;
    if (c.who.shared.count(Normal(candidate.value)) > 0) continue;  // found out once
    std::set<size_t> found;
    for (size_t i = 0; i < world_.items.size(); ++i) {
      if (IsEligible(i, payment) && Carries(i, Normal(candidate.value))) found.insert(i);
    }
    if (found.empty()) continue;
    if (std::find(is_taken.begin() + static_cast<std::ptrdiff_t>(candidate.first),
                  is_taken.begin() + static_cast<std::ptrdiff_t>(candidate.last),
                  true) != is_taken.begin() + static_cast<std::ptrdiff_t>(candidate.last)) {
      continue;
    }
    for (size_t t = candidate.first; t < candidate.last; ++t) is_taken[t] = true;
    if (found.size() > 1) {
      *several = true;
    } else if (candidate.is_weak == weak) {
      items.insert(*found.begin());
    }
  }
  return items;
}

// --- Rules 4 to 8.

Set Oracle::ItemsOf(const Case& c) const {
  Set items;
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (!IsEligible(i, world_.payments[c.payment]) || c.who.customer.empty()) continue;
    if (c.who.is_restricted) {
      if (c.who.carriers.count(i) > 0 && Belongs(i, c.who)) items.push_back(i);
    } else if (Belongs(i, c.who)) {
      items.push_back(i);
    }
  }
  return Sorted(items);
}

// The answers under the first hypothesis that has any.
std::vector<Answer> Oracle::AgreeingOf(const std::vector<Set>& sets,
                                       const WorldPayment& payment,
                                       const std::vector<Hypothesis>& hypotheses,
                                       bool alike_is_one) const {
  std::vector<Answer> answers;
  // Two sets are one answer when their items can be paired so that each pair is alike.
  const auto are_alike = [&](const Set& a, Set b) {
    for (const size_t i : a) {
      const auto twin = std::find_if(b.begin(), b.end(),
                                     [&](size_t j) { return i == j || AreAlike(i, j, payment); });
      if (twin == b.end()) return false;
      b.erase(twin);
    }
    return b.empty();
  };
  for (const Hypothesis hypothesis : hypotheses) {
    for (const Set& set : sets) {
      if (!Agrees(set, payment, hypothesis)) continue;
      const auto known = std::find_if(answers.begin(), answers.end(), [&](const Answer& answer) {
        return answer.sets[0] == set || (alike_is_one && are_alike(answer.sets[0], set));
      });
      if (known == answers.end()) {
        answers.push_back({hypothesis, {set}});
      } else if (std::count(known->sets.begin(), known->sets.end(), set) == 0) {
        known->sets.push_back(set);
      }
    }
    if (!answers.empty()) break;
  }
  for (Answer& answer : answers) {
    std::sort(answer.sets.begin(), answer.sets.end(), [this](const Set& a, const Set& b) {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                          [this](size_t x, size_t y) { return IsOlder(x, y); });
    });
  }
  return answers;
}

bool Oracle::HoldsReserved(const std::vector<Answer>& answers) const {
  for (const Answer& answer : answers) {
    for (const size_t i : answer.sets[0]) {
      if (IsReserved(i)) return true;
    }
  }
  return false;
}

void Oracle::SayReasons(size_t p, const std::vector<Answer>& answers) {
  for (const Answer& answer : answers) {
    for (const size_t i : answer.sets[0]) {
      std::set<DeviationCode>& codes = decisions_[p].codes;
      const ItemStatus status = world_.items[i].status;
      if (status == ItemStatus::kDisputed) codes.insert(DeviationCode::kItemDisputed);
      if (status == ItemStatus::kCollection) codes.insert(DeviationCode::kItemInCollection);
      if (status == ItemStatus::kBlocked) codes.insert(DeviationCode::kItemBlocked);
      if (IsInsolvent(world_.items[i].customer)) codes.insert(DeviationCode::kCustomerInsolvent);
    }
  }
}

// The items, or pairs of items, that the quoted reference can have meant.
std::vector<Set> Oracle::RepairedSets(const WorldPayment& payment) const {
  std::vector<Set> sets;
  const std::vector<std::string> references = References(payment);
  if (references.size() != 1) return sets;
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (Carries(i, references[0])) return sets;
  }
  std::string quoted;
  for (const WorldQuote& quote : payment.quotes) {
    if (!Normal(quote.value).empty()) quoted = Cleaned(quote.value);
  }
  if (quoted.size() < 4) return sets;
  std::vector<std::string> readings = OneSlipAway(quoted);
  const std::vector<std::string> tokens = Tokens(payment.text);
  if (!tokens.empty()) readings.push_back(Normal(quoted + Cleaned(tokens[0])));
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (!IsEligible(i, payment) || IsCredit(i)) continue;
    if (LooksAlike(i, quoted) ||
        std::any_of(readings.begin(), readings.end(),
                    [&](const std::string& reading) { return Carries(i, reading); })) {
      sets.push_back({i});
    }
    for (size_t j = 0; j < world_.items.size(); ++j) {
      if (j == i || !IsEligible(j, payment) || IsCredit(j)) continue;
      for (size_t cut = 4; cut + 4 <= quoted.size(); ++cut) {
        const Set pair = Sorted({i, j});
        if (Carries(i, Normal(quoted.substr(0, cut))) && Carries(j, Normal(quoted.substr(cut))) &&
            std::count(sets.begin(), sets.end(), pair) == 0) {
          sets.push_back(pair);
        }
      }
    }
  }
  return sets;
}

Found Oracle::AskRepaired(const Case& c) const {
  const WorldPayment& payment = world_.payments[c.payment];
  Found found;
  const std::vector<Set> sets = RepairedSets(payment);
  found.answers = AgreeingOf(
      sets, payment, {Hypothesis::kExact, Hypothesis::kDiscount, Hypothesis::kCharges}, false);
  found.has_other_suggestion = !sets.empty() && sets.size() <= 3;
  if (c.who.customer.empty()) {
    found.may_post = found.answers.size() == 1;
  } else {
    std::vector<Answer> own;
    for (const Answer& answer : found.answers) {
      if (std::all_of(answer.sets[0].begin(), answer.sets[0].end(),
                      [&](size_t i) { return Belongs(i, c.who); })) {
        own.push_back(answer);
      }
    }
    found.may_post = own.size() == 1;
    if (found.may_post) found.answers = own;
  }
  if (HoldsReserved(found.answers)) found.may_post = false;
  return found;
}

Found Oracle::AskText(const Case& c) const {
  const WorldPayment& payment = world_.payments[c.payment];
  Found found;
  bool several = false;
  const std::set<size_t> strong = TextItems(c, false, &several);
  std::set<size_t> all = TextItems(c, true, &several);
  all.insert(strong.begin(), strong.end());
  // A number of several items, now or when it was asked who paid: the text answers nothing.
  if (several || !c.who.shared.empty()) return found;
  found.has_other_suggestion = !strong.empty();
  const Set s = Sorted({strong.begin(), strong.end()});
  found.answers = AgreeingOf(
      {s}, payment,
      {Hypothesis::kExact, Hypothesis::kDiscount, Hypothesis::kCharges, Hypothesis::kTolerance},
      false);
  if (found.answers.empty()) {
    found.answers =
        AgreeingOf({Sorted({all.begin(), all.end()})}, payment, {Hypothesis::kExact}, false);
  }
  found.may_post = found.answers.size() == 1 && !HoldsReserved(found.answers);
  return found;
}

Found Oracle::AskAmount(const Case& c) const {
  std::vector<Set> sets;
  for (const size_t i : ItemsOf(c)) {
    if (!IsCredit(i)) sets.push_back({i});
  }
  Found found;
  found.answers = AgreeingOf(
      sets, world_.payments[c.payment],
      {Hypothesis::kExact, Hypothesis::kDiscount, Hypothesis::kCharges, Hypothesis::kTolerance},
      true);
  found.may_post = found.answers.size() == 1 && !HoldsReserved(found.answers) &&
                   !IsContradicted(c, found.answers[0]);
  return found;
}

Found Oracle::AskBalance(const Case& c) const {
  const WorldPayment& payment = world_.payments[c.payment];
  const Set open = ItemsOf(c);
  Set due;
  for (const size_t i : open) {
    if (world_.items[i].due <= payment.booked) due.push_back(i);  // no date comes before any
  }
  std::vector<Set> sets;
  for (const Set& set : {due, open}) {
    if (set.size() > 1) sets.push_back(set);
  }
  Found found;
  found.answers = AgreeingOf(
      sets, payment,
      {Hypothesis::kExact, Hypothesis::kDiscount, Hypothesis::kCharges, Hypothesis::kTolerance},
      false);
  found.may_post = found.answers.size() == 1 && !HoldsReserved(found.answers) &&
                   !IsContradicted(c, found.answers[0]);
  return found;
}

Found Oracle::AskCombination(const Case& c) const {
  const Set items = ItemsOf(c);
  std::vector<Set> sets;
  for (size_t bits = 1; bits < (size_t{1} << items.size()); ++bits) {
    Set set;
    for (size_t i = 0; i < items.size(); ++i) {
      if ((bits >> i & 1) != 0) set.push_back(items[i]);
    }
    sets.push_back(set);
  }
  Found found;
  found.answers =
      AgreeingOf(sets, world_.payments[c.payment],
                 {Hypothesis::kExact, Hypothesis::kDiscount, Hypothesis::kCharges}, true);
  found.may_post = found.answers.size() == 1 && !HoldsReserved(found.answers) &&
                   !IsContradicted(c, found.answers[0]);
  return found;
}

Found Oracle::Ask(Rule rule, const Case& c) const {
  if (rule == Rule::kReferenceRepaired) return AskRepaired(c);
  if (rule == Rule::kTextReference) return AskText(c);
  if (rule == Rule::kPayerAmount) return AskAmount(c);
  if (rule == Rule::kBalanceExact) return AskBalance(c);
  return AskCombination(c);
}

// One round: all are asked on the items as they are, the best outcome for all is posted, and those
// that lost are asked again on what is left.
void Oracle::Round(Rule rule) {
  std::vector<Case*> asking;
  for (Case& c : cases_) {
    if (c.is_settled || (c.is_answered && rule >= Rule::kBalanceExact)) continue;
    asking.push_back(&c);
  }
  while (!asking.empty()) {
    std::vector<std::pair<size_t, Answer>> asked;  // the case and its answer
    for (Case* c : asking) {
      const Found found = Ask(rule, *c);
      if (rule == Rule::kReferenceRepaired) {
        c->repaired.insert(c->repaired.end(), found.answers.begin(), found.answers.end());
      }
      if (found.may_post) {
        asked.emplace_back(static_cast<size_t>(c - cases_.data()), found.answers[0]);
        continue;
      }
      if (found.answers.empty()) continue;
      SayReasons(c->payment, found.answers);
      if (rule >= Rule::kPayerAmount) c->is_answered = true;
      if (rule == Rule::kCombination && found.answers.size() > 1) {
        decisions_[c->payment].codes.insert(DeviationCode::kCombinationAmbiguous);
      }
    }
    asking.clear();
    for (const size_t lost : Assign(rule, asked)) asking.push_back(&cases_[lost]);
    if (asking.size() == asked.size()) break;
  }
}

// Tries every choice of every payment. Returns the cases that went without.
std::vector<size_t> Oracle::Assign(Rule rule, const std::vector<std::pair<size_t, Answer>>& asked) {
  // Better: more money, then fewer alternatives, then earlier payments, then older items.
  struct Outcome {
    int64_t money = 0;
    int64_t fewer = 0;
    std::vector<bool> settled;
    std::vector<int64_t> age;  // 0 is the oldest choice
  };

  const auto is_better = [](const Outcome& a, const Outcome& b) {
    return std::tie(a.money, a.fewer, a.settled, a.age) >
           std::tie(b.money, b.fewer, b.settled, b.age);
  };
  Outcome best;
  Outcome now;
  std::vector<bool> is_taken(world_.items.size(), false);
  const std::function<void(size_t)> choose = [&](size_t n) {
    if (n == asked.size()) {
      if (best.settled.empty() || is_better(now, best)) best = now;
      return;
    }
    const auto& [c, answer] = asked[n];
    for (size_t s = 0; s <= answer.sets.size(); ++s) {
      const bool settles = s < answer.sets.size();
      if (settles && std::any_of(answer.sets[s].begin(), answer.sets[s].end(),
                                 [&](size_t i) { return is_taken[i]; })) {
        continue;
      }
      const Outcome before = now;
      now.settled.push_back(settles);
      now.age.push_back(-static_cast<int64_t>(s));
      if (settles) {
        now.money += world_.payments[cases_[c].payment].amount;
        now.fewer -= static_cast<int64_t>(answer.sets.size());
        for (const size_t i : answer.sets[s]) is_taken[i] = true;
      }
      choose(n + 1);
      if (settles) {
        for (const size_t i : answer.sets[s]) is_taken[i] = false;
      }
      now = before;
    }
  };
  choose(0);
  std::vector<size_t> lost;
  for (size_t n = 0; n < asked.size(); ++n) {
    const auto& [c, answer] = asked[n];
    if (!best.settled[n]) {
      lost.push_back(c);
      continue;
    }
    const size_t p = cases_[c].payment;
    decisions_[p].codes.clear();
    Post(p, rule, answer.hypothesis, answer.sets[static_cast<size_t>(-best.age[n])]);
    if (rule == Rule::kReferenceRepaired) {
      decisions_[p].codes.insert(DeviationCode::kReferenceRepaired);
    } else {
      decisions_[p].uniqueness = answer.sets.size() == 1 ? Uniqueness::kUnique : Uniqueness::kAlike;
    }
    cases_[c].is_settled = true;
  }
  return lost;
}

// --- The end.

std::optional<std::string> Oracle::CloseName(const WorldPayment& payment) const {
  const std::vector<std::string> name = FoldedName(payment.payer_name);
  if (name.empty()) return std::nullopt;
  std::optional<std::string> close;
  for (const WorldCustomer& customer : world_.customers) {
    if (FoldedName(customer.name) != name) continue;
    if (close.has_value()) return std::nullopt;
    close = customer.id;
  }
  return close;
}

// Whether an item is open still that rule 3 found, though it did not decide.
bool Oracle::IsQuotedOpen(const Case& c) const {
  return std::any_of(c.quoted.begin(), c.quoted.end(), [this](size_t i) { return IsOpen(i); });
}

bool Oracle::HasSuggestion(const Case& c) const {
  const WorldPayment& payment = world_.payments[c.payment];
  if (IsQuotedOpen(c)) return true;
  for (const Rule rule : {Rule::kReferenceRepaired, Rule::kTextReference, Rule::kPayerAmount,
                          Rule::kBalanceExact, Rule::kCombination}) {
    if (Suggests(Ask(rule, c))) return true;
  }
  if (!c.who.customer.empty()) {
    const Set items = ItemsOf(c);
    return std::any_of(items.begin(), items.end(), [this](size_t i) { return !IsCredit(i); });
  }
  size_t equal = 0;
  for (size_t i = 0; i < world_.items.size(); ++i) {
    if (IsEligible(i, payment) && !IsCredit(i) && open_[i] == payment.amount) ++equal;
  }
  if (equal == 1) return true;
  const std::optional<std::string> close = CloseName(payment);
  if (!close.has_value()) return false;
  Case named = c;
  named.who = {};
  named.who.customer = *close;
  return !AskAmount(named).answers.empty() || !AskBalance(named).answers.empty() ||
         !AskCombination(named).answers.empty();
}

// Whether the same was settled by the same payer before or after; then the money goes on account.
bool Oracle::IsSecondPayment(const Case& c) {
  const WorldPayment& payment = world_.payments[c.payment];
  for (const size_t p : InOrder()) {
    const WorldPayment& other = world_.payments[p];
    const WorldDecision& decision = decisions_[p];
    if (decision.outcome != Outcome::kSettled &&
        decision.outcome != Outcome::kSettledWithDifference) {
      continue;
    }
    if (other.account != payment.account || other.amount != payment.amount ||
        other.currency != payment.currency || other.text != payment.text ||
        References(other) != References(payment) ||
        !IsWithinDays(other.booked, payment.booked, 30)) {
      continue;
    }
    std::string customer;
    for (const WorldRow& row : decision.rows) {
      for (const WorldItem& item : world_.items) {
        if (item.id == row.item && customer.empty()) customer = item.customer;
      }
    }
    const bool both = !other.payer_account.empty() && !payment.payer_account.empty();
    if (both ? !IsSameAccount(other.payer_account, payment.payer_account)
             : c.who.customer != customer) {
      continue;
    }
    WorldDecision& second = decisions_[c.payment];
    second.outcome = Outcome::kOnAccount;
    second.rule = Rule::kPayerOldest;
    second.codes = {c.trouble, DeviationCode::kPossibleDoublePayment};
    second.rows.push_back({"", customer, AllocationKind::kOnAccount, payment.amount});
    return true;
  }
  return false;
}

void Oracle::Finish(Case* c) {
  WorldDecision& decision = decisions_[c->payment];
  if (IsSecondPayment(*c)) return;
  const Set items = ItemsOf(*c);
  const bool can_pay =
      std::any_of(items.begin(), items.end(), [this](size_t i) { return !IsCredit(i); });
  const bool is_named = IsQuotedOpen(*c) || Suggests(AskRepaired(*c)) || Suggests(AskText(*c));
  if (!c->who.customer.empty() && !can_pay && !c->is_contradicted && c->named.empty() &&
      !is_named) {
    decision.outcome = Outcome::kOnAccount;
    decision.rule = Rule::kPayerOldest;
    decision.codes = {c->trouble};
    decision.rows.push_back(
        {"", c->who.customer, AllocationKind::kOnAccount, world_.payments[c->payment].amount});
    return;
  }
  decision.outcome = HasSuggestion(*c) ? Outcome::kSuggested : Outcome::kUnmatched;
}

WorldDecisions Oracle::Run() {
  const size_t count = world_.payments.size();
  for (const WorldItem& item : world_.items) open_.push_back(item.open);
  is_done_.assign(count, false);
  is_reversed_.assign(count, false);
  decisions_.assign(count, {});
  DecideDuplicates();
  DecideReversals();
  for (const size_t p : InOrder()) {
    if (is_done_[p]) continue;
    DecideExact(p);
    if (is_reversed_[p]) TakeBack(p);
  }
  for (Case& c : cases_) {
    c.who = FindWho(c);
    c.is_contradicted = IsContradicted(c);
    c.named = NamedBy(world_.payments[c.payment]);
  }
  for (const Rule rule : {Rule::kReferenceRepaired, Rule::kTextReference, Rule::kPayerAmount,
                          Rule::kBalanceExact, Rule::kCombination}) {
    Round(rule);
  }
  for (Case& c : cases_) {
    if (!c.is_settled) Finish(&c);
  }
  for (const auto& [p, items] : held_) {
    if (is_reversed_[p]) continue;
    const bool is_open =
        std::any_of(items.begin(), items.end(), [this](size_t i) { return IsOpen(i); });
    decisions_[p].outcome = is_open ? Outcome::kSuggested : Outcome::kUnmatched;
  }
  for (WorldDecision& decision : decisions_) std::sort(decision.rows.begin(), decision.rows.end());
  return decisions_;
}

}  // namespace

WorldDecisions DecideByOracle(const World& world) {
  return Oracle(world).Run();
}

}  // namespace kvitt::oracle
