// What is covered in text that people see, and what must stay readable. All numbers are made up.

#include "io/inspect/masked_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace kvitt {
namespace {

TEST(MaskedTextTest, NumbersOfPersonsAndCardsAreCovered) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"gjelder 01019012480 takk", "gjelder *********** takk"},
      {"gjelder 010190 12480", "gjelder ****** *****"},
      {"pnr 900101-0017", "pnr ******-****"},
      {"pnr 199001010017.", "pnr ************."},
      {"pnr 19900101-0017", "pnr ********-****"},
      {"cpr 010190-1234", "cpr ******-****"},
      {"hetu 010190-123M ja", "hetu *********** ja"},
      {"kort 4111 1111 1111 1111 tack", "kort 4111 11** **** 1111 tack"},
      {"4111111111111111", "411111******1111"},
      {"for 4111-1111-1111-1111 12", "for 4111-11**-****-1111 12"},
      {"faktura 12 900101-0017", "faktura 12 ******-****"},
  };
  for (const auto& [text, shown] : texts) EXPECT_EQ(MaskPersonalNumbers(text), shown);
}

TEST(MaskedTextTest, ReferencesDatesAndAmountsStayReadable) {
  for (const std::string text :
       {"", "faktura 2026001", "2026-03-02 1 250,50 kr", "KID 01019012481", "OCR 9001010018",
        "20260302", "4111111111111112", "tel +47 22 33 44 55", "RF18 5390 0754 7034",
        "NO9386011117947", "a010190-1234", "INV-900101-00171", "\xff\xfe 12-34"}) {
    EXPECT_EQ(MaskPersonalNumbers(text), text);
  }
}

}  // namespace
}  // namespace kvitt
