// The oracle's own reading of references and texts, by plain strings: normal forms, small slips,
// tokens, names. Written from docs/matching.md and docs/references.md, without the engine's.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kvitt::oracle {

// Upper case letters and digits alone, zeros in front kept.
std::string Cleaned(const std::string& value);
// The form in which references are compared; empty for fillers.
std::string Normal(const std::string& value);
// Whether its check digits are right, or it has none to fail.
bool CountsAsWellFormed(const std::string& value);
// Letters read as the digits that they look like: O as 0.
std::string LookAlikes(std::string text);
// Every text that is one small slip away from `value`, in normal form, without repeats.
std::vector<std::string> OneSlipAway(const std::string& value);

// A stretch of the text that may be a reference.
struct Candidate {
  size_t first = 0;  // tokens, half open
  size_t last = 0;
  std::string value;
  bool is_weak = false;
};

// The words of the text, cut at blanks and colons, marks at their ends removed.
std::vector<std::string> Tokens(const std::vector<std::string>& lines);
// Longest first.
std::vector<Candidate> Candidates(const std::vector<std::string>& tokens);

// The words of a name without company forms, in order of the alphabet, in plain letters.
std::vector<std::string> FoldedName(const std::string& name);

}  // namespace kvitt::oracle
