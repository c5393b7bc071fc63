// bs603: Betalingsservice agreements, which customers pay by direct debit.
//
//   delivery = 002 section* 992                    type 0603; see bs_delivery.h for the envelope
//   section  = 012 042* 092
//
// Sections 0210 active, 0212 changed, 0219 active electronic slips. 042: 14-17 code (0230 active, 0231
// new, 0232 ended by the bank, 0233 by the creditor, 0234 by Betalingsservice), 21-25 debtor group,
// 26-40 customer number, 41-49 mandate, 50-55 start date, 56-61 end date or zeros.
//
// Section 0217, issued slips. 042: 14-17 0295, 26-40 customer number, 41-42 card type, 43-50 FIK
// creditor, 51-69 payer id, 70-75 date, 76-88 amount, 89-97 reference. The amount of 092 is the sum
// of 76-88.
//
// Dates are DDMMYY. Source: hafsjold/snvrepos (clsPbs603.cs); counts agree on its 68 public
// deliveries, and so does the sum of 0217.
//
// Agreements are no money and no open items: they are checked and counted, and become no record.

#include <memory>

#include "io/formats/bs_delivery.h"
#include "io/formats/format.h"
#include "io/formats/verdict.h"

namespace kvitt {
namespace {

using bs::CodeWord;

constexpr std::string_view kName = "bs603";
constexpr std::string_view kType = "0603";

constexpr Field kCustomer{26, 40};
constexpr Field kMandate{41, 49};
constexpr Field kStartDate{50, 55};
constexpr Field kEndDate{56, 61};
constexpr Field kSlipDate{70, 75};
constexpr Field kSlipAmount{76, 88};

enum CodeBit : uint32_t { kAgreement = 1, kSlip = 2 };

constexpr bs::SectionRule kSections[] = {
    {"0210", kAgreement}, {"0212", kAgreement}, {"0217", kSlip}, {"0219", kAgreement}};

class Bs603Block : public bs::BlockParser<Bs603Block> {
 public:
  using BlockParser::BlockParser;

  static bool IsOwnSection(uint32_t code) {
    return code == CodeWord("0210") || code == CodeWord("0212") || code == CodeWord("0217") ||
           code == CodeWord("0219");
  }

  void TakeName(const FixedRecord&) {}

  void TakeText(const FixedRecord&) {}

  uint32_t TakeTransaction(const FixedRecord& record) {
    switch (bs::CodeOf(record.cells)) {
      case CodeWord("0230"):
      case CodeWord("0231"):
      case CodeWord("0232"):
      case CodeWord("0233"):
      case CodeWord("0234"):
        Agreement(record);
        return kAgreement;
      case CodeWord("0295"):
        Slip(record);
        return kSlip;
      default:
        return bs::kForeignCode;
    }
  }

  void Flush() {}

 private:
  void Count(const FixedRecord& record) {
    AccountOf(record);
    ++summary_->tally.transactions;
    if (bs::WithoutZeros(Text(record, kCustomer)).empty()) {
      Malformed(record,
                ExpectedFound("customer number", "a number", Cells(record.cells, kCustomer)));
    }
  }

  void Agreement(const FixedRecord& record) {
    Count(record);
    uint64_t mandate = 0;
    if (!ReadDigits<kMandate>(record.cells, &mandate)) {
      Malformed(record, ExpectedFound("mandate", "digits", Cells(record.cells, kMandate)));
    }
    CheckDate(record, "start date", kStartDate);
    CheckDate(record, "end date", kEndDate);
  }

  void Slip(const FixedRecord& record) {
    Count(record);
    uint64_t amount = 0;
    if (!ReadDigits<kSlipAmount>(record.cells, &amount)) {
      Malformed(record, ExpectedFound("amount", "digits", Cells(record.cells, kSlipAmount)));
    }
    summary_->tail.amount += amount;
    CheckDate(record, "date", kSlipDate);
  }

  void CheckDate(const FixedRecord& record, std::string_view what, Field field) {
    Date date;
    if (!ParseDateDDMMYY(Cells(record.cells, field), &date)) {
      Malformed(record, ExpectedFound(what, "DDMMYY or zeros", Cells(record.cells, field)));
    }
  }
};

class Bs603Reader : public FormatReader {
 public:
  explicit Bs603Reader(const ReadOptions& options) : allow_empty_(options.settings.allow_empty) {}

  std::unique_ptr<BlockSummary> ParseBlock(const Block& block,
                                           std::string_view,
                                           BlockSink* sink) const override {
    return Bs603Block(block, sink).Parse();
  }

  FinishResult Finish(absl::Span<const std::unique_ptr<BlockSummary>> summaries) const override {
    FinishResult result;
    result.report = JoinTallies(kName, "", FileKind::kAgreements, summaries);
    Verdict verdict(&result.report);
    bs::JudgeDeliveries({kType, kSections, {21, 25}}, summaries, &verdict);
    verdict.Close(allow_empty_);
    return result;
  }

 private:
  bool allow_empty_;
};

int Sniff(std::string_view head) {
  return bs::HoldsDelivery(head, kType) ? 90 : 0;
}

std::unique_ptr<FormatReader> MakeReader(const ReadOptions& options, std::string_view) {
  return std::make_unique<Bs603Reader>(options);
}

}  // namespace

extern const Format kBs603;
const Format kBs603 = {
    kName,  FileKind::kAgreements, "Betalingsservice agreements (Denmark)", Sniff, MakeReader,
    nullptr};

}  // namespace kvitt
