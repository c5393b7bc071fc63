// THE TABLE of output streams, in the order in which they are written.

#include "io/sinks/sink.h"

namespace kvitt {

// Each sink file defines its row.
extern const Sink kPaymentsSink;
extern const Sink kAllocationsSink;
extern const Sink kExceptionsSink;
extern const Sink kOpenItemsSink;

absl::Span<const Sink> Sinks() {
  static const Sink kTable[] = {
      kPaymentsSink,
      kAllocationsSink,
      kExceptionsSink,
      kOpenItemsSink,
  };
  return kTable;
}

const Sink* FindSink(std::string_view name) {
  for (const Sink& sink : Sinks()) {
    if (sink.name == name) return &sink;
  }
  return nullptr;
}

std::string_view Extension(OutputFormat format) {
  return format == OutputFormat::kJsonLines ? ".jsonl" : ".csv";
}

}  // namespace kvitt
