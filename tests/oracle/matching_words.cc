#include "tests/oracle/matching_words.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "kvitt/date.h"
#include "kvitt/reference.h"

namespace kvitt::oracle {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return c >= 'A' && c <= 'Z';
}

bool AllDigits(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string WithoutLeadingZeros(const std::string& text) {
  const size_t first = text.find_first_not_of('0');
  return first == std::string::npos ? "" : text.substr(first);
}

// ISO 11649: the four signs in front moved to the end, letters as 10 to 35, modulo 97 is 1.
bool IsValidRf(const std::string& cleaned) {
  if (cleaned.size() < 5 || cleaned.size() > 25 || cleaned.substr(0, 2) != "RF" ||
      !IsDigit(cleaned[2]) || !IsDigit(cleaned[3])) {
    return false;
  }
  int rest = 0;
  for (const char c : cleaned.substr(4) + cleaned.substr(0, 4)) {
    rest = IsDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

void AddChanged(const std::string& text, std::set<std::string>* found) {
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    for (char c = IsDigit(text[i]) ? '0' : 'A'; c <= (IsDigit(text[i]) ? '9' : 'Z'); ++c) {
      other[i] = c;
      found->insert(other);
    }
    other = text;
    if (i + 1 < text.size()) std::swap(other[i], other[i + 1]);
    found->insert(other);
  }
}

void AddLostAndAdded(const std::string& text, std::set<std::string>* found) {
  // What was lost at an end stands in the true reference, what was added does not.
  for (const char* c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *c != 0; ++c) {
    found->insert(*c + text);
    found->insert(text + *c);
  }
  found->insert(text.substr(1));
  found->insert(text.substr(0, text.size() - 1));
  for (size_t i = 0; i < text.size(); ++i) {
    found->insert(text.substr(0, i) + text[i] + text.substr(i));
    if (i > 0 && text[i] == text[i - 1]) found->insert(text.substr(0, i) + text.substr(i + 1));
  }
}

}  // namespace

std::string Cleaned(const std::string& value) {
  std::string cleaned;
  for (const char c : value) {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (IsDigit(upper) || IsLetter(upper)) cleaned += upper;
  }
  return cleaned;
}

std::string Normal(const std::string& value) {
  const std::string cleaned = Cleaned(value);
  if (cleaned == "NOTPROVIDED" || cleaned == "NONREF" || cleaned == "NA") return "";
  return WithoutLeadingZeros(IsValidRf(cleaned) ? cleaned.substr(4) : cleaned);
}

bool CountsAsWellFormed(const std::string& value) {
  const std::string cleaned = Cleaned(value);
  if (cleaned.substr(0, 2) == "RF") return IsValidRf(cleaned);
  return !AllDigits(cleaned) || IsWellFormedReference(value);
}

std::string LookAlikes(std::string text) {
  const std::map<char, char> digits = {{'O', '0'}, {'Q', '0'}, {'D', '0'}, {'I', '1'}, {'L', '1'},
                                       {'Z', '2'}, {'S', '5'}, {'G', '6'}, {'B', '8'}};
  for (char& c : text) {
    if (const auto it = digits.find(c); it != digits.end()) c = it->second;
  }
  return text;
}

std::vector<std::string> OneSlipAway(const std::string& value) {
  const std::string text = Cleaned(value);
  std::set<std::string> found;
  AddChanged(text, &found);
  AddLostAndAdded(text, &found);
  std::set<std::string> normal;
  for (const std::string& other : found) normal.insert(Normal(other));
  normal.erase("");
  normal.erase(Normal(value));
  return {normal.begin(), normal.end()};
}

std::vector<std::string> Tokens(const std::vector<std::string>& lines) {
  std::vector<std::string> tokens;
  for (const std::string& line : lines) {
    std::string token;
    for (const char c : line + " ") {
      if (c != ' ' && c != ':') {
        token += c;
        continue;
      }
      while (!token.empty() && std::ispunct(static_cast<unsigned char>(token.back()))) {
        token.pop_back();
      }
      while (!token.empty() && std::ispunct(static_cast<unsigned char>(token.front()))) {
        token.erase(0, 1);
      }
      if (!token.empty()) tokens.push_back(token);
      token.clear();
    }
  }
  return tokens;
}

std::vector<Candidate> Candidates(const std::vector<std::string>& tokens) {
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::string joined;
    for (size_t j = i; j < tokens.size(); ++j) {
      // Alone any token, put together only pieces of a number.
      if (j > i && (!AllDigits(tokens[j]) || !AllDigits(joined))) break;
      joined += tokens[j];
      const std::string cleaned = Cleaned(joined);
      if (cleaned.size() < 4 || std::none_of(cleaned.begin(), cleaned.end(), IsDigit)) continue;
      Date date;
      const bool is_date =
          ParseDate(joined, &date) || (cleaned.size() == 8 && AllDigits(cleaned) &&
                                       ParseDateYYYYMMDD(cleaned, &date) && date.has_value());
      candidates.push_back({i, j + 1, joined, is_date});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) {
                     return Cleaned(a.value).size() > Cleaned(b.value).size();
                   });
  return candidates;
}

std::vector<std::string> FoldedName(const std::string& name) {
  // Letters of the north and the spellings that stand for them, each as one plain letter.
  const std::vector<std::pair<std::string, std::string>> spellings = {
      {"\u00C5", "A"}, {"\u00E5", "A"}, {"\u00C4", "A"}, {"\u00E4", "A"}, {"\u00C6", "A"},
      {"\u00E6", "A"}, {"\u00D8", "O"}, {"\u00F8", "O"}, {"\u00D6", "O"}, {"\u00F6", "O"},
      {"AA", "A"},     {"AE", "A"},     {"OE", "O"}};
  const std::set<std::string> forms = {"AS", "ASA", "AB", "APS", "OY", "OYJ", "HB"};
  std::vector<std::string> words;
  for (std::string word : Tokens({name})) {
    std::transform(word.begin(), word.end(), word.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    for (const auto& [spelling, letter] : spellings) {
      for (size_t at = word.find(spelling); at != std::string::npos; at = word.find(spelling)) {
        word.replace(at, spelling.size(), letter);
      }
    }
    word = Cleaned(word);
    if (!word.empty() && forms.count(word) == 0) words.push_back(word);
  }
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace kvitt::oracle
