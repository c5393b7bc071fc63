// What speaks for a decision or a suggestion, in words for a clerk.

#pragma once

#include <string>
#include <vector>

#include "engine/match/search_rule.h"

namespace kvitt {

// "The payer's account is that of customer C7." "" when nobody is known.
std::string PayerWords(const Evidence& evidence, const SearchCase& search);

// Why these items are suggested by the rule, with the sum that makes it plausible.
std::string ExplainSuggestion(const SearchView& view,
                              const SearchCase& search,
                              Rule rule,
                              absl::Span<const ItemHandle> items);

// What a posted decision of rules 4 to 9 rests on. "" for other payments.
std::string EvidenceOfDecision(const Books& books, PaymentHandle payment);

// "Quoted 20260001079, taken for 20260001019: 10th digit 1 read as 7."
std::string RepairWords(const Books& books, const SearchCase& search, ItemHandle item);

// What speaks against deciding by who paid, in words; "" for nothing.
std::string_view ObjectionWords(const SearchCase& search);

}  // namespace kvitt
