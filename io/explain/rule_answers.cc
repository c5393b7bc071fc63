#include "io/explain/rule_answers.h"

#include <algorithm>
#include <initializer_list>

#include "engine/value/concat.h"
#include "kvitt/decision.h"
#include "kvitt/deviation.h"

namespace kvitt {
namespace {

constexpr int kRules = static_cast<int>(Rule::kCount) - 1;

// What a rule says of itself; `#` stands for the count and the word behind it.
struct RuleWords {
  std::string_view not_applicable;
  std::string_view nothing_found;
  std::string_view amount_differs;
  std::string_view several_answers;
  std::string_view decided;
};

constexpr RuleWords kWords[kRules] = {
    // duplicate
    {"It was not looked for.", "It was not delivered before.",
     "It was delivered before with another amount.", "It was delivered before, # times.",
     "The same bank transaction was delivered before."},
    // reversal
    {"It takes nothing back.", "It takes money back; which payment that undoes cannot be told.",
     "It takes money back, but not the amount of the payment that it names.",
     "It could take back # payments; which one is meant cannot be told.",
     "It takes an earlier payment back."},
    // reference_exact
    {"No reference is quoted.", "What is quoted leads to no open item on this account.",
     "What is quoted leads to # items, whose amounts do not agree.",
     "What is quoted leads to several answers.",
     "What is quoted is the reference of what is paid."},
    // reference_repaired
    {"There is no single quoted reference that could be repaired.",
     "No open item is one small slip away from what is quoted.",
     "One small slip away from what is quoted lie # items, but the amount does not agree.",
     "Small slips lead to # answers; which one is meant cannot be told.",
     "One small slip in what is quoted, and only one, leads to an open item with this amount."},
    // text_reference
    {"The text holds nothing that could be a reference.",
     "Nothing in the text is the reference or the id of an open item.",
     "The text names # items, which the amount does not pay in full.",
     "The text leads to # answers.", "The text names what is paid, and the amount pays all of it."},
    // payer_amount
    {"It is not known who paid.", "The payer has no open item that it could pay.",
     "The payer has # items, none with this amount.", "# items of the payer have this amount.",
     "Exactly one item of the payer has this amount."},
    // balance_exact
    {"There is no balance to compare with: the payer is unknown or has fewer than two items.",
     "The payer has no balance that it could pay.",
     "The amount is neither the balance that is due nor the whole balance.",
     "The balance that is due and the whole balance lead to different answers.",
     "The amount is the payer's balance."},
    // combination
    {"There are no items to add up: the payer is unknown or has fewer than two.",
     "No set of the payer's items makes this amount.",
     "No set of the payer's items makes this amount.",
     "# sets of the payer's items make this amount.",
     "Exactly one set of the payer's items makes this amount."},
    // payer_oldest
    {"It is not known who paid.", "The payer has nothing that is open.",
     "The amount does not agree with the payer's oldest items.",
     "The payer's oldest items lead to # answers.", "The payer's oldest items are paid first."},
    // amount_unique
    {"It is tried only when the payer is unknown.", "No open item on this account has this amount.",
     "No open item on this account has this amount.",
     "# open items on this account have this amount.",
     "Exactly one open item on this account has this amount."},
    // payer_name
    {"It is tried only when the payer is unknown and has a name.",
     "No customer's name is close to the payer's.",
     "A customer's name is close to the payer's, but nothing of that customer has this amount.",
     "The payer's name is close to # answers.",
     "The payer's name is close to that of exactly one customer."},
};

// "# items" with 1 as "1 item", with 3 as "3 items"; a count of 0 says no number: "items".
std::string WithCount(std::string_view words, uint64_t count) {
  std::string text(words);
  const size_t mark = text.find('#');
  if (mark == std::string::npos) return text;
  text.replace(mark, count == 0 ? 2 : 1, count == 0 ? "" : std::to_string(count));
  if (count == 1) {
    for (const std::string_view plural : {"items", "answers", "sets", "payments", "times"}) {
      const size_t at = text.find(plural, mark);
      if (at != std::string::npos) {
        text.erase(at + plural.size() - 1, 1);
        break;
      }
    }
  }
  if (mark == 0 && count == 0 && !text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string SentenceOf(int number, std::string_view found, uint64_t count) {
  const RuleWords& words = kWords[number - 1];
  if (found == Name(TrialResult::kNotApplicable)) return std::string(words.not_applicable);
  if (found == Name(TrialResult::kNothingFound)) return std::string(words.nothing_found);
  if (found == Name(TrialResult::kAmountDiffers)) return WithCount(words.amount_differs, count);
  if (found == Name(TrialResult::kSeveralAnswers)) return WithCount(words.several_answers, count);
  if (found == Name(TrialResult::kDecided)) return std::string(words.decided);
  if (found == Name(TrialResult::kContradicted)) {
    return "It found an answer, but other evidence speaks against it.";
  }
  if (found == Name(TrialResult::kReserved)) {
    return "It found an answer that must not be posted unseen: an item is disputed, in collection "
           "or blocked, or the customer is insolvent.";
  }
  if (found == Name(TrialResult::kTaken)) {
    return "It found an answer that another payment had the better claim on.";
  }
  if (found == Name(TrialResult::kSuggestOnly)) {
    return "It found an answer, which it may suggest but not post.";
  }
  if (found == Name(TrialResult::kSearchLimit)) {
    return "Its search ended at the declared limit; no guess was made.";
  }
  if (found == Name(TrialResult::kSwitchedOff)) return "The policy has switched it off.";
  return Concat("It found: ", found, ".");
}

bool HasCode(const PaymentStory& story, std::initializer_list<DeviationCode> codes) {
  return std::any_of(
      story.deviations.begin(), story.deviations.end(), [&](const StoredException& deviation) {
        return std::any_of(codes.begin(), codes.end(),
                           [&](DeviationCode code) { return deviation.code == Name(code); });
      });
}

RuleAnswer Inferred(TrialResult found, std::string_view sentence) {
  RuleAnswer answer;
  answer.found = Name(found);
  answer.inferred = true;
  answer.sentence = sentence;
  return answer;
}

RuleAnswer Word(std::string_view found, std::string_view sentence) {
  RuleAnswer answer;
  answer.found = found;
  answer.sentence = sentence;
  return answer;
}

// Why no rule that looks for items was asked; "" when they were.
std::string_view WhyNoneWasAsked(const PaymentStory& story) {
  if (story.payment.outcome == Name(Outcome::kIgnored)) {
    return "Fees, interest and own transfers are not settled.";
  }
  if (HasCode(story, {DeviationCode::kNotBooked})) {
    return "The transaction is not booked, or is a copy.";
  }
  if (HasCode(story, {DeviationCode::kDetailsMissing})) {
    return "The batch came without its single transactions.";
  }
  if (story.payment.direction == "debit") return "It takes money back and pays nothing.";
  return {};
}

RuleAnswer InferReversal(const PaymentStory& story) {
  if (HasCode(story, {DeviationCode::kReversalUnmatched})) {
    return Inferred(TrialResult::kNothingFound, kWords[1].nothing_found);
  }
  return Inferred(TrialResult::kNotApplicable, kWords[1].not_applicable);
}

// Whether only the policy kept what is quoted from being posted.
bool IsHeldByPolicy(const PaymentStory& story) {
  using C = DeviationCode;
  return story.payment.outcome == Name(Outcome::kSuggested) &&
         HasCode(story, {C::kHeldByPolicy, C::kAmountShort, C::kDiscountUnearned});
}

RuleAnswer InferReferenceExact(const PaymentStory& story) {
  using C = DeviationCode;
  if (HasCode(story, {C::kReferenceMissing}) || story.payment.references.empty()) {
    return Inferred(TrialResult::kNotApplicable, kWords[2].not_applicable);
  }
  if (HasCode(story, {C::kAccountMismatch})) {
    return Inferred(TrialResult::kNothingFound,
                    "What is quoted is known, but on another creditor account.");
  }
  if (HasCode(story, {C::kReferenceInvalid})) {
    return Inferred(TrialResult::kNothingFound,
                    "What is quoted is not well formed, and no open item carries it.");
  }
  if (HasCode(story, {C::kReferenceAmbiguous})) {
    return Inferred(TrialResult::kSeveralAnswers, kWords[2].several_answers);
  }
  if (HasCode(story, {C::kCurrencyMismatch})) {
    return Inferred(TrialResult::kContradicted,
                    "What is quoted leads to an item in another currency.");
  }
  if (story.payment.tried.empty() && IsHeldByPolicy(story)) {
    return Inferred(TrialResult::kSuggestOnly,
                    "What is quoted leads to open items; the policy lets it only be suggested.");
  }
  if (HasCode(story, {C::kItemBlocked})) {
    return Inferred(TrialResult::kReserved, "What is quoted leads to an item that is blocked.");
  }
  if (HasCode(story, {C::kReferenceUnknown})) {
    return Inferred(TrialResult::kNothingFound, kWords[2].nothing_found);
  }
  // It may stand on several items of one customer, among which a later rule decided.
  RuleAnswer answer = Word("not_said", "What is quoted did not decide by itself.");
  answer.inferred = true;
  return answer;
}

RuleAnswer Infer(const PaymentStory& story, int number, int decided_by) {
  if (number == decided_by) {
    return Inferred(TrialResult::kDecided, kWords[number - 1].decided);
  }
  if (decided_by != 0 && number > decided_by) {
    return Word("not_reached", Concat("Not reached: rule ", decided_by, " decided."));
  }
  if (number == 1) return Inferred(TrialResult::kNothingFound, kWords[0].nothing_found);
  if (number == 2) return InferReversal(story);
  if (const std::string_view why = WhyNoneWasAsked(story); !why.empty()) {
    return Word("not_tried", Concat("Not tried. ", why));
  }
  if (number == 3) return InferReferenceExact(story);
  const bool named_only =
      story.payment.tried.empty() &&
      (HasCode(story, {DeviationCode::kCurrencyMismatch, DeviationCode::kItemBlocked}) ||
       IsHeldByPolicy(story));
  if (named_only) {
    return Word("not_tried", "Not tried: the payment names its item, which must not be posted.");
  }
  if (!story.payment.tried.empty()) return Word("not_tried", "Not tried.");
  return Word("not_said", "The run says nothing of it.");
}

// What became of the money, by outcome.
std::string_view OutcomeSentence(std::string_view outcome) {
  struct Row {
    Outcome outcome;
    std::string_view sentence;
  };

  static constexpr Row kRows[] = {
      {Outcome::kSettled, "Every item that it pays is closed."},
      {Outcome::kSettledWithDifference,
       "The items are closed, with a tolerated difference, a discount or a bank charge."},
      {Outcome::kPartial, "It was posted; an item keeps a residual."},
      {Outcome::kOverpaid, "The items are closed; the surplus is kept on account."},
      {Outcome::kOnAccount,
       "There is nothing to pay: the money is kept on account for the customer."},
      {Outcome::kSuggested, "Nothing was posted. There is a suggestion; a person decides."},
      {Outcome::kUnmatched, "Nothing was posted, and nothing can be suggested."},
      {Outcome::kDuplicate, "Nothing was posted: it was delivered before."},
      {Outcome::kReversed,
       "It was posted, and a later transaction took it back: its items are open again."},
      {Outcome::kReversal, "It takes an earlier payment back: the items of that are open again."},
      {Outcome::kIgnored, "Nothing to settle: fees, interest and own transfers are passed over."},
  };
  for (const Row& row : kRows) {
    if (Name(row.outcome) == outcome) return row.sentence;
  }
  return {};
}

std::string UniquenessSentence(const StoredPayment& payment) {
  if (payment.uniqueness == Name(Uniqueness::kUnique)) return "There is no other answer.";
  if (payment.uniqueness == Name(Uniqueness::kAlike)) {
    return "Other answers differ only in which of several equal items they take; the oldest is "
           "taken.";
  }
  if (payment.uniqueness == Name(Uniqueness::kSeveral)) {
    return Concat("There are ", payment.alternatives, " answers.");
  }
  return {};
}

}  // namespace

int NumberOfRule(std::string_view name) {
  for (int number = 1; number <= kRules; ++number) {
    if (Name(static_cast<Rule>(number)) == name) return number;
  }
  return 0;
}

std::vector<RuleAnswer> AnswersOf(const PaymentStory& story) {
  const int decided_by = NumberOfRule(story.payment.rule);
  std::vector<RuleAnswer> answers;
  for (int number = 1; number <= kRules; ++number) {
    const std::string_view rule = Name(static_cast<Rule>(number));
    const auto trial =
        std::find_if(story.payment.tried.begin(), story.payment.tried.end(),
                     [rule](const StoredTrial& tried) { return tried.rule == rule; });
    RuleAnswer answer;
    if (trial == story.payment.tried.end()) {
      answer = Infer(story, number, decided_by);
    } else {
      answer.found = trial->found;
      answer.count = trial->count;
      answer.sentence = SentenceOf(number, trial->found, trial->count);
    }
    answer.number = number;
    answer.rule = rule;
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::string DecisionOf(const StoredPayment& payment) {
  std::string text = payment.outcome;
  if (!payment.rule.empty()) AppendParts(&text, " by ", payment.rule);
  if (!payment.confidence.empty()) AppendParts(&text, ", confidence ", payment.confidence);
  text += ".";
  for (const std::string& sentence : {std::string(OutcomeSentence(payment.outcome)),
                                      payment.evidence, UniquenessSentence(payment)}) {
    if (!sentence.empty()) AppendParts(&text, " ", sentence);
  }
  return text;
}

}  // namespace kvitt
