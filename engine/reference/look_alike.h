// Letters that are read or typed for digits, and digits for letters.

#pragma once

#include <string_view>

namespace kvitt::reference {

// The digit that an upper case letter is written for; 0 when it looks like none.
inline char DigitLike(char letter) {
  switch (letter) {
    case 'O':
    case 'Q':
    case 'D':
      return '0';
    case 'I':
    case 'L':
      return '1';
    case 'Z':
      return '2';
    case 'S':
      return '5';
    case 'G':
      return '6';
    case 'B':
      return '8';
    default:
      return 0;
  }
}

// The letters that look like a digit: DigitLike() the other way round.
inline std::string_view LettersLike(char digit) {
  switch (digit) {
    case '0':
      return "ODQ";
    case '1':
      return "IL";
    case '2':
      return "Z";
    case '5':
      return "S";
    case '6':
      return "G";
    case '8':
      return "B";
    default:
      return "";
  }
}

}  // namespace kvitt::reference
