#include "io/bytes/charset.h"

#include <gtest/gtest.h>

namespace kvitt {
namespace {

std::string Decoded(Charset charset, std::string_view bytes) {
  std::string utf8;
  AppendAsUtf8(charset, bytes, &utf8);
  return utf8;
}

TEST(CharsetTest, LettersOfTheNordicsInEverySet) {
  EXPECT_EQ(Decoded(Charset::kIso8859_1, "\xC6\xD8\xC5\xE6\xF8\xE5\xC4\xD6\xE4\xF6"), "ÆØÅæøåÄÖäö");
  EXPECT_EQ(Decoded(Charset::kIso8859_15, "\xA4\xA6\xA8"), "€Šš");
  EXPECT_EQ(Decoded(Charset::kWindows1252, "\x80\x96\xE5"), "€–å");
  EXPECT_EQ(Decoded(Charset::kCp437, "\x8E\x99\x8F\x84\x94\x86\x91"), "ÄÖÅäöåæ");
  EXPECT_EQ(Decoded(Charset::kCp865, "\x92\x9D\x8F\x91\x9B\x86"), "ÆØÅæøå");
  EXPECT_EQ(Decoded(Charset::kIso646No, "[\\]{|}"), "ÆØÅæøå");
  EXPECT_EQ(Decoded(Charset::kIso646Dk, "[\\]{|}"), "ÆØÅæøå");
  EXPECT_EQ(Decoded(Charset::kIso646SeFi, "[\\]{|}"), "ÄÖÅäöå");
}

TEST(CharsetTest, BytesThatASetDoesNotDefineAreNotLost) {
  EXPECT_EQ(Decoded(Charset::kWindows1252, "a\x81z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(Decoded(Charset::kIso646No, "\xE5"), "\xEF\xBF\xBD");
  EXPECT_EQ(Decoded(Charset::kUtf8, "a\xE5z"), "a\xEF\xBF\xBDz");
}

TEST(CharsetTest, EveryByteOfEverySetSurvivesTheRoundTrip) {
  for (const Charset charset :
       {Charset::kIso8859_1, Charset::kIso8859_15, Charset::kWindows1252, Charset::kCp437,
        Charset::kCp865, Charset::kIso646No, Charset::kIso646Dk, Charset::kIso646SeFi}) {
    for (int value = 0x20; value < 0x100; ++value) {
      const std::string byte(1, static_cast<char>(value));
      const std::string utf8 = Decoded(charset, byte);
      if (utf8 == "\xEF\xBF\xBD") continue;
      std::string back;
      EXPECT_TRUE(AppendFromUtf8(charset, utf8, &back)) << Name(charset) << " " << value;
      EXPECT_EQ(back, byte) << Name(charset) << " " << value;
    }
  }
}

TEST(CharsetTest, ACharacterThatTheSetLacksBecomesAQuestionMark) {
  std::string out;
  EXPECT_FALSE(AppendFromUtf8(Charset::kIso8859_1, "a€b", &out));
  EXPECT_EQ(out, "a?b");
  out.clear();
  // In a national set the bracket itself is lost to the letter.
  EXPECT_FALSE(AppendFromUtf8(Charset::kIso646No, "[Å", &out));
  EXPECT_EQ(out, "?]");
}

TEST(CharsetTest, TellsUtf8FromTheRest) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("ordinary text, long enough for whole words, then å € 😀"));
  EXPECT_FALSE(IsUtf8("\xE5"));
  EXPECT_FALSE(IsUtf8("\xC0\x80"));          // overlong
  EXPECT_FALSE(IsUtf8("\xE0\x80\x80"));      // overlong
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(IsUtf8("\xE2\x82"));          // cut
}

TEST(CharsetTest, DecodesOnlyWhatNeedsIt) {
  EXPECT_FALSE(NeedsDecoding(Charset::kIso8859_1, "plain text"));
  EXPECT_TRUE(NeedsDecoding(Charset::kIso8859_1, "plain text \xE5"));
  EXPECT_FALSE(NeedsDecoding(Charset::kUtf8, "blåbær"));
  EXPECT_TRUE(NeedsDecoding(Charset::kUtf8, "bl\xE5"));
  EXPECT_TRUE(NeedsDecoding(Charset::kIso646SeFi, "SM]LAND"));
  EXPECT_FALSE(NeedsDecoding(Charset::kIso646SeFi, "SMALAND"));
}

TEST(CharsetTest, FindsAHighByteAtEveryPlace) {
  for (size_t size = 1; size < 40; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      EXPECT_FALSE(HasHighByte(text));
      text[at] = '\x80';
      EXPECT_TRUE(HasHighByte(text)) << size << " " << at;
    }
  }
}

}  // namespace
}  // namespace kvitt
