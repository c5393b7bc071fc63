// The same money in a report of the day and in the statement of that day: posted once, whichever came
// first, and by the report alone where the configuration says that reports post.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kvitt/run.h"
#include "tests/io/bytes/scratch_folder.h"

namespace kvitt {
namespace {

using nlohmann::json;

// The bank's reference of the report is not that of the statement.
constexpr std::string_view kReport =
    ":20:R\n:25:DE89370400440532013000\n:28C:7/1\n:34F:EUR0,\n:13D:2601021200+0100\n"
    ":61:2601020102C100,00NTRFNONREF//TODAY1\n:86:166?00GUTSCHRIFT?20SVWZ+INV-1001\n"
    ":90D:0EUR0,\n:90C:1EUR100,00\n-\n";
constexpr std::string_view kStatement =
    ":20:S\n:25:DE89370400440532013000\n:28C:7/1\n:60F:C260101EUR0,00\n"
    ":61:2601020102C100,00NTRFNONREF//B1\n:86:166?00GUTSCHRIFT?20SVWZ+INV-1001\n"
    ":62F:C260102EUR100,00\n-\n";

// What was posted on items, in minor units, by the files given.
int64_t Posted(const std::vector<std::string_view>& files, bool reports_post) {
  const ScratchFolder folder;
  RunRequest request;
  request.invoices = {
      folder.Write("items.jsonl",
                   R"({"item_id":"INV-1001","customer_id":"C7","amount":"100.00","currency":"EUR"})"
                   "\n"
                   R"({"item_id":"INV-1002","customer_id":"C7","amount":"100.00","currency":"EUR"})"
                   "\n")};
  for (const std::string_view file : files) {
    request.payments.push_back(
        folder.Write("file" + std::to_string(request.payments.size()), file));
  }
  request.out = folder.Path("out");
  request.config.threads = 1;
  request.config.formats.report_is_payments = reports_post;
  const absl::StatusOr<RunResult> result = RunJob(request);
  EXPECT_TRUE(result.ok()) << result.status();
  int64_t minor = 0;
  std::ifstream in(request.out + "/allocations.jsonl");
  for (std::string line; std::getline(in, line);) {
    const std::string amount = json::parse(line)["amount"].get<std::string>();
    minor += std::stoll(amount) * 100;
  }
  return minor;
}

TEST(ReportsOfTheDayTest, PostOnceWithTheStatement) {
  EXPECT_EQ(Posted({kReport}, false), 0);
  EXPECT_EQ(Posted({kStatement}, false), 10000);
  EXPECT_EQ(Posted({kReport, kStatement}, false), 10000);
  EXPECT_EQ(Posted({kStatement, kReport}, false), 10000);
}

TEST(ReportsOfTheDayTest, PostAloneWhereTheConfigurationSaysSo) {
  EXPECT_EQ(Posted({kReport}, true), 10000);
}

}  // namespace
}  // namespace kvitt
