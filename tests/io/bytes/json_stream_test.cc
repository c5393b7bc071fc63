// JSON Lines by the fast way, by the portable way, by the strict way and by another library: all
// four must say the same of every line, good or bad.

#include "io/bytes/json_stream.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include <nlohmann/json.hpp>

namespace kvitt {
namespace {

constexpr JsonField kSchema[] = {
    {"id"},
    {"amount", JsonFieldType::kAmount},
    {"tags", JsonFieldType::kTexts},
    {"text", JsonFieldType::kTextOrTexts},
    {"references", JsonFieldType::kReferences},
    {"note"},
};

// Writes down what it gets, and refuses records whose id is "refuse".
class Notes : public JsonRecordBuilder {
 public:
  JsonRefusal Add(const JsonRecord& record) override {
    if (record.text(0) == "refuse") return {"another id", record.text(0), 0};
    std::string line;
    for (const size_t field : {size_t{0}, size_t{1}, size_t{5}})
      line.append(record.text(field)).append("|");
    for (const JsonElement& element : record.elements) {
      line.append(std::to_string(element.field)).append(".");
      line.append(std::to_string(static_cast<int>(element.part))).append(".");
      line.append(std::to_string(element.group)).append("=");
      line.append(record.slots[element.slot]).append(";");
    }
    held.push_back(line);
    return {};
  }

  void Flush() override {
    records.insert(records.end(), held.begin(), held.end());
    held.clear();
  }

  std::vector<std::string> held;
  std::vector<std::string> records;
};

class Problems : public BlockSink {
 public:
  void Items(const OpenItemBatch&) override {}

  void Payments(const PaymentBatch&) override {}

  void Customers(const CustomerBatch&) override {}

  void Problem(const RecordProblem& problem) override {
    all.push_back(std::to_string(problem.record) + " at " + std::to_string(problem.byte_offset) +
                  ": " + problem.text);
    lines.insert(problem.record);
  }

