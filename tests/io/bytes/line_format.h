// A small format with everything that makes reading in blocks hard, so that the driver can be
// tested without any bank's format: sections whose account stands only in their first line, dates
// that stand only in their last, a total at the end.
//
//   LINES                       first line
//   S <account>                 opens a section
//   P <reference> <minor>       a payment of it
//   E <YYYY-MM-DD>              closes it: the booking date of its payments
//   T <minor>                   last line: the sum of all payments

#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "io/formats/format.h"
#include "kvitt/record_sink.h"

namespace kvitt {

// Two rows: "lines", read in parallel blocks, and "lines-whole" (first line LINES-WHOLE), read
// whole.
const std::vector<Format>& LineFormats();

// A valid file with `payments` payments in sections of `section`.
std::string LinesFile(int payments, int section, std::string_view first_line = "LINES");

// Keeps records as text, in their order whatever the threads did.
class RecordText : public RecordSink {
 public:
  std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) override;
  void SetDates(uint32_t file,
                uint32_t block,
                uint32_t first,
                uint32_t last,
                Date booking_date,
                Date value_date) override;

  // The payments of a file: "account reference minor date" in the order of the file.
  std::vector<std::string> Payments(uint32_t file) const;

 private:
  class Block;

  struct Kept {
    std::string text;
    Date date;
  };

  std::mutex mutex_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<Kept>> blocks_;
};

}  // namespace kvitt
