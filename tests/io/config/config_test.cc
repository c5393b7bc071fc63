#include "kvitt/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "tests/io/config/config_loading.h"

namespace kvitt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ConfigTest = ConfigLoading;

TEST_F(ConfigTest, EveryRowTakesWhatItShows) {
  std::set<std::string_view> names;
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.description.empty());
    RunConfig config;
    const std::string text = key.show(config);
    EXPECT_TRUE(key.set(text, &config).ok()) << key.name << " " << text;
    EXPECT_EQ(key.show(config), text) << key.name;
    EXPECT_EQ(FindConfigKey(key.name), &key);
  }
  EXPECT_EQ(FindConfigKey("no_such"), nullptr);
  EXPECT_EQ(EnvironmentName("max_bytes"), "KVITT_MAX_BYTES");
  EXPECT_EQ(FlagName("max_bytes"), "--max-bytes");
}

TEST_F(ConfigTest, FileSetsEveryKindOfValue) {
  const absl::StatusOr<LoadedConfig> loaded = Load(
      "threads = 4\nallow_empty = true\noutput_format = \"csv\"\nemit = [\"payments\", "
      "\"exceptions\"]\n"
      "as_of = 2026-03-01\ndecimal_mark = \",\"\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->config.threads, 4);
  EXPECT_TRUE(loaded->config.formats.allow_empty);
  EXPECT_EQ(loaded->config.output_format, "csv");
  EXPECT_THAT(loaded->config.emit, ElementsAre("payments", "exceptions"));
  EXPECT_EQ(FormatDate(loaded->config.as_of), "2026-03-01");
  EXPECT_EQ(loaded->config.formats.decimal_mark, ',');
}

TEST_F(ConfigTest, StrongerPlaceWins) {
  ConfigSources sources;
  sources.file = folder.Write("kvitt.toml", "threads = 2\nstrict = true\n");
  sources.environment = {"PATH=/bin", "KVITT_THREADS=3", "KVITT_CONFIG=elsewhere",
                         "KVITT_MAX_EXPANSION=9"};
  sources.flags = {{"max_expansion", "10"}};
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(sources);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->config.threads, 3);
  EXPECT_TRUE(loaded->config.strict);
  EXPECT_EQ(loaded->config.formats.max_expansion, 10U);
  const auto origin = [&](std::string_view key) {
    return loaded->origins[static_cast<size_t>(FindConfigKey(key) - ConfigKeys().data())];
  };
  EXPECT_EQ(origin("threads"), "KVITT_THREADS");
  EXPECT_EQ(origin("strict"), sources.file + ":2");
  EXPECT_EQ(origin("max_expansion"), "--max-expansion");
  EXPECT_EQ(origin("emit"), "default");
}

TEST_F(ConfigTest, UnknownKeysNameTheNearest) {
  EXPECT_EQ(Refusal("\nmax_byte = 1\n"),
            "kvitt.toml:2:1: unknown key 'max_byte'; the nearest known one is 'max_bytes'");
  EXPECT_EQ(Refusal("quantum = 1\n"), "kvitt.toml:1:1: unknown key 'quantum'");
  EXPECT_THAT(Refusal("[threads]\nx = 1\n"),
              HasSubstr("threads: expected a string, a whole number"));
  ConfigSources sources;
  sources.environment = {"KVITT_STRIKT=true"};
  EXPECT_EQ(LoadConfig(sources).status().message(),
            "environment: unknown setting 'KVITT_STRIKT'; the nearest known one is 'KVITT_STRICT'");
}

TEST_F(ConfigTest, ValuesMustBeOfTheirKind) {
  EXPECT_EQ(Refusal("threads = -1\n"),
            "kvitt.toml:1:11: threads: expected a whole number from 0 to 256, found '-1'");
  EXPECT_THAT(Refusal("max_expansion = 2.5\n"),
              HasSubstr("expected a string, a whole number, true or false"));
  EXPECT_THAT(Refusal("strict = \"yes\"\n"), HasSubstr("expected true or false, found 'yes'"));
  EXPECT_THAT(Refusal("output_format = \"xml\"\n"),
              HasSubstr("expected jsonl or csv, found 'xml'"));
  EXPECT_THAT(Refusal("emit = [\"payments\", \"all\"]\n"), HasSubstr("found 'payments,all'"));
  EXPECT_THAT(Refusal("emit = [1]\n"), HasSubstr("expected an array of strings"));
  EXPECT_THAT(Refusal("as_of = \"2026-02-30\"\n"), HasSubstr("expected a date YYYY-MM-DD"));
  EXPECT_THAT(Refusal("as_of = 0001-01-01\n"), HasSubstr("expected a date YYYY-MM-DD"));
  EXPECT_THAT(Refusal("input_format = \"bgmx\"\n"), HasSubstr("expected the name of a format"));
  EXPECT_THAT(Refusal("threads = \n"), HasSubstr("kvitt.toml:1:"));
}

TEST_F(ConfigTest, MappingsAreRead) {
  const absl::StatusOr<LoadedConfig> loaded = Load(R"([[mapping]]
name = "bank-csv"
header = ["Dato", "Tekst", "Beløb"]
columns = { booking_date = "Dato", text = "Tekst", amount = "Beløb" }
constants = { currency = "DKK", creditor_account = "DK5000400440116243" }
decimal_mark = ","
thousands_mark = "."
date_pattern = "DD.MM.YYYY"
header_rows_before = 2
newest_first = true
)");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->config.formats.mappings.size(), 1U);
  const FormatSettings::ColumnMapping& mapping = loaded->config.formats.mappings[0];
  EXPECT_EQ(mapping.name, "bank-csv");
  EXPECT_THAT(mapping.header, ElementsAre("Dato", "Tekst", "Beløb"));
  EXPECT_EQ(mapping.columns.at("amount"), "Beløb");
  EXPECT_EQ(mapping.constants.at("currency"), "DKK");
  EXPECT_EQ(mapping.decimal_mark, ',');
  EXPECT_EQ(mapping.thousands_mark, '.');
  EXPECT_EQ(mapping.date_pattern, "DD.MM.YYYY");
  EXPECT_EQ(mapping.header_rows_before, 2);
  EXPECT_TRUE(mapping.newest_first);
}

TEST_F(ConfigTest, WrongMappingsSayWhere) {
  EXPECT_THAT(
      Refusal("[[mapping]]\nname = \"x\"\ncolumn = {}\n"),
      HasSubstr(
          "kvitt.toml:3:1: unknown key 'column' of a mapping; the nearest known one is 'columns'"));
  EXPECT_THAT(Refusal("[[mapping]]\nname = \"x\"\n"),
              HasSubstr("a mapping needs at least a name and columns"));
  EXPECT_THAT(Refusal("[[mapping]]\nname = \"x\"\ncolumns = { amount = 1 }\n"),
              HasSubstr("columns: expected a table of strings"));
  EXPECT_THAT(Refusal("mapping = 1\n"), HasSubstr("written [[mapping]]"));
}

TEST_F(ConfigTest, MissingFileIsNotFound) {
  ConfigSources sources;
  sources.file = folder.Path("gone");
  EXPECT_EQ(LoadConfig(sources).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ConfigTest, WhatIsNoRegularFileIsRefusedUnread) {
  const std::string pipe = folder.Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& file : {folder.path(), pipe, std::string("/dev/zero")}) {
    ConfigSources sources;
    sources.file = file;
    EXPECT_THAT(std::string(LoadConfig(sources).status().message()),
                HasSubstr("expected a regular file as the configuration, found " + file));
  }
}

}  // namespace
}  // namespace kvitt
