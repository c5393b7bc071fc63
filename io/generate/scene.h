// A scene: one small story of a night (an invoice and the payment that is too short, a customer who
// pays three invoices in one sum) with its customers, items, payments and the right answer.
//
// Scenes share nothing: their customers, references and amounts are their own, so that the truth of
// one is the truth of all, and each can be made alone from (seed, index).

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "io/generate/counter_random.h"
#include "io/generate/invented.h"
#include "io/generate/truth.h"
#include "kvitt/amount.h"
#include "kvitt/date.h"
#include "kvitt/record_batch.h"

namespace kvitt {

// What a way of delivery can say, and a situation needs said.
enum Ability : uint32_t {
  kSeveralReferences = 1U << 0,
  kNoReferenceField = 1U << 1,  // a payment without any reference
  kLettersInReference = 1U << 2,
  kRemittanceText = 1U << 3,
  kPayerName = 1U << 4,
  kPayerAccount = 1U << 5,
  kPayerOrgNo = 1U << 6,
  kCustomerNumber = 1U << 7,
  kForeignCurrency = 1U << 8,
  kStatedCharges = 1U << 9,
  kMoneyBack = 1U << 10,      // reversals and returned direct debits
  kOtherKinds = 1U << 11,     // fees, interest, transfers
  kControlTotals = 1U << 12,  // damage is seen in the file as a whole
  kBadLines = 1U << 13,       // damage is seen line by line
  kSelfMade = 1U << 14,       // a stream with payment ids of its own
  kParts = 1U << 15,          // booked batches apart from their details
  kBadReferences = 1U << 16,  // references whose check digit fails
  // A payment's number is the same in each file that brings it. In OCR giro it counts within its file,
  // and files do not overlap.
  kLastingNumbers = 1U << 17,
  // Whether a reference is well-formed is seen. In MT940 it is any text that somebody gave the transaction.
  kFormedReferences = 1U << 18,
  // The reference stands in a field that is filled with zeros, so zeros in front are not told apart.
  kZeroFilledReference = 1U << 19,
};

// How a country's payments come: one file, several accounts.
struct Channel {
  std::string_view name;  // of the file
  std::string_view format;
  Country country;
  uint32_t abilities;
};

struct SceneCustomer {
  std::string customer_id;
  std::string name;
  std::string org_no;
  std::vector<std::string> accounts;
  std::string pays_for;
  CustomerStatus status = CustomerStatus::kActive;
};

struct SceneItem {
  std::string item_id;
  std::string customer_id;
  std::string creditor_account;
  std::vector<std::string> references;
  int64_t amount_minor = 0;
  int64_t discount_minor = 0;
  Date issue_date;
  Date due_date;
  Date discount_date;
  ItemKind kind = ItemKind::kInvoice;
  ItemStatus status = ItemStatus::kOpen;

  const std::string& reference() const { return references.front(); }
};

// Which file brings a payment.
enum class Delivery : uint8_t {
  kMain,
  kMainAndOverlap,  // again in the statement that overlaps
  kOverlap,         // only there
  kTruncated,       // in a file that is cut
  kMismatched,      // in a file whose control total fails
  kRepeated,        // in a file that comes twice
  kPart,            // as a part of a booked batch: the batch in camt.053, the part in camt.054
  kCount,
};

struct ScenePayment {
  uint32_t day = 0;  // after the first day of the world
  std::string payment_id;
  std::string payer_name;
  std::string payer_account;
  std::string payer_org_no;
  std::string customer_id;
  std::string bank_reference;
  std::string end_to_end_id;
  std::string reverses;
  int64_t amount_minor = 0;
  int64_t charges_minor = 0;
  std::vector<std::string> references;
  std::vector<std::string> text;
  Currency currency;
  PaymentKind kind = PaymentKind::kPayment;
  Direction direction = Direction::kCredit;
  Delivery delivery = Delivery::kMain;
  ExpectedDecision truth;

  // The truth, said as a sentence.
  ScenePayment& Quotes(std::string reference);
  ScenePayment& Says(std::string line);
  ScenePayment& Is(Outcome outcome, Rule rule);
  // Posts to an item. Is(kSettled, kReferenceExact) is the default.
  ScenePayment& Pays(const SceneItem& item, int64_t amount);
  ScenePayment& Posts(std::string item_id, int64_t amount, AllocationKind kind);
  ScenePayment& Reports(std::initializer_list<DeviationCode> codes);
  ScenePayment& ReportsOneOf(std::initializer_list<DeviationCode> codes);
  ScenePayment& MayReport(std::initializer_list<DeviationCode> codes);
  ScenePayment& MayBe(std::initializer_list<Outcome> outcomes);
  // Nothing is posted: a person decides.
  ScenePayment& IsLeft(Outcome outcome, Rule rule = Rule::kNone);
  // Rules 1 to 3 leave it unmatched.
  ScenePayment& NeedsLaterRule();
};

struct Scene {
  std::vector<SceneCustomer> customers;
  std::vector<SceneItem> items;
  std::vector<ScenePayment> payments;
  bool bad_line = false;  // a damaged line stands in the file

  void Clear();
};

// Limits of a scene; each of its things has a number of its own below them.
inline constexpr uint64_t kSceneCustomersMax = 4;
inline constexpr uint64_t kSceneItemsMax = 16;
inline constexpr uint64_t kSceneAmountsMax = 16;
inline constexpr uint64_t kScenePaymentsMax = 4;

// Makes the things of one scene. What it returns stays valid until the scene is cleared.
class SceneBuilder {
 public:
  struct Place {
    uint64_t seed = 0;
    uint64_t scene = 0;
    uint64_t scene_count = 0;  // of the world
    const Channel* channel = nullptr;
    std::string_view account;        // the creditor account of the scene
    std::string_view other_account;  // another one of the same channel
    uint32_t first_day = 0;
  };

  SceneBuilder(const Place& place, Scene* scene);

  CounterRandom& random() { return random_; }

  const Place& place() const { return place_; }

  Country country() const { return place_.channel->country; }

  bool Can(Ability ability) const { return (place_.channel->abilities & ability) != 0; }

  SceneCustomer& AddCustomer();
  // With an amount and a reference of its own, due about now.
  SceneItem& AddItem(const SceneCustomer& customer);
  SceneItem& AddItem(const SceneCustomer& customer, int64_t amount);

  // From nobody that is known. `day` counts from the scene's first day.
  ScenePayment& AddPayment(uint32_t day, int64_t amount);
  // With name and account of the customer where the channel carries them.
  ScenePayment& AddPaymentBy(const SceneCustomer& customer, uint32_t day, int64_t amount);

  // An amount that no other item of the world has, nor a sum of items of this scene by accident: a
  // multiple of 1.01.
  int64_t FreshAmount();

  // An amount that no item has and none keeps as a residual.
  int64_t StrayAmount() { return FreshAmount() + 50; }

  // A part of an amount whose remainder no item has as its amount.
  int64_t PartOf(int64_t amount);
  std::string FreshReference();

  std::string UnknownReference() { return InventUnknownReference(country(), &random_); }

  void AddBadLine() { scene_->bad_line = true; }

  // An account of nobody in the customer stream.
  std::string StrangerAccount();

 private:
  Place place_;
  Scene* scene_;
  CounterRandom random_;
  uint64_t amounts_made_ = 0;
  uint64_t references_made_ = 0;
};

// The days of the world's bookings, as dates.
Date WorldDay(uint32_t day);
inline constexpr uint32_t kWorldDays = 3;

}  // namespace kvitt
