#include "io/bytes/xml_scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/bytes/markup_index.h"

namespace kvitt {
namespace {

constexpr XmlRule kRules[] = {
    {kXmlOutside, "Doc", 2, kXmlStrict},
    {2, "Row", 3, kXmlBegin | kXmlEnd | kXmlUnit},
    {3, "Name", 4, kXmlText},
    {3, "Sum", 5, kXmlText},
    {3, "Group", 6, 0},
    {6, "Name", 7, kXmlText},
};

// Writes events as text: "(3 4=text 5[NOK]=1.00 3)".
class Recorder : public XmlConsumer {
 public:
  bool OnEvents(absl::Span<const XmlEvent> events) override {
    for (const XmlEvent& event : events) {
      switch (event.kind) {
        case XmlEventKind::kBegin:
          text += "(" + std::to_string(event.node) + " ";
          break;
        case XmlEventKind::kEnd:
          text += std::to_string(event.node) + ") ";
          break;
        case XmlEventKind::kText:
          text += std::to_string(event.node);
          if (event.attribute_length != 0) {
            text += "[";
            for (int i = 0; i < 4 && i < event.attribute_length; ++i) {
              text.push_back(static_cast<char>(event.attribute >> (8 * i) & 0xFF));
            }
            text += "]";
          }
          text += "=" + std::string(event.view()) + " ";
          break;
      }
    }
    return true;
  }

  XmlFamily Classify(std::string_view uri, std::string* why) override {
    *why = "refused";
    if (uri == "bad") return XmlFamily::kRefused;
    return uri == "ours" ? XmlFamily::kOurs : XmlFamily::kForeign;
  }