  std::vector<std::string> all;
  std::set<uint64_t> lines;
};

struct Outcome {
  std::vector<std::string> records;
  std::vector<std::string> problems;
  std::set<uint64_t> bad_lines;
  JsonStreamTotals totals;
};

Outcome ReadLines(std::string bytes, JsonStream::Mode mode) {
  const size_t size = bytes.size();
  // What follows the block is not part of it, whatever it is.
  bytes.append(JsonTemplate::kPadding, '}');
  Notes notes;
  Problems problems;
  JsonStream stream(kSchema, &notes, &problems, mode);
  Outcome outcome;
  outcome.totals = stream.Read(std::string_view(bytes).substr(0, size), 0);
  outcome.records = notes.records;
  outcome.problems = problems.all;
  outcome.bad_lines = problems.lines;
  return outcome;
}

// Reads all three ways, demands one answer and gives it.
Outcome ReadLines(const std::string& bytes) {
  const Outcome strict = ReadLines(bytes, JsonStream::Mode::kStrictOnly);
  for (const JsonStream::Mode mode : {JsonStream::Mode::kFast, JsonStream::Mode::kPortable}) {
    const Outcome other = ReadLines(bytes, mode);
    EXPECT_EQ(other.records, strict.records) << bytes;
    EXPECT_EQ(other.problems, strict.problems) << bytes;
    EXPECT_EQ(other.totals.lines, strict.totals.lines);
    EXPECT_EQ(other.totals.bad_lines, strict.totals.bad_lines);
    EXPECT_EQ(other.totals.unknown_fields, strict.totals.unknown_fields) << bytes;
  }
  return strict;
}

// What RFC 8259 and our own rules demand of one line, by another library and slow obvious code.
class Oracle {
 public:
  // Empty: blank line. "bad": refused. Else the record as Notes writes it.
  static std::string Line(const std::string& line) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) return "";
    if (line.find('\0') != std::string::npos) return "bad";
    std::vector<std::set<std::string>> keys;
    bool sound = true;
    const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
      using Event = nlohmann::json::parse_event_t;
      if (event == Event::object_start) keys.emplace_back();
      if (event == Event::object_end) keys.pop_back();
      if (event == Event::key) sound = sound && keys.back().insert(value.get<std::string>()).second;
      if ((event == Event::object_start || event == Event::array_start) && depth >= 64)
        sound = false;
      if (event == Event::key || event == Event::value) {
        sound = sound &&
                (!value.is_string() || value.get<std::string>().find('\0') == std::string::npos);
      }
      return true;
    };
    const nlohmann::json json = nlohmann::json::parse(line, watch, false);
    if (json.is_discarded() || !json.is_object() || !sound) return "bad";
    return Record(json, line);
  }

 private:
  static bool TextOf(const nlohmann::json& json, const char* key, std::string* text) {
    if (!json.contains(key) || json[key].is_null()) return true;
    if (!json[key].is_string()) return false;
    *text = json[key].get<std::string>();
    return true;
  }

  static std::string Record(const nlohmann::json& json, const std::string& line) {
    std::string id;
    std::string note;
    std::string amount;
    if (!TextOf(json, "id", &id) || !TextOf(json, "note", &note) || id == "refuse") return "bad";
    if (json.contains("amount") && json["amount"].is_number()) {
      amount = "?";  // the library turns numbers into floating point: only its presence is compared
    } else if (!TextOf(json, "amount", &amount)) {
      return "bad";
    }
    std::string elements;
    std::vector<std::pair<size_t, std::string>> arrays;  // by place in the line
    for (int field : {2, 3, 4}) {
      const std::string key(kSchema[field].name);
      if (!json.contains(key) || json[key].is_null()) continue;
      std::string text;
      if (!Elements(json[key], field, &text)) return "bad";
      arrays.emplace_back(line.find("\"" + key + "\""), text);
    }
    std::sort(arrays.begin(), arrays.end());
    for (const auto& [place, text] : arrays) elements += text;
    return id + "|" + amount + "|" + note + "|" + elements;
  }

  static bool Elements(const nlohmann::json& value, int field, std::string* text) {
    const auto add = [&](int part, size_t group, const std::string& what) {
      *text += std::to_string(field) + "." + std::to_string(part) + "." + std::to_string(group) +
               "=" + what + ";";
    };
    if (value.is_string() && field == 3) {
      add(0, 0, value.get<std::string>());
      return true;
    }
    if (!value.is_array()) return false;
    for (size_t i = 0; i < value.size(); ++i) {
      if (value[i].is_string()) {
        add(0, i, value[i].get<std::string>());
      } else if (field == 4 && value[i].is_object()) {
        // The library sorts keys; the lines of this test write them sorted, too.
        const nlohmann::json& object = value[i];
        std::string amount;
        std::string scheme;
        std::string reference;
        if (!TextOf(object, "scheme", &scheme) || !TextOf(object, "value", &reference))
          return false;
        const bool number = object.contains("amount") && object["amount"].is_number();
        if (!number && !TextOf(object, "amount", &amount)) return false;
        if (!object.contains("value") || object["value"].is_null()) return false;
        if (object.contains("amount") && !object["amount"].is_null())
          add(3, i, number ? "?" : amount);
        if (object.contains("scheme") && !object["scheme"].is_null()) add(2, i, scheme);
        add(1, i, reference);
      } else {
        return false;
      }
    }
    return true;
  }
};

// Numbers as the oracle shows them.
std::string WithoutNumbers(const std::string& record, const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  std::string shown = record;
  if (json.contains("amount") && json["amount"].is_number()) {
    const size_t first = shown.find('|');
    const size_t second = shown.find('|', first + 1);
    shown.replace(first + 1, second - first - 1, "?");
  }
  if (!json.contains("references") || !json["references"].is_array()) return shown;
  for (size_t i = 0; i < json["references"].size(); ++i) {
    const nlohmann::json& reference = json["references"][i];
    if (!reference.is_object() || !reference.contains("amount")) continue;
    if (!reference["amount"].is_number()) continue;
    const std::string start = "4.3." + std::to_string(i) + "=";
    const size_t at = shown.find(start) + start.size();
    shown.replace(at, shown.find(';', at) - at, "?");
  }
  return shown;
}

void ExpectAgreement(const std::vector<std::string>& lines) {
  std::string bytes;
  for (const std::string& line : lines) bytes += line + "\n";
  const Outcome outcome = ReadLines(bytes);
  size_t next = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string expected = Oracle::Line(lines[i]);
    const bool bad = outcome.bad_lines.count(i) != 0;
    ASSERT_EQ(bad, expected == "bad") << lines[i];
    if (bad || expected.empty()) continue;
    ASSERT_LT(next, outcome.records.size());
    ASSERT_EQ(WithoutNumbers(outcome.records[next++], lines[i]), expected) << lines[i];
  }
  EXPECT_EQ(next, outcome.records.size());
}

