// THE TABLE of formats, in order of precedence: where two formats are equally sure of a file, the
// earlier row has it. A new format is one file in this folder, one declaration and one row here,
// and one sample pair in datasets/samples/.

#include "io/formats/format.h"

namespace kvitt {

// Each format file defines its row.
extern const Format kBgMax;
extern const Format kBgOcr;
extern const Format kAutogiro;
extern const Format kTotalIn;
extern const Format kBs601;
extern const Format kBs602;
extern const Format kBs603;
extern const Format kKtl;
extern const Format kTito;
extern const Format kOcrGiro;
extern const Format kAvtaleGiro;
extern const Format kCamt053;
extern const Format kCamt054;
extern const Format kCamt052;
extern const Format kItemsJsonl;
extern const Format kPaymentsJsonl;
extern const Format kCustomersJsonl;
extern const Format kItemsCsv;
extern const Format kPaymentsCsv;
extern const Format kCustomersCsv;
extern const Format kVippsCsv;
extern const Format kMobilepayCsv;
extern const Format kMt940;
extern const Format kMt942;
extern const Format kBai2;
extern const Format kCfonb120;
extern const Format kCoda;
extern const Format kOfx;
extern const Format kVippsXml;

namespace {

const std::vector<Format>& Table() {
  // One row a line, so that two new formats do not meet in one.
  // clang-format off
  static const std::vector<Format>* table = new std::vector<Format>{
      kBgMax,
      kBgOcr,
      kAutogiro,
      kTotalIn,
      kBs601,
      kBs602,
      kBs603,
      kKtl,
      kTito,
      kOcrGiro,
      kAvtaleGiro,
      kCamt053,
      kCamt054,
      kCamt052,
      kItemsJsonl,
      kPaymentsJsonl,
      kCustomersJsonl,
      kItemsCsv,
      kPaymentsCsv,
      kCustomersCsv,
      kVippsCsv,
      kMobilepayCsv,
      kMt940,
      kMt942,
      kBai2,
      kCfonb120,
      kCoda,
      kOfx,
      kVippsXml,
  };
  // clang-format on
  return *table;
}

}  // namespace

absl::Span<const Format> Formats() {
  return Table();
}

const Format* FindFormat(std::string_view name) {
  for (const Format& format : Formats()) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

const Format* SniffFormat(std::string_view head) {
  const Format* best = nullptr;
  int surest = 0;
  for (const Format& format : Formats()) {
    const int sure = format.sniff == nullptr ? 0 : format.sniff(head);
    if (sure > surest) {
      best = &format;
      surest = sure;
    }
  }
  return best;
}

}  // namespace kvitt
