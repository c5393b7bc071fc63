#include "io/inspect/shown_text.h"

#include <gtest/gtest.h>

#include "kvitt/io.h"

namespace kvitt {
namespace {

TEST(ShownTextTest, LettersStayAsTheyAre) {
  for (const char* text : {"", "INV-1", "Blåbærsyltetøy & Çö", "\xf0\x9f\x92\xb0"}) {
    EXPECT_EQ(ForTerminal(text), text);
    EXPECT_EQ(AsUtf8(text), text);
  }
}

TEST(ShownTextTest, WhatMovesTheTerminalIsSpelledOut) {
  EXPECT_EQ(ForTerminal("a\x1b[2Jb\n\t\x7f"), "a<0x1B>[2Jb<0x0A><0x09><0x7F>");
  EXPECT_EQ(ForTerminal("\xe2\x80\xae"
                        "999\xc2\x9b"),
            "<U+202E>999<U+009B>");
  EXPECT_EQ(ForTerminal("a\xe2\x80\x8b"
                        "b\xef\xbb\xbf\xe2\x80\xa8"),
            "a<U+200B>b<U+FEFF><U+2028>");
  EXPECT_EQ(ForTerminal("\xf3\xa0\x81\x81"), "<U+E0041>");
  EXPECT_EQ(AsUtf8("a\n"), "a\n");
}

TEST(ShownTextTest, BytesThatAreNoUtf8AreSpelledOut) {
  EXPECT_EQ(ForTerminal("\xe5"), "<0xE5>");
  EXPECT_EQ(AsUtf8("\xe5"
                   "a\xff"),
            "<0xE5>a<0xFF>");
  EXPECT_EQ(AsUtf8("\xc0\xaf"), "<0xC0><0xAF>") << "an overlong form";
  EXPECT_EQ(AsUtf8("\xe0\x80\xaf"), "<0xE0><0x80><0xAF>") << "an overlong form";
  EXPECT_EQ(AsUtf8("\xed\xa0\x80"), "<0xED><0xA0><0x80>") << "a surrogate";
  EXPECT_EQ(AsUtf8("\xf4\x90\x80\x80"), "<0xF4><0x90><0x80><0x80>") << "above U+10FFFF";
  EXPECT_EQ(AsUtf8("\xe2\x82"), "<0xE2><0x82>") << "cut short";
}

TEST(ShownTextTest, WidthIsInLetters) {
  EXPECT_EQ(ShownWidth("Ø"), 1U);
  EXPECT_EQ(ShownWidth("abc"), 3U);
}

}  // namespace
}  // namespace kvitt
