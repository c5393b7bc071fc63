// A second reader of camt messages, slow and plain: a tree made by another library's parser, and the
// rules of docs/formats.md applied to it one after another. It shares no code with io/formats.
//
// Tests hold the fast reader against it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kvitt {

struct CamtOracle {
  bool is_well_formed = false;  // as XML, without a document type definition
  bool is_readable = false;     // and every entry has what it must have
  std::string reason;
  std::vector<std::string>
      payments;  // one canonical line each, see CanonicalLine in camt_oracle_test
  size_t entries = 0;
  size_t transactions = 0;
};

enum class CamtOracleParser { kExpat, kPugixml };

CamtOracle ReadCamtByOracle(std::string_view bytes, CamtOracleParser parser);

}  // namespace kvitt
