// The house test: one pass over the tracked files, and every finding says where, what and why.
//
//   engine/match/combination.cc:12: includes "io/bytes/fields.h" - the engine knows only records
//
// A rule is a function from the tree to findings, so that each can be tried on a planted violation
// (house_rules_test.cc) before it judges the real tree (house_test.cc). What the tables of the
// program hold (formats, deviation codes) is handed in as facts and never parsed out of the
// sources.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kvitt::house {

struct SourceFile {
  std::string path;  // from the root of the repository, with '/'
  std::string text;
};

struct Tree {
  std::vector<SourceFile> files;  // in bytewise order of their paths

  // Null when there is no such file.
  const SourceFile* Find(std::string_view path) const;
  // The files whose path begins with `prefix`.
  std::vector<const SourceFile*> Under(std::string_view prefix) const;
};

// What the program's own tables say.
struct Facts {
  std::vector<std::string> formats;          // "bgmax"
  std::vector<std::string> deviation_codes;  // "amount_short"
};

struct Finding {
  std::string path;
  size_t line = 0;  // from 1; 0: the file as a whole
  std::string what;
  std::string why;
};

// "path:line: what - why"
std::string Format(const Finding& finding);

// The files that git tracks under `root`; without git, every file outside build folders.
Tree LoadTree(const std::string& root);

// Who includes whom (include_rules.cc).
std::vector<Finding> CheckIncludes(const Tree& tree);
// What the code may not say: floating point, printing, exits, clocks, marks of unfinished work
// (word_rules.cc).
std::vector<Finding> CheckWords(const Tree& tree);
// How files are named and where they stand (place_rules.cc).
std::vector<Finding> CheckPlaces(const Tree& tree);
// Each thing that has to be listed, explained or exemplified is (list_rules.cc).
std::vector<Finding> CheckLists(const Tree& tree, const Facts& facts);

// Text in lines, without their ends.
std::vector<std::string_view> Lines(std::string_view text);
// C++ source with comments blanked out and, if asked, the insides of literals too; line ends stay.
std::string WithoutComments(std::string_view source, bool without_literals);
bool IsCpp(std::string_view path);
// "engine/match" of "engine/match/rules.cc"; "" at the top level.
std::string_view FolderOf(std::string_view path);
// "rules" of "engine/match/rules.cc".
std::string_view StemOf(std::string_view path);
bool StartsWith(std::string_view text, std::string_view prefix);
bool EndsWith(std::string_view text, std::string_view suffix);

}  // namespace kvitt::house
