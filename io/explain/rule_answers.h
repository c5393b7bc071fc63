// What each rule found on a payment, one plain sentence each, and the decision in words.

#pragma once

#include <string>
#include <vector>

#include "kvitt/explain.h"

namespace kvitt {

// All eleven rules in their order. What the run wrote of a rule counts; rules 1 to 3, of which it writes
// nothing, are told from the outcome and the deviations.
std::vector<RuleAnswer> AnswersOf(const PaymentStory& story);

// Outcome, rule, evidence and uniqueness as sentences.
std::string DecisionOf(const StoredPayment& payment);

// 1 to 11; 0 when there is no such rule.
int NumberOfRule(std::string_view name);

}  // namespace kvitt