  std::string text;
};

struct Result {
  std::string events;
  std::string fault;
  bool truncated = false;
  uint64_t hits = 0;
};

Result Scan(std::string text, MarkupKernel kernel = BestMarkupKernel(), bool learning = true) {
  static const XmlGrammar* const grammar = new XmlGrammar(kRules, "Ccy");
  const size_t size = text.size();
  text.append(64, '\0');
  Recorder recorder;
  XmlScanner scanner(grammar, &recorder, kernel);
  scanner.Guard({"Row"});
  scanner.set_learning(learning);
  scanner.Scan(std::string_view(text).substr(0, size), true, true);
  return {recorder.text, scanner.fault().text, scanner.fault().truncated, scanner.skeleton_hits()};
}

std::string Doc(const std::string& rows) {
  return "<Doc xmlns=\"ours\">" + rows + "</Doc>";
}

TEST(XmlScanner, HandsOverWhatTheGrammarNames) {
  EXPECT_EQ(
      Scan(Doc("<Row><Name> A </Name><Other a='1'>x</Other><Sum Ccy=\"NOK\">1</Sum></Row>")).events,
      "(3 4=A 5[NOK]=1 3) ");
  EXPECT_EQ(
      Scan("<p:Doc xmlns:p='ours'><p:Row><p:Name>A</p:Name><Name>B</Name></p:Row></p:Doc>").events,
      "(3 4=A 3) ");
  EXPECT_EQ(Scan("<w><Doc xmlns='ours'><Row/></Doc><Doc xmlns='ours'><Row></Row></Doc></w>").events,
            "(3 3) (3 3) ");
  EXPECT_EQ(Scan("<Doc xmlns='theirs'><Row><Name>A</Name></Row></Doc>").fault,
            "expected <Row> only in its own place, found it in <Doc>");
}

TEST(XmlScanner, ResolvesWhatStandsForSomethingElse) {
  EXPECT_EQ(Scan(Doc("<Row><Name>A &amp; &#66;&#x43; <![CDATA[<&D>]]><!-- no "
                     "-->E<?pi?>\r\nF</Name></Row>"))
                .events,
            "(3 4=A & BC <&D>E\nF 3) ");
  EXPECT_EQ(Scan(Doc("<Row><Sum Ccy = 'N&#79;K'>1<!-- -->2</Sum></Row>")).events,
            "(3 5[NOK]=12 3) ");
}

TEST(XmlScanner, SaysWhatIsWrong) {
  const struct {
    std::string text;
    std::string fault;
  } kCases[] = {
      {"<!DOCTYPE Doc><Doc/>", "expected no document type definition, found <!DOCTYPE"},
      {Doc("<Row><Name>&nbsp;</Name></Row>"), "expected a known entity, found &nbsp;"},
      {Doc("<Row><Name>&#0;</Name></Row>"), "expected a reference to a character, found &#0;"},
      {Doc("<Row><Name>&amp</Name></Row>"),
       "expected a reference that ends in ';', found &amp</Name>"},
      {Doc("<Row><Name>A</Nam></Row>"), "expected </Name>, found </Nam>"},
      {Doc("<Row>text</Row>"), "expected elements in <Row>, found text"},
      {Doc("<Row><Name>A<b/></Name></Row>"), "expected elements in <Name>, found A<b/>"},
      {Doc("<Row><Name a='1' a='2'>A</Name></Row>"), "expected each attribute once, found a twice"},
      {Doc("<Row><Name a=1>A</Name></Row>"), "expected the value of an attribute in quotes"},
      {Doc("<Row><Name a='<'>A</Name></Row>"), "expected no '<' in an attribute, found one"},
      {Doc("<Row><q:Name>A</q:Name></Row>"),
       "expected a prefix that is bound to a namespace, found q:Name"},
      {Doc("<Row><Name>A]]>B</Name></Row>"), "expected no ']]>' in a text, found one"},
      {Doc("<!-- a -- b -->"), "expected '-->', found '--' in a comment"},
      {Doc("<!-- <Row> -->"),
       "expected no tags of records inside a comment, a CDATA section or an instruction, found "
       "one"},
      {Doc("<Line/>"), "expected a known element in <Doc>, found <Line>"},
      {Doc("") + "<Doc/>", "expected the end of the file, found a second root element <Doc>"},
      {Doc("") + "x", "expected markup, found x"},
      {"<Doc xmlns='bad'/>", "refused"},
      {Doc(std::string("<Row><Name>A\0B</Name></Row>", 27)),
       "expected text, found the control character 0x00"},
      {Doc("<Row><Name>A\x1F</Name></Row>"), "expected text, found the control character 0x1F"},
      {Doc("<Row><Name>A\xE5</Name></Row>"), "expected UTF-8, found the byte 0xE5"},
      {Doc("<Row><Name>\xED\xA0\x80</Name></Row>"), "expected UTF-8, found the byte 0xED"},
      {Doc("<Row><Name>\xEF\xBF\xBF</Name></Row>"), "expected a character, found U+FFFE or U+FFFF"},
      {"<Doc xmlns='ours'><Row>", "expected </Row>, found the end of the file"},
  };

  for (const auto& test : kCases) {
    EXPECT_EQ(Scan(test.text).fault, test.fault) << test.text;
    EXPECT_EQ(Scan(test.text, MarkupKernel::kPortable).fault, test.fault) << test.text;
  }
  EXPECT_TRUE(Scan("<Doc xmlns='ours'><Row>").truncated);
}

TEST(XmlScanner, HasLimits) {
  std::string deep = "<Doc xmlns='ours'><Row>";
  for (int i = 0; i < 200000; ++i) deep += "<x>";
  EXPECT_EQ(Scan(deep).fault, "expected at most 64 elements inside each other, found more");
  std::string wide = "<Doc xmlns='ours'><Row><x";
  for (int i = 0; i < 100000; ++i) wide += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(Scan(wide + "/></Row></Doc>").fault,
            "expected at most 32 attributes in a tag, found more");
  const std::string megabyte(1 << 20, 'a');
  EXPECT_EQ(Scan(Doc("<Row><Name>" + megabyte + "</Name></Row>")).fault, "");
  for (const char* name : {"Name", "Other"}) {
    const std::string tag = name;
    EXPECT_EQ(Scan(Doc("<Row><" + tag + ">" + megabyte + "b</" + tag + "></Row>")).fault,
              "expected a text of at most 1048576 bytes, found more");
  }
}

TEST(XmlScanner, LearnsWithoutChangingAnswers) {
  std::string rows;
  for (int i = 0; i < 300; ++i) {
    rows += "<Row><Name>N" + std::to_string(i) + "</Name>";
    if (i % 3 != 0) rows += "\n <Sum Ccy=\"NOK\">" + std::to_string(i) + "</Sum>";
    if (i % 50 == 0) rows += "<Group><Name>&lt;</Name></Group>";
    if (i % 7 == 0) rows += "<Other>x</Other>";
    rows += i % 2 == 0 ? "</Row>" : "</Row>\n";
  }
  const Result learned = Scan(Doc(rows));
  const Result plain = Scan(Doc(rows), MarkupKernel::kPortable, false);
  EXPECT_EQ(learned.fault, "");
  EXPECT_EQ(learned.events, plain.events);
  EXPECT_GT(learned.hits, 200U);
  EXPECT_EQ(plain.hits, 0U);
  // A fault inside a unit whose like was met a hundred times is still found.
  const std::string broken = Doc(rows + "<Row><Name>A</Name>\n <Sum Ccy=\"NOK\">1</Sun></Row>");
  EXPECT_EQ(Scan(broken).fault, "expected </Sum>, found </Sun>");
}

// Units in units, names alike in their first eight bytes, several currencies at one place, elements of
// others, elements that have nothing in them.
constexpr XmlRule kNestedRules[] = {
    {kXmlOutside, "Doc", 2, kXmlStrict},
    {2, "Row", 3, kXmlBegin | kXmlEnd | kXmlUnit},
    {3, "Sum", 4, kXmlText},
    {3, "Group", 5, 0},
    {3, "Status", 6, kXmlText},
    {6, "Code", 6, kXmlText},
    {5, "Item", 7, kXmlBegin | kXmlEnd | kXmlUnit},
    {7, "AdditionalOne", 8, kXmlText},
    {7, "AdditionalTwo", 9, kXmlText},
    {7, "Sum", 10, kXmlText},
    {7, "Part", 11, kXmlBegin},
    {11, "Name", 12, kXmlText},
    {3, "Tail", 13, kXmlText},
};

class NestedMaker {
 public:
  explicit NestedMaker(uint64_t seed) : state_(seed * 77 + 1), prefix_(seed % 3 == 0 ? "a:" : "") {
    shapes_ = 1 + Below(5);
    space_ = seed % 4 == 1 ? "\n  " : seed % 4 == 2 ? "\r\n                          " : "";
  }

