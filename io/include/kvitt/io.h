// kvitt's way to the world: files in, files out.
//
// The engine (kvitt/reconcile.h) knows only records. This header reads bank files and record streams
// into it, and writes what it decided. The command line is built on this header alone.
//
//   auto reports = kvitt::InspectFiles({"night/"}, {});
//   for (const kvitt::FileReport& report : *reports) if (report.set_aside) ...
//
// Nothing here throws, prints or exits. What the outside world did wrong (a folder that cannot be
// written) is an absl::Status; what a file did wrong is in its FileReport.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kvitt/record_sink.h"

namespace kvitt {

enum class FileKind : uint8_t { kUnknown, kPayments, kItems, kCustomers, kClaims, kAgreements };
// "payments", "items", ...
std::string_view Name(FileKind kind);

enum class ControlState : uint8_t { kAbsent, kVerified, kMismatch };
// "absent", "verified", "mismatch"
std::string_view Name(ControlState state);

// One file to read.
struct InputSpec {
  std::string path;  // "-": stdin
  FileKind expected_kind =
      FileKind::kUnknown;   // what the command line said it is; kUnknown: anything
  bool follow_link = true;  // false for what was found in a directory: a link there leads elsewhere
  bool is_empty_directory = false;  // the path is a directory without files to read
};

// How to read files whose content leaves room for choice.
struct FormatSettings {
  std::string input_format;  // overrides detection: a name of the contract, e.g. "items-csv"
  FileKind expected_kind = FileKind::kUnknown;  // of the file at hand; see InputSpec
  char decimal_mark = 0;  // CSV: '.' or ','; 0: '.', unless a mapping says otherwise

  // CSV column mappings by name (io/config reads them from kvitt.toml): what a bank or a wallet calls its
  // columns. kvitt brings some along (docs/formats.md); a mapping of the same name changes what it says and
  // keeps the rest, so that naming the account of the exports takes one line.
  //
  // `columns` leads from a field of payments to a header cell. A cell may be `A|B` (the first of them that
  // the file has) or `A+B` (joined; two lines of a text; the sum of fees). Beside the fields of payments:
  //   amount         signed: negative is a debit; or credit_amount and debit_amount
  //   amount_side, fee_side  a column that says CR or DR (C or D, K for credit in the Baltics)
  //   fee, refund, net       parts of the row: net = amount + refund - fee; fee_currency must be the same
  //   type, status, balance, settlement, payout_date
  // `constants` has fields of payments, and account_scheme: put before the number of the account column.
  struct ColumnMapping {
    std::string name;                              // "danske-csv"
    std::vector<std::string> header;               // the header cells that identify it
    std::map<std::string, std::string> columns;    // kvitt field -> header cell
    std::map<std::string, std::string> constants;  // kvitt field -> fixed value
    // Word of the `type` column -> kind of payment, or "ignore"; `T11*` stands for what begins so. "+" and
    // "-" are for rows of other words, by their sign; "payment" when they say nothing.
    std::map<std::string, std::string> kinds;
    std::vector<std::string> booked;          // words of `status` that say booked; none: all are
    char decimal_mark = '.';                  // 0: found out from the file
    char thousands_mark = 0;                  // removed before the amount is read
    bool minor_units = false;                 // amounts are whole numbers of minor units
    std::string date_pattern = "YYYY-MM-DD";  // also DD.MM.YYYY, DD-MM-YYYY, YYYYMMDD, DD/MM/YYYY,
                                              // YYYY/MM/DD; several with | between them
    int header_rows_before = 0;               // rows above the header
    bool newest_first = false;
    std::string row_mark;          // first cell of the rows that are read; "": all
    bool implied_payouts = false;  // each settlement was paid out without a row that says so
  };

  std::vector<ColumnMapping> mappings;
  bool report_is_payments = false;          // camt.052, mt942 post (else information only)
  bool allow_empty = false;                 // a file without records is not a problem
  uint64_t max_bytes = uint64_t{64} << 30;  // after decompression
  uint32_t max_expansion = 250;             // after the first 64 MiB
};

// What one file is and holds: the line of `kvitt inspect --json`.
struct FileReport {
  std::string file;  // as given; a member of a zip is `archive.zip!member`
  std::string format = "unknown";
  std::string version;  // "053.08", "01", "" when the format has none
  FileKind kind = FileKind::kUnknown;
  uint64_t statements = 0;
  uint64_t entries = 0;
  uint64_t transactions = 0;
  std::map<std::string, std::string> credits;  // currency -> decimal text
  std::map<std::string, std::string> debits;
  ControlState control_totals = ControlState::kAbsent;
  // Record numbers count physical records (lines, XML entries) from 1; 0: the file as a whole.
  std::vector<RecordProblem> problems;
  std::vector<std::string> warnings;  // tolerated oddities, for people
  uint64_t unknown_fields = 0;

  // Not part of the JSON line.
  bool set_aside = false;             // nothing of this file may be posted
  bool only_controls_failed = false;  // set aside for totals alone: --accept-mismatch can post it
  std::vector<std::string> accounts;  // creditor accounts met, at most 100
  Date first_date;
  Date last_date;
  uint64_t bytes = 0;        // after decompression
  std::string digest;        // of the decompressed bytes, 32 hexadecimal characters
  uint64_t bad_records = 0;  // lines of a stream that were set aside alone
  bool over_limit = false;   // set aside because a declared resource limit was passed (exit 7)
  std::string copy_of;       // a file of this run with the same bytes, whose records count
};

// How the calls below read.
struct InspectOptions {
  FormatSettings settings;
  int threads = 0;  // 0: as many as there are processors
};

// What each file is and holds, with its control totals checked; nothing is written. `paths` are as on
// the command line: files, directories (every file in them), patterns, `-`. One report for each file,
// in their order, members of an archive one each. Fails when a path leads nowhere (kNotFound) or the
// options are wrong (kInvalidArgument); never because of what a file holds.
absl::StatusOr<std::vector<FileReport>> InspectFiles(absl::Span<const std::string> paths,
                                                     const InspectOptions& options);

// A report as the line of `kvitt inspect --json`, without line end.
std::string InspectLine(const FileReport& report);

// Reports as a table for people, problems below each file, a closing line. Safe for a terminal.
std::string InspectTable(absl::Span<const FileReport> reports);

// Takes output bytes; a status that is not OK ends the call that gave them.
using ByteConsumer = std::function<absl::Status(std::string_view)>;

// Hands the records of the files, in order, to `consumer` in the shape of docs/records.md: `to` is
// "jsonl" or "csv" (then all files must be of one kind; the header comes first). Files that are set
// aside give no records; their reports say why. Each file is read twice, first for its verdict.
absl::StatusOr<std::vector<FileReport>> ConvertFiles(absl::Span<const std::string> paths,
                                                     std::string_view to,
                                                     const InspectOptions& options,
                                                     const ByteConsumer& consumer);

// One line of `kvitt formats`.
struct FormatFacts {
  std::string_view name;
  FileKind kind = FileKind::kUnknown;
  std::string_view description;
  bool is_written = false;  // all are read
};

// In the order of their precedence.
std::vector<FormatFacts> ListFormats();

// Text of unknown origin made safe for a terminal: control characters, invisible and direction
// changing ones, and bytes that are no UTF-8 as `<U+202E>`, `<0x1B>`.
std::string ForTerminal(std::string_view text);

}  // namespace kvitt
