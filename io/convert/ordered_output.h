// Text that several threads make, block by block, handed on in the order of the blocks.
//
// A thread whose block is early waits. The blocks before it were claimed earlier by threads that
// are running, so its turn comes, and no more than one block a thread is ever held.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "absl/status/status.h"
#include "kvitt/io.h"

namespace kvitt {

class OrderedOutput {
 public:
  explicit OrderedOutput(const ByteConsumer* consumer) : consumer_(consumer) {}

  // Blocks of the next file count from 0 again.
  void BeginFile();
  // Waits for the turn of `block` and hands its text on. After a failure text is dropped.
  void Give(uint32_t block, std::string_view text);
  // The first failure of the consumer.
  absl::Status status();

 private:
  const ByteConsumer* consumer_;
  std::mutex mutex_;
  std::condition_variable moved_;
  uint32_t next_block_ = 0;
  absl::Status status_;
};

}  // namespace kvitt
