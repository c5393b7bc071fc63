#include "io/convert/ordered_output.h"

namespace kvitt {

void OrderedOutput::BeginFile() {
  const std::lock_guard<std::mutex> lock(mutex_);
  next_block_ = 0;
}

void OrderedOutput::Give(uint32_t block, std::string_view text) {
  std::unique_lock<std::mutex> lock(mutex_);
  moved_.wait(lock, [&] { return next_block_ == block; });
  if (status_.ok() && !text.empty()) status_ = (*consumer_)(text);
  ++next_block_;
  moved_.notify_all();
}

absl::Status OrderedOutput::status() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

}  // namespace kvitt
