// camt files of any size with known totals, whose entries keep one shape or change it all the time.
//
// For comparing readers and for measuring them. The bytes depend on the options alone.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace kvitt {

struct CamtShapes {
  int kind = 4;  // 2, 3 or 4: camt.052, camt.053, camt.054
  int version = 8;
  uint64_t seed = 1;
  size_t entries = 100;
  size_t statements = 1;
  // Every optional element comes and goes at random; else every entry has the same ones.
  bool changes_shape = false;
  // At most this many transactions in an entry.
  size_t transactions_max = 1;
  // Comments, CDATA sections, references, instructions, blanks in odd places.
  bool is_odd = false;
  // The summary of a statement is there, whatever else changes.
  bool has_summary = false;
  bool is_indented = true;
  const char* prefix = "";  // with its colon
  const char* line_end = "\n";
};

std::string MakeCamtShapes(const CamtShapes& options);

}  // namespace kvitt