const char* const kLines[] = {
    R"({"id":"a1","amount":"10.00","tags":["x","y"],"text":"hello","references":["1","2"]})",
    R"({"id":"a2","amount":12.50,"tags":[],"text":["one","two"],"references":[{"amount":5,"scheme":"ocr","value":"77"}]})",
    R"({"id":"a3","amount":-0.5e10,"other":{"deep":[1,2,{"x":null}]},"note":null})",
    R"({ "id" : "a4" , "note" : "blanks \"and\" escapes \u00e6\ud83d\ude00\/\n" , "flag":true,"no":false})",
    R"({"id":"","amount":"","note":"Bj)"
    "\xC3\xB8"
    R"(rk"})",
    R"({})",
    R"(   )",
};

TEST(JsonStreamTest, AgreesWithAnotherLibraryOnEverySingleByteChange) {
  for (const char* text : kLines) {
    const std::string line = text;
    std::vector<std::string> lines = {line, line};
    for (size_t at = 0; at < line.size(); ++at) {
      for (const char byte :
           {'"', '\\', '{', '}',  '[',    ']',    ',',    ':',    '0', '1',  '.',
            '-', 'e',  ' ', '\t', '\x01', '\x7f', '\x80', '\xff', 'x', '\0', 'u'}) {
        std::string changed = line;
        changed[at] = byte;
        lines.push_back(changed);
      }
      lines.push_back(line.substr(0, at));
      lines.push_back(line.substr(0, at) + line.substr(at + 1));
      lines.push_back(line.substr(0, at) + line[at] + line.substr(at));
      lines.push_back(line);
    }
    ExpectAgreement(lines);
  }
}

// A random document of the kind that such lines hold, sometimes with keys that repeat.
class RandomLines {
 public:
  std::string Line() {
    std::string line = "{";
    const int members = Below(7);
    for (int i = 0; i < members; ++i) {
      static const char* const kKeys[] = {"id",   "amount", "tags",     "text", "references",
                                          "note", "other",  "i\\u0064", "x"};
      const int key = Below(60) == 0 ? 7 : (i + Below(3)) % 9;
      line += (i == 0 ? "\"" : ",\"") + std::string(kKeys[key]) + "\":" + Value(0);
    }
    return line + "}";
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  std::string Value(int depth) {
    switch (Below(depth > 3 ? 8 : 12)) {
      case 0:
        return "null";
      case 1:
        return Below(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(Below(1000)) + "." + std::to_string(Below(100));
      case 3:
        return Below(4) == 0 ? "01" : std::to_string(Below(100000) - 50000);
      case 8:
      case 9: {
        std::string array = "[";
        const int count = Below(4);
        for (int i = 0; i < count; ++i) {
          array += (i == 0 ? "" : ",") + (Below(2) == 0 ? Value(depth + 1) : Text());
        }
        return array + "]";
      }
      case 10: {
        std::string object = "{";
        if (Below(2) == 0) object += "\"amount\":" + Value(depth + 2) + ",";
        if (Below(2) == 0) object += "\"scheme\":" + Value(depth + 2) + ",";
        return object + "\"value\":" + Text() + "}";
      }
      default:
        return Text();
    }
  }

  std::string Text() {
    static const char* const kTexts[] = {"",
                                         "a",
                                         "refuse",
                                         "æøå",
                                         "\\n",
                                         "\\u00e5",
                                         "12.50",
                                         "{}",
                                         "x\\\"y",
                                         "\\\\",
                                         "\\ud83d\\ude00",
                                         "\\ud83d",
                                         "long long long long long long long long long text",
                                         ","};
    return "\"" + std::string(kTexts[Below(14)]) + "\"";
  }

  std::mt19937 random_{20260115};
};

TEST(JsonStreamTest, AgreesWithAnotherLibraryOnRandomDocuments) {
  RandomLines random;
  for (int block = 0; block < 60; ++block) {
    std::vector<std::string> lines;
    for (int i = 0; i < 200; ++i) lines.push_back(random.Line());
    ExpectAgreement(lines);
  }
}

TEST(JsonStreamTest, TemplatesTakeLinesLikeThoseBefore) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes += "{\"id\":\"" + std::to_string(i) + "\",\"amount\":" + std::to_string(i) + ".25}\r\n";
    bytes += "{\"id\":\"" + std::string(static_cast<size_t>(i), 'x') + "\",\"tags\":[\"t\"]}\n";
  }
  const Outcome fast = ReadLines(bytes, JsonStream::Mode::kFast);
  EXPECT_EQ(fast.totals.records, 200U);
  EXPECT_EQ(fast.totals.templated, 198U);
  EXPECT_EQ(fast.records, ReadLines(bytes).records);
}

