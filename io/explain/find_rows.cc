#include "io/explain/find_rows.h"

#include <string.h>

#include <algorithm>
#include <string_view>

#include "engine/value/concat.h"
#include "io/bytes/json_text.h"
#include "io/run_folder/record_chunks.h"

namespace kvitt {
namespace {

std::string WithQuotesDoubled(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '"' ? 2 : 1, c);
  return doubled;
}

// How an id may stand in the bytes of a stream: as a JSON string; in CSV as a cell, or as a JSON string
// inside a cell.
std::vector<std::string> WaysToWrite(std::string_view id, RowForm form) {
  std::string json;
  AppendJsonString(id, &json);
  if (form == RowForm::kJsonLines) return {json};
  const std::string cell = WithQuotesDoubled(id);
  const std::string inside = WithQuotesDoubled(json);
  // Plain ids stand in both in the same way.
  if (inside == Concat("\"\"", cell, "\"\"")) return {cell};
  return {cell, inside};
}

// Whether what stands at [at, at + size) may be a whole cell or a whole JSON string in one.
bool IsWhole(std::string_view bytes, size_t at, size_t size) {
  constexpr std::string_view kBefore = "\",'\n";
  constexpr std::string_view kAfter = "\",\r\n";
  const bool begins = at == 0 || kBefore.find(bytes[at - 1]) != std::string_view::npos;
  const size_t end = at + size;
  return begins && (end == bytes.size() || kAfter.find(bytes[end]) != std::string_view::npos);
}

void AddPlaces(std::string_view bytes,
               std::string_view needle,
               RowForm form,
               std::vector<size_t>* places) {
  size_t from = 0;
  while (from < bytes.size()) {
    const void* found =
        memmem(bytes.data() + from, bytes.size() - from, needle.data(), needle.size());
    if (found == nullptr) return;
    const auto at = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    const bool whole =
        form == RowForm::kJsonLines || needle.front() == '"' || IsWhole(bytes, at, needle.size());
    if (whole) places->push_back(at);
    from = at + 1;
  }
}

}  // namespace

absl::Status FindRows(const StoredStream& stream,
                      const std::vector<std::string>& ids,
                      const std::function<void(JsonSpan row)>& use) {
  if (stream.path.empty() || ids.empty()) return absl::OkStatus();
  absl::StatusOr<RecordChunks> chunks = RecordChunks::Open(stream);
  if (!chunks.ok()) return chunks.status();
  std::vector<std::string> needles;
  for (const std::string& id : ids) {
    for (std::string& way : WaysToWrite(id, stream.form)) needles.push_back(std::move(way));
  }
  RowTokens row(stream, chunks->columns());
  std::vector<size_t> places;
  for (;;) {
    const absl::StatusOr<std::string_view> chunk = chunks->Next();
    if (!chunk.ok()) return chunk.status();
    if (chunk->empty()) return absl::OkStatus();
    places.clear();
    for (const std::string& needle : needles) AddPlaces(*chunk, needle, stream.form, &places);
    std::sort(places.begin(), places.end());
    size_t begin = 0;
    size_t end = 0;
    for (const size_t place : places) {
      if (place < end) continue;  // in the record that was used last
      if (stream.form == RowForm::kJsonLines) {
        const size_t before = chunk->rfind('\n', place);
        end = before == std::string_view::npos ? 0 : before + 1;
      }
      while (end <= place) {
        begin = end;
        end = RecordEnd(*chunk, begin, stream.form);
      }
      if (!row.Read(chunk->substr(begin, end - begin))) {
        return absl::DataLossError(
            Concat(stream.path, ": byte ", chunks->chunk_offset() + begin, ": ", row.problem()));
      }
      use(row.tokens());
    }
  }
}

}  // namespace kvitt
