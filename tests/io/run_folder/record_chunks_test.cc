// Streams of an output folder come back record by record, however long they are and whatever stands in quotes.

#include "io/run_folder/record_chunks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/run_folder/row_tokens.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

StoredStream Stream(const std::string& path, RowForm form) {
  return {.kind = StreamKind::kPayments, .form = form, .path = path};
}

// All records of the file; fails the test when it cannot be read.
std::vector<std::string> Records(const StoredStream& stream) {
  std::vector<std::string> records;
  absl::StatusOr<RecordChunks> chunks = RecordChunks::Open(stream);
  EXPECT_TRUE(chunks.ok()) << chunks.status().message();
  uint64_t offset = 0;
  while (chunks.ok()) {
    const absl::StatusOr<std::string_view> chunk = chunks->Next();
    EXPECT_TRUE(chunk.ok()) << chunk.status().message();
    if (!chunk.ok() || chunk->empty()) break;
    if (stream.form == RowForm::kJsonLines) {
      EXPECT_EQ(chunks->chunk_offset(), offset);
    }
    offset += chunk->size();
    for (size_t begin = 0; begin < chunk->size();) {
      const size_t end = RecordEnd(*chunk, begin, stream.form);
      EXPECT_NE(end, std::string_view::npos);
      if (end == std::string_view::npos) return records;
      records.emplace_back(chunk->substr(begin, end - begin));
      begin = end;
    }
  }
  return records;
}

TEST(RecordChunksTest, GivesEveryRecordOnceInOrder) {
  const ScratchFolder folder;
  std::string json;
  std::string csv = "payment_id,payer_name,tried\n";
  std::vector<std::string> json_records;
  std::vector<std::string> csv_records;
  // Some 13 MB: several chunks, with records and line breaks inside quotes at every place of their ends.
  for (int i = 0; i < 60'000; ++i) {
    const std::string number = std::to_string(i);
    json_records.push_back("{\"payment_id\":\"" + number + "\",\"text\":[\"" +
                           std::string(static_cast<size_t>(i % 397), 'x') + "\"]}\n");
    csv_records.push_back(number + ",\"a\n\"\"\n" +
                          std::string(static_cast<size_t>(i % 397), '\n') + "\",\n");
    json += json_records.back();
    csv += csv_records.back();
  }
  EXPECT_EQ(Records(Stream(folder.Write("a.jsonl", json), RowForm::kJsonLines)) == json_records,
            true);
  EXPECT_EQ(Records(Stream(folder.Write("a.csv", csv), RowForm::kCsv)) == csv_records, true);
}

TEST(RecordChunksTest, ARecordMayBeLongerThanAChunk) {
  const ScratchFolder folder;
  const std::string line = "{\"text\":\"" + std::string(11'000'000, 'x') + "\"}\n";
  EXPECT_EQ(Records(Stream(folder.Write("a.jsonl", line + line), RowForm::kJsonLines)) ==
                (std::vector<std::string>{line, line}),
            true);
}

TEST(RecordChunksTest, FilesWithoutRecordsGiveNone) {
  const ScratchFolder folder;
  EXPECT_TRUE(Records(Stream(folder.Write("a.jsonl", ""), RowForm::kJsonLines)).empty());
  EXPECT_TRUE(Records(Stream(folder.Write("a.csv", "payment_id\n"), RowForm::kCsv)).empty());
  EXPECT_FALSE(RecordChunks::Open(Stream(folder.Write("b.csv", ""), RowForm::kCsv)).ok());
  EXPECT_FALSE(RecordChunks::Open(Stream(folder.Path("none"), RowForm::kCsv)).ok());
}

TEST(RecordChunksTest, AFileThatWasCutOffIsSaidToBe) {
  const ScratchFolder folder;
  absl::StatusOr<RecordChunks> chunks =
      RecordChunks::Open(Stream(folder.Write("a.jsonl", "{}\n{\"a\":"), RowForm::kJsonLines));
  ASSERT_TRUE(chunks.ok());
  EXPECT_EQ(*chunks->Next(), "{}\n");
  const absl::StatusOr<std::string_view> rest = chunks->Next();
  EXPECT_TRUE(absl::IsDataLoss(rest.status()));
  EXPECT_NE(std::string(rest.status().message()).find("byte 3: expected a line end"),
            std::string::npos);
}

TEST(RowTokensTest, ACsvRowSaysWhatTheJsonLineSays) {
  const StoredStream json = Stream("", RowForm::kJsonLines);
  const StoredStream csv = Stream("", RowForm::kCsv);
  const StoredStream items = {.kind = StreamKind::kOpenItems, .form = RowForm::kCsv, .path = ""};
  const auto texts = [](const RowTokens& row) {
    std::string all;
    for (const JsonToken& token : row.tokens()) all += std::string(token.text) + "|";
    return all;
  };
  RowTokens from_json(json, {});
  ASSERT_TRUE(from_json.Read(R"({"payment_id":"=1","text":["a\"b","c;d"]})"
                             "\n"));
  RowTokens from_csv(csv, {"payment_id", "payer_name", "text"});
  ASSERT_TRUE(from_csv.Read("\"'=1\",,\"[\"\"a\\\"\"b\"\",\"\"c;d\"\"]\"\n")) << from_csv.problem();
  EXPECT_EQ(texts(from_csv), texts(from_json));
  RowTokens item(items, {"item_id", "references"});
  ASSERT_TRUE(item.Read("I1,R1;R2\n"));
  EXPECT_EQ(texts(item), "|item_id|I1|references||R1|R2|||");
  EXPECT_FALSE(item.Read("I1\n"));
  EXPECT_EQ(item.problem(), "expected 2 cells, found 1");
  EXPECT_FALSE(from_json.Read("{\"payment_id\":\n"));
}

}  // namespace
}  // namespace kvitt
