// Settings: what a night's run is told, from four places.
//
//   flag over environment (KVITT_*) over file (kvitt.toml) over default
//
// Every setting is one row of one table: `max_bytes` in the file is KVITT_MAX_BYTES in the
// environment and --max-bytes on the command line. An unknown key is an error that names the
// nearest known one; so is a value that is not of its kind. What no flag could hold stands in
// tables of the file alone: column mappings of CSV exports ([[mapping]]), and the terms of single
// accounts and groups of customers ([policy.account."..."], [policy.group.NAME]). See
// docs/configuration.md.
//
//   kvitt::ConfigSources sources;
//   sources.file = "kvitt.toml";
//   auto loaded = kvitt::LoadConfig(sources);
//   if (loaded.ok()) use(loaded->config.threads);

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
#include "kvitt/date.h"
#include "kvitt/io.h"
#include "kvitt/policy.h"

namespace kvitt {

struct RunConfig {
  int threads = 0;                      // 0: as many as there are processors
  FormatSettings formats;               // how files are read
  std::string output_format = "jsonl";  // or "csv"
  std::vector<std::string> emit = {"payments", "allocations", "exceptions", "open_items"};
  Date as_of;           // none: the command decides
  bool strict = false;  // exit code 4 where it would be 3
  Policy policy;        // what may be closed without a person
};

// One setting.
struct ConfigKey {
  std::string_view name;         // "max_bytes"
  std::string_view value;        // what a value looks like, for help: "N", "jsonl|csv"
  std::string_view description;  // one sentence
  bool is_switch = false;        // true or false: on the command line without a value
  // The value as text; what `set` takes.
  std::function<std::string(const RunConfig& config)> show = {};
  // The message of a refusal is "expected ..., found ...".
  std::function<absl::Status(std::string_view text, RunConfig* config)> set = {};
  std::string_view table = {};  // of the file, where it is not the outermost one: "policy"
};

// The table, in the order of `kvitt config show`.
absl::Span<const ConfigKey> ConfigKeys();
// Null when there is no such key.
const ConfigKey* FindConfigKey(std::string_view name);

// "max_bytes" as "KVITT_MAX_BYTES" and as "--max-bytes".
std::string EnvironmentName(std::string_view key);
std::string FlagName(std::string_view key);

// The known name that is most like `name`, as "; the nearest known one is 'threads'"; "" when none is.
std::string NearestHint(std::string_view name, absl::Span<const std::string_view> known);

struct ConfigSources {
  std::string file;                          // path of a kvitt.toml; "": none
  std::vector<std::string> environment;      // "NAME=value"; only KVITT_* are looked at
  std::map<std::string, std::string> flags;  // key -> text
};

struct LoadedConfig {
  RunConfig config;
  // For each row of ConfigKeys, where its value is from: "default", "kvitt.toml:3",
  // "KVITT_THREADS", "--threads".
  std::vector<std::string> origins;
};

// kInvalidArgument for whatever is wrong with a setting, with file, line and the nearest known key;
// kNotFound when there is no such file.
absl::StatusOr<LoadedConfig> LoadConfig(const ConfigSources& sources);

}  // namespace kvitt
