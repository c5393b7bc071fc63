// One output stream of a run: `payments`, `allocations`, `exceptions` or `open_items`.
//
// A sink turns a page of decisions into bytes, in JSON Lines or CSV. It holds nothing between pages, so
// pages are written by any number of threads and put in order afterwards. Columns and their meaning:
// docs/records.md.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/types/span.h"
#include "io/sinks/row_buffer.h"
#include "kvitt/reconcile.h"

namespace kvitt {

enum class OutputFormat : uint8_t { kJsonLines, kCsv };

// ".jsonl" or ".csv"
std::string_view Extension(OutputFormat format);

// Writes the pages of one stream; one writer a thread.
class PageWriter {
 public:
  virtual ~PageWriter() = default;
  virtual void Write(const Reconciliation& run, size_t page, RowBuffer* out) = 0;
};

struct Sink {
  std::string_view name;  // as in --emit
  size_t (*pages)(const Reconciliation& run);
  // Header line, and rows that stand before the first page.
  void (*begin)(const Reconciliation& run, OutputFormat format, RowBuffer* out);
  std::unique_ptr<PageWriter> (*make_writer)(OutputFormat format);
};

// The table. See sinks.cc.
absl::Span<const Sink> Sinks();
const Sink* FindSink(std::string_view name);

}  // namespace kvitt
