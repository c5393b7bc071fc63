// Where readers put what they read.
//
// A file is read in blocks, and blocks of one file may be parsed at the same time by different
// threads. Each block gets a BlockSink of its own, used by one thread; the order of the records is
// (file, block, order of the calls), whichever thread is faster. A reader that meets a bad line in
// a stream reports it with Problem() and goes on; a reader that finds that a bank file is damaged
// says so in its verdict (io/formats/format.h) and the whole file is set aside.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kvitt/deviation.h"
#include "kvitt/record_batch.h"

namespace kvitt {

// Something wrong with one record of a file.
struct RecordProblem {
  DeviationCode code = DeviationCode::kRecordMalformed;
  uint64_t record = 0;       // in a BlockSink: ordinal in the block, from 0; in a report: 1-based
  uint64_t byte_offset = 0;  // of the record, in the decompressed file
  std::string text;          // what was expected, what was found
};

class BlockSink {
 public:
  virtual ~BlockSink() = default;

  // May be called any number of times. Views need to live during the call only.
  virtual void Items(const OpenItemBatch& batch) = 0;
  virtual void Payments(const PaymentBatch& batch) = 0;
  virtual void Customers(const CustomerBatch& batch) = 0;
  virtual void Problem(const RecordProblem& problem) = 0;
};

class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Thread-safe. `file` and `block` count from 0.
  virtual std::unique_ptr<BlockSink> OpenBlock(uint32_t file, uint32_t block) = 0;

  // Facts that stand in the file after the payments they belong to (a BgMax deposit record closes
  // its section): sets the dates of the payments with ordinals [first, last) that were handed to
  // that block, in the order in which they were handed over. Called after every block of the file
  // has been parsed, by one thread.
  virtual void SetDates(uint32_t file,
                        uint32_t block,
                        uint32_t first,
                        uint32_t last,
                        Date booking_date,
                        Date value_date) = 0;

  // How many statements the blocks of the file in front of `block` opened: Payment::statement counts
  // those of its own block, and equal payments are told apart by the statement of the file. Called
  // as SetDates, where there are any. A sink that does not tell payments apart may ignore it.
  virtual void SetStatementsBefore(uint32_t file, uint32_t block, uint32_t statements) {
    static_cast<void>(file), static_cast<void>(block), static_cast<void>(statements);
  }
};

}  // namespace kvitt