  std::string Make(size_t rows) {
    text_ = "<" + prefix_ + "Doc xmlns" + (prefix_.empty() ? "" : ":a") + "=\"ours\">";
    for (size_t i = 0; i < rows; ++i) Row(Below(10) == 0 ? Below(1000) : Below(shapes_));
    End("Doc");
    return text_;
  }

  uint64_t Below(uint64_t end) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return (state_ >> 33) % end;
  }

 private:
  void Begin(const std::string& name) { text_ += space_ + "<" + prefix_ + name + ">"; }

  void End(const std::string& name) { text_ += space_ + "</" + prefix_ + name + ">"; }

  void Leaf(const std::string& name, const std::string& attributes = "") {
    static const std::vector<std::string> kTexts = {
        "", "a", "12.50", " b ", "x &amp; y", "]]]", "Bj\xC3\xB6rk", "c\rd", "NOK"};
    std::string text = kTexts[Below(kTexts.size())];
    if (Below(4) != 0) text = std::to_string(Below(100000));
    text_ += space_ + "<" + prefix_ + name + attributes + ">" + text + "</" + prefix_ + name + ">";
  }

  void Row(uint64_t shape) {
    static const std::string kCurrencies[] = {" Ccy=\"NOK\"", " Ccy=\"EUR\"", " Ccy='SEK'", ""};
    Begin("Row");
    if ((shape & 1) != 0) Leaf("Sum", kCurrencies[Below(4)]);
    if ((shape & 2) != 0) {
      Begin("Status");
      Leaf("Code");
      End("Status");
    } else {
      Leaf("Status");
    }
    Begin("Group");
    for (uint64_t i = 0; i < shape % 3; ++i) Item(shape >> i);
    if (shape % 50 == 7) text_ += "<x:Else xmlns:x=\"theirs\">t<x:In/></x:Else>";
    End("Group");
    if ((shape & 4) != 0) Leaf("Tail");
    End("Row");
    if (shape % 11 == 9) text_ += "<!-- between -->";
  }