TEST(JsonStreamTest, LinesThatNeverRepeatAreReadAllTheSame) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += "{\"id\":\"1\",\"key" + std::to_string(i) + "\":1}\n";
  const Outcome outcome = ReadLines(bytes);
  EXPECT_EQ(outcome.totals.records, 500U);
  EXPECT_EQ(outcome.totals.unknown_fields, 500U);
}

TEST(JsonStreamTest, SetsABadLineAsideWithItsPlace) {
  const Outcome outcome = ReadLines("{\"id\":\"1\"}\n\n{\"id\":2}\n{\"id\":\"3\"}");
  EXPECT_EQ(outcome.records.size(), 2U);
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_EQ(outcome.problems[0], "2 at 12: field id: expected a string, found a number");
  EXPECT_EQ(outcome.totals.lines, 4U);
}

TEST(JsonStreamTest, TakesAByteOrderMarkAndAMissingLastLineEnd) {
  const Outcome outcome = ReadLines("\xEF\xBB\xBF{\"id\":\"1\"}\n{\"id\":\"2\"}");
  EXPECT_EQ(outcome.records.size(), 2U);
  EXPECT_TRUE(outcome.problems.empty());
}

// The bytes after the block could complete a record that was cut; they are not part of it.
TEST(JsonStreamTest, NeverReadsOnIntoWhatFollows) {
  const std::string line = "{\"id\":\"12345678\",\"other\":{\"a\":{\"b\":1}}}\n";
  for (size_t cut = 1; cut + 1 < line.size(); ++cut) {
    const Outcome outcome = ReadLines(line + line + line.substr(0, cut));
    EXPECT_EQ(outcome.records.size(), cut + 2 == line.size() + 1 ? 3U : 2U) << cut;
  }
}

TEST(JsonStreamTest, KeepsToTheLimits) {
  const std::string deep64 =
      "{\"id\":\"1\",\"x\":" + std::string(63, '[') + std::string(63, ']') + "}\n";
  const std::string deep65 =
      "{\"id\":\"1\",\"x\":" + std::string(64, '[') + std::string(64, ']') + "}\n";
  EXPECT_EQ(ReadLines(deep64).records.size(), 1U);
  EXPECT_EQ(ReadLines(deep65).records.size(), 0U);
  const std::string abyss = "{\"x\":" + std::string(500000, '[') + "\n";
  EXPECT_EQ(ReadLines(abyss).problems.size(), 1U);
  const std::string prefix = "{\"id\":\"1\",\"note\":\"";
  const std::string longest(JsonStream::kLineBytesMax - prefix.size() - 2, 'x');
  EXPECT_EQ(ReadLines(prefix + longest + "\"}\n" + prefix + longest + "\"}\n").records.size(), 2U);
  EXPECT_EQ(ReadLines(prefix + longest + "x\"}\n").records.size(), 0U);
  std::string keys = "{\"id\":\"1\"";
  for (int i = 0; i < 50000; ++i) keys += ",\"k" + std::to_string(i) + "\":1";
  EXPECT_EQ(ReadLines(keys + "}\n").records.size(), 1U);
  EXPECT_EQ(ReadLines(keys + ",\"k77\":1}\n").records.size(), 0U);
}

TEST(JsonStreamTest, FindsTheKeysOfAHead) {
  const std::string keys =
      JsonStreamKeys("\n{\"a\":{\"inner\":1},\"b\":[{\"deep\":2}]}\n{\"c\":\"d:\"");
  EXPECT_TRUE(HasJsonKey(keys, "a") && HasJsonKey(keys, "b") && HasJsonKey(keys, "c"));
  EXPECT_FALSE(HasJsonKey(keys, "inner") || HasJsonKey(keys, "deep") || HasJsonKey(keys, "d:"));
  EXPECT_EQ(JsonStreamKeys("a;b;c\n1;2;3\n"), "");
}

}  // namespace
}  // namespace kvitt
