// THE TABLE of situations of the nordic world: every story that a night of payments tells, each
// with the answer that a reconciliation must find.
//
// A new situation is one function in situation_exact.cc, situation_search.cc or
// situation_delivery.cc and one row of the table in situation.cc.

#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "io/generate/scene.h"

namespace kvitt {

constexpr uint32_t DeliveryBit(Delivery delivery) {
  return 1U << static_cast<uint32_t>(delivery);
}

inline constexpr uint32_t kMainFile = DeliveryBit(Delivery::kMain);

struct Situation {
  std::string_view name;
  uint32_t weight = 0;  // by default, of about 10,000
  uint8_t items = 0;    // that its scene makes
  uint8_t payments = 0;
  uint8_t day_span = 0;  // days from its first payment to its last
  uint32_t needs = 0;    // abilities of its channel
  void (*build)(SceneBuilder* scene) = nullptr;
  std::string_view description;
  uint32_t deliveries = kMainFile;  // bits by Delivery of the files that bring its payments
};

// In a fixed order: the rows of a world's mix.
absl::Span<const Situation> NordicSituations();

// The builders, by what decides them. See the table for what each tells.
namespace situation {

// References that the payer quoted: rules 1 to 3 and the table of differing amounts.
void Exact(SceneBuilder* scene);
void Unpaid(SceneBuilder* scene);
void SeveralReferences(SceneBuilder* scene);
void SeveralWithCreditNote(SceneBuilder* scene);
void LeadingZerosLost(SceneBuilder* scene);
void PartPayments(SceneBuilder* scene);
void ToleratedShort(SceneBuilder* scene);
void ToleratedOver(SceneBuilder* scene);
void DiscountInTime(SceneBuilder* scene);
void DiscountLate(SceneBuilder* scene);
void DiscountSeveral(SceneBuilder* scene);
void BankCharge(SceneBuilder* scene);
void Short(SceneBuilder* scene);
void Over(SceneBuilder* scene);
void CurrencyMismatch(SceneBuilder* scene);
void AlreadySettled(SceneBuilder* scene);
void AlreadyClosed(SceneBuilder* scene);
void Disputed(SceneBuilder* scene);
void Collection(SceneBuilder* scene);
void Blocked(SceneBuilder* scene);
void Insolvent(SceneBuilder* scene);
void ReferenceUnknown(SceneBuilder* scene);
void ReferenceInvalid(SceneBuilder* scene);
void ReferenceMissing(SceneBuilder* scene);
void ReferenceFiller(SceneBuilder* scene);
void ReferenceAmbiguous(SceneBuilder* scene);
void AccountMismatch(SceneBuilder* scene);

// Deliveries, reversals and what is no payment of an item.
void Overlap(SceneBuilder* scene);
void InRepeatedFile(SceneBuilder* scene);
void InTruncatedFile(SceneBuilder* scene);
void InMismatchedFile(SceneBuilder* scene);
void BadLine(SceneBuilder* scene);
void BatchAndParts(SceneBuilder* scene);
void Reversal(SceneBuilder* scene);
void DirectDebitReturned(SceneBuilder* scene);
void ReversalUnmatched(SceneBuilder* scene);
void Fee(SceneBuilder* scene);
void Interest(SceneBuilder* scene);
void Transfer(SceneBuilder* scene);

// Evidence that must be searched for: rules 4 to 11.
void RepairedDigit(SceneBuilder* scene);
void RepairedSwap(SceneBuilder* scene);
void RepairedLost(SceneBuilder* scene);
void RepairedAdded(SceneBuilder* scene);
void RepairedLetter(SceneBuilder* scene);
void RepairedRunTogether(SceneBuilder* scene);
void RepairedContinued(SceneBuilder* scene);
void RepairOtherAmount(SceneBuilder* scene);
void RepairTwoAnswers(SceneBuilder* scene);
void TextOne(SceneBuilder* scene);
void TextItemId(SceneBuilder* scene);
void TextGrouped(SceneBuilder* scene);
void TextSplit(SceneBuilder* scene);
void TextPrinted(SceneBuilder* scene);
void TextSeveral(SceneBuilder* scene);
void TextCreditNote(SceneBuilder* scene);
void TextOtherAmount(SceneBuilder* scene);
void TextInsideNumber(SceneBuilder* scene);
void TextDate(SceneBuilder* scene);
void PayerAmount(SceneBuilder* scene);
void PayerOrgNo(SceneBuilder* scene);
void PayerCustomerNumber(SceneBuilder* scene);
void PayerLearned(SceneBuilder* scene);
void PayerEqualItems(SceneBuilder* scene);
void PayerShared(SceneBuilder* scene);
void PayerProvider(SceneBuilder* scene);
void PayerParent(SceneBuilder* scene);
void PayerContradicted(SceneBuilder* scene);
void PayerDisputed(SceneBuilder* scene);
void PayerInsolvent(SceneBuilder* scene);
void FixedReference(SceneBuilder* scene);
void BalanceExact(SceneBuilder* scene);
void Combination(SceneBuilder* scene);
void CombinationAlike(SceneBuilder* scene);
void CombinationTwoAnswers(SceneBuilder* scene);
void PayerOldest(SceneBuilder* scene);
void AmountUnique(SceneBuilder* scene);
void AmountOfTwo(SceneBuilder* scene);
void PayerNameOnly(SceneBuilder* scene);
void CompanyFormOnly(SceneBuilder* scene);

}  // namespace situation
}  // namespace kvitt
