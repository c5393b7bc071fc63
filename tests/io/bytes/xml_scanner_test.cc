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
