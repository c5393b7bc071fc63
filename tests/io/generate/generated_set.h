// A generated set in a folder of its own, read back for tests.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "kvitt/generate.h"
#include "kvitt/io.h"
#include "kvitt/record_sink.h"

namespace kvitt {

class GeneratedSet {
 public:
  // Generates into a new folder under the build folder; request.out is set.
  GeneratedSet(GenerateRequest request, const std::string& name);
  ~GeneratedSet();

  const absl::Status& status() const { return status_; }

  // Relative path -> bytes, of everything that was written.
  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  std::string folder_;
  absl::Status status_;
  std::map<std::string, std::string> files_;
};

// Records of a file, copied out.
struct ReadPayment {
  std::string account;
  std::string payment_id;
  std::vector<std::string> references;
  int64_t amount_minor;
  Currency currency;
  Direction direction;
  Date booking_date;
};

struct ReadItem {
  std::string item_id;
  std::string account;
  std::vector<std::string> references;
  int64_t amount_minor;
  Date due_date;
};

struct ReadFile {
  FileReport report;
  std::vector<ReadPayment> payments;
  std::vector<ReadItem> items;
  size_t customers = 0;
  size_t bad_lines = 0;
};

// Detects the format and reads the bytes. Fails the test when nobody knows the format.
ReadFile ReadGenerated(const std::string& bytes);

}  // namespace kvitt
