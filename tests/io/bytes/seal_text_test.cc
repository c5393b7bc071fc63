#include "io/bytes/seal_text.h"

#include <gtest/gtest.h>

namespace kvitt {
namespace {

std::string Normal(Charset charset, std::string_view bytes) {
  std::string text;
  AppendSealText(charset, bytes, &text);
  return text;
}

TEST(SealTextTest, LettersBecomeTheirSevenBitPlaces) {
  EXPECT_EQ(Normal(Charset::kUtf8, "ÉÄÖÅÜéäöåü"), "@[\\]^`{|}~");
  EXPECT_EQ(Normal(Charset::kIso8859_1, "\xC9\xC4\xD6\xC5\xDC\xE9\xE4\xF6\xE5\xFC"), "@[\\]^`{|}~");
}

TEST(SealTextTest, LineBreaksDropAndTheRestBecomesOneByte) {
  EXPECT_EQ(Normal(Charset::kUtf8, "82 A\r\nB\n"), "82 AB");
  EXPECT_EQ(Normal(Charset::kUtf8, "a\tb€"),
            "a\xC3"
            "b\xC3");
  EXPECT_EQ(Normal(Charset::kIso8859_1, "\xDF\x7F"), "\xC3\xC3");
}

TEST(SealTextTest, DoesNotDependOnTheCharacterSet) {
  EXPECT_EQ(Normal(Charset::kUtf8, "Återbäring"),
            Normal(Charset::kWindows1252, "\xC5terb\xE4ring"));
}

}  // namespace
}  // namespace kvitt