  void Item(uint64_t shape) {
    if (shape % 17 == 5) {
      text_ += "<" + prefix_ + "Item></" + prefix_ + "Item>";
      return;
    }
    Begin("Item");
    if ((shape & 1) != 0) Leaf("AdditionalOne");
    if ((shape & 2) != 0) Leaf("AdditionalTwo");
    Leaf("Sum", (shape & 8) != 0 ? " Ccy=\"NOK\"" : " Ccy=\"DKK\"");
    if ((shape & 4) != 0) {
      Begin("Part");
      Leaf("Name");
      Leaf("Unknown");
      End("Part");
    }
    End("Item");
  }

  uint64_t state_;
  std::string prefix_;
  std::string space_;
  uint64_t shapes_ = 1;
  std::string text_;
};

// Reads a text that was met before as one that is new.
TEST(XmlScanner, AnswersAlikeWhateverItHasLearnt) {
  const XmlGrammar grammar(kNestedRules, "Ccy");
  uint64_t hits = 0;
  for (uint64_t seed = 0; seed < 120; ++seed) {
    NestedMaker maker(seed);
    std::string text = maker.Make(20 + 4 * seed);
    const bool is_sound = seed % 2 == 0;
    if (!is_sound) {
      static constexpr std::string_view kBytes = "<>/&\"x \n]\x01\xFF";
      text[maker.Below(text.size())] = kBytes[maker.Below(kBytes.size())];
    }
    const size_t size = text.size();
    text.append(64, '\0');
    Result expected;
    for (const bool learning : {false, true}) {
      for (const MarkupKernel kernel :
           {MarkupKernel::kPortable, MarkupKernel::kAvx2, MarkupKernel::kAvx512}) {
        if (!HasMarkupKernel(kernel)) continue;
        Recorder recorder;
        XmlScanner scanner(&grammar, &recorder, kernel);
        scanner.set_learning(learning);
        scanner.Scan(std::string_view(text).substr(0, size), true, true);
        if (is_sound) {
          ASSERT_EQ(scanner.fault().text, "") << seed;
        }
        if (expected.events.empty()) {
          expected = {recorder.text, scanner.fault().text, scanner.fault().truncated, 0};
        }
        ASSERT_EQ(recorder.text, expected.events) << seed << ' ' << learning;
        ASSERT_EQ(scanner.fault().text, expected.fault) << seed << ' ' << learning;
        hits += scanner.skeleton_hits();
      }
    }
  }
  EXPECT_GT(hits, 10000U);
}

// More tags than are remembered, at one place and at many, alike at their beginnings or not.
TEST(XmlScanner, ReadsAnyNumberOfDifferentTags) {
  std::string rows;
  std::string expected;
  for (int i = 0; i < 6000; ++i) {
    const std::string number = std::to_string(i);
    rows += "<Row><Name>" + number + "</Name><T" + number + "><U/></T" + number + "><Lengthy" +
            number + ">x</Lengthy" + number + "><Sum Ccy=\"" + static_cast<char>('A' + i % 26) +
            "OK\">1</Sum></Row>";
    expected += "(3 4=" + number + " 5[" + static_cast<char>('A' + i % 26) + "OK]=1 3) ";
  }
  for (const bool learning : {false, true}) {
    const Result result = Scan(Doc(rows), BestMarkupKernel(), learning);
    EXPECT_EQ(result.fault, "");
    EXPECT_EQ(result.events, expected);
  }
}

// Wherever a character lies in the steps and windows of the index.
TEST(XmlScanner, ChecksUtf8AlikeByEveryKernel) {
  static constexpr struct {
    std::string_view bytes;
    bool is_sound;
  } kSequences[] = {{"\xC3\xA5", true},
                    {"\xC2\x80\xDF\xBF", true},
                    {"\xE2\x82\xAC", true},
                    {"\xF0\x9F\x98\x80", true},
                    {"\xC3\xA5\xE2\x82\xAC", true},
                    {"\xC3", false},
                    {"\xA5", false},
                    {"\xC3\xC3\xA5", false},
                    {"\xC3\xA5\xA5", false},
                    {"\xC1\xBF", false},
                    {"\xC0\x80", false},
                    {"\xE0\x80\x80", false},
                    {"\xED\xA0\x80", false},
                    {"\xF5\x80\x80\x80", false},
                    {"\xC3 \xA5", false},
                    {"\xE2\x82", false},
                    {"\xFF", false}};

  for (size_t i = 0; i < 260; ++i) {
    // Around the ends of steps, and around the end of the first window.
    const size_t before = i < 130 ? i : 8192 - 195 + i;
    for (const auto& sequence : kSequences) {
      const std::string text = Doc("<Row><Name>" + std::string(before, 'a') +
                                   std::string(sequence.bytes) + "b</Name></Row>");
      const Result expected = Scan(text, MarkupKernel::kPortable);
      ASSERT_EQ(expected.fault.empty(), sequence.is_sound) << before << sequence.bytes;
      for (const MarkupKernel kernel : {MarkupKernel::kAvx2, MarkupKernel::kAvx512}) {
        if (!HasMarkupKernel(kernel)) continue;
        const Result result = Scan(text, kernel);
        ASSERT_EQ(result.fault, expected.fault) << before;
        ASSERT_EQ(result.events, expected.events) << before;
      }
    }
  }
}

// Pieces of one text, read by one scanner that is rewound, by new ones, and by one that never learns.
TEST(XmlScanner, RewindsToWhatItKnows) {
  const XmlGrammar grammar(kNestedRules, "Ccy");
  for (uint64_t seed = 0; seed < 8; ++seed) {
    std::string text = NestedMaker(seed).Make(300);
    const size_t size = text.size();
    text.append(64, '\0');
    const std::string end = seed % 3 == 0 ? "</a:Row>" : "</Row>";
    std::vector<size_t> cuts = {0};
    for (size_t i = 1; i < 4; ++i) cuts.push_back(text.find(end, i * size / 4) + end.size());
    cuts.push_back(size);
    Recorder whole;
    XmlScanner scanner(&grammar, &whole);
    ASSERT_TRUE(scanner.Scan(std::string_view(text).substr(0, size), true, true));
    Recorder recorder;
    XmlScanner again(&grammar, &recorder);
    for (size_t i = 0; i + 1 < cuts.size(); ++i) {
      const std::string_view piece = std::string_view(text).substr(cuts[i], cuts[i + 1] - cuts[i]);
      if (i > 0) again.Rewind(&recorder);
      ASSERT_TRUE(again.Scan(piece, i == 0, i + 2 == cuts.size())) << again.fault().text;
      if (i + 2 == cuts.size()) continue;
      // Another path is refused; nothing is open but the root.
      XmlPath path = again.Path();
      path.elements[0].name += "x";
      ASSERT_FALSE(again.SettleAt(path));
      ASSERT_TRUE(again.SettleAt(again.Path()));
    }
    EXPECT_EQ(recorder.text, whole.text) << seed;
  }
}

TEST(MarkupIndex, KernelsAgree) {
  uint64_t state = 5;
  for (size_t length = 0; length < 400; ++length) {
    std::string bytes;
    for (size_t i = 0; i < length; ++i) {
      state = state * 6364136223846793005 + 1442695040888963407;
      static constexpr std::string_view kUsual = "<<<&]\r\n\t ax>/";
      const uint64_t random = state >> 40;
      bytes.push_back(random % 3 == 0 ? static_cast<char>(random >> 8)
                                      : kUsual[(random >> 8) % kUsual.size()]);
    }

    struct Answer {
      std::vector<uint32_t> tags;
      std::vector<uint32_t> specials;
      bool non_ascii = false;
      bool carriage_return = false;

      bool operator==(const Answer&) const = default;
    };

    Answer expected;
    for (const MarkupKernel kernel :
         {MarkupKernel::kPortable, MarkupKernel::kAvx2, MarkupKernel::kAvx512}) {
      if (!HasMarkupKernel(kernel)) continue;
      Answer answer;
      answer.tags.resize(length + 64);
      answer.specials.resize(length + 64);
      const MarkupFound found =
          FindMarkup(kernel, bytes.data(), length, 7, answer.tags.data(), answer.specials.data());
      answer.tags.resize(found.tags);
      answer.specials.resize(found.specials);
      answer.non_ascii = found.non_ascii;
      answer.carriage_return = found.carriage_return;
      if (kernel == MarkupKernel::kPortable) expected = answer;
      ASSERT_EQ(answer, expected) << length << " by kernel " << static_cast<int>(kernel);
      for (const char* needle : {"<<", "<&]", "<<<&"}) {
        ASSERT_EQ(FindLast(kernel, bytes, needle),
                  FindLast(MarkupKernel::kPortable, bytes, needle));
      }
    }
  }
}

}  // namespace
}  // namespace kvitt
