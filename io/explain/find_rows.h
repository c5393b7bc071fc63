// The rows of an output folder in which ids stand: found as bytes, then read.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "io/run_folder/row_tokens.h"
#include "io/run_folder/run_folder.h"

namespace kvitt {

// Calls use(row) for each record of the stream that holds one of `ids` as a whole value somewhere, and
// perhaps for others: the caller looks again. In their order. Nothing when the stream was not emitted.
absl::Status FindRows(const StoredStream& stream,
                      const std::vector<std::string>& ids,
                      const std::function<void(JsonSpan row)>& use);

}  // namespace kvitt
