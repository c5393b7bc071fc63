// A case: a payment that exact references did not decide, with what else it says and where that
// leads.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/evidence/customer_directory.h"
#include "engine/evidence/reference_slips.h"
#include "engine/store/account_book.h"
#include "engine/store/handles.h"
#include "kvitt/date.h"
#include "kvitt/decision.h"

namespace kvitt {

// What says who paid. The order is that of docs/matching.md.
enum class PayerBy : uint8_t {
  kNothing,
  kFixedReference,
  kCustomerNumber,
  kOrgNo,
  kAccount,
  kNumberInText,
  kAccountSeen,  // in a settlement of this run
};

// What the references of the payment themselves say against deciding by who paid.
enum class Objection : uint8_t {
  kNone,
  kReferenceUnknown,    // well formed, and leads nowhere
  kReferenceClosed,     // leads to what is closed, or in another currency
  kReferenceElsewhere,  // exists on another creditor account
  kReferenceOfAnother,  // stands on items of somebody else
  kPayersDisagree,      // the evidence names several payers
};

// Where one slip in the reference leads.
struct SlipLead {
  ItemHandle item = kNoItem;
  ItemHandle second = kNoItem;  // of two references written as one
  SlipKind kind = SlipKind::kChanged;
  bool is_answer = false;  // rule 4 found that its amount agrees
};

// What a token of the text finds.
struct TextLead {
  ItemHandle item = kNoItem;
  bool weak = false;  // looks like a date, an amount, a phone number ...
};

inline constexpr size_t kFirstSearchRule = static_cast<size_t>(Rule::kReferenceRepaired);
inline constexpr size_t kSearchRules = static_cast<size_t>(Rule::kCount) - kFirstSearchRule;

struct SearchCase {
  PaymentHandle payment = kNoPayment;
  AccountNumber account = kAnyAccount;  // creditor account
  CustomerNumber payer = kNobody;
  CustomerNumber alleged = kNobody;  // the payer by likeness of names
  uint8_t currency = 0;
  PayerBy payer_by = PayerBy::kNothing;
  Objection objection = Objection::kNone;
  bool is_several = false;     // several different references
  bool is_obstructed = false;  // names an item that must not be paid; no rule is asked
  bool has_text = false;
  bool text_cut = false;                   // more candidates in the text than are looked at
  bool text_is_fixed = false;              // a token of the text stands on several items
  bool repair_answered = false;            // some slip is an answer
  std::vector<ItemHandle> named;           // eligible when found: items of a fixed reference
  std::vector<ItemHandle> quoted;          // open items that some of several references name
  absl::InlinedVector<SlipLead, 2> slips;  // open items one slip away
  absl::InlinedVector<TextLead, 2> texts;  // open items that the text names
  std::vector<ItemHandle> reserved;        // of answers that were found: a person must look at them
  // What each of the rules from reference_repaired on found.
  std::array<TrialResult, kSearchRules> found{};
  std::array<uint32_t, kSearchRules> counts{};
  uint8_t tried = 0;  // rules that were asked, from the first
  // Rule 6 or 7 when it has an answer that it must not post: the later ones up to 8 are not asked.
  Rule stopped_by = Rule::kNone;
  Uniqueness uniqueness = Uniqueness::kNone;

  void NoteReserved(ItemHandle item) {
    if (std::find(reserved.begin(), reserved.end(), item) == reserved.end()) {
      reserved.push_back(item);
    }
  }

  bool WasTried(Rule rule) const {
    return (tried >> (static_cast<size_t>(rule) - kFirstSearchRule) & 1U) != 0;
  }

  TrialResult FoundBy(Rule rule) const {
    return found[static_cast<size_t>(rule) - kFirstSearchRule];
  }

  void Note(Rule rule, TrialResult result, uint32_t count) {
    const size_t index = static_cast<size_t>(rule) - kFirstSearchRule;
    found[index] = result;
    counts[index] = count;
    tried = static_cast<uint8_t>(tried | (1U << index));
  }
};

}  // namespace kvitt
