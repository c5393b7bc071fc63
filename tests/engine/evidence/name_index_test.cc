#include "engine/evidence/name_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/evidence/name_fold.h"
#include "engine/value/concat.h"

namespace kvitt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FoldNameTest, SpellingsOfOneNameAreOne) {
  for (const std::string_view name :
       {"Bj\xC3\xB8rn \xC3\x85sen", "BJ\xC3\x98RN \xC3\x85SEN", "BJOERN AASEN", "Bjorn Asen",
        "Bj\xC3\xB6rn A\xCC\x8Asen", "  bj\xC3\xB8rn,\xC3\xA5sen "}) {
    EXPECT_THAT(FoldName(name), ElementsAre("bjorn", "asen")) << name;
  }
  EXPECT_EQ(FoldName("P\xC3\xA4\xC3\xA4kk\xC3\xB6nen"), FoldName("PAEAEKKOENEN"));
  EXPECT_EQ(FoldName("P\xC3\xA4\xC3\xA4kk\xC3\xB6nen"), FoldName("Paakkonen"));
  EXPECT_EQ(FoldName("T\xC3\xB6\xC3\xB6l\xC3\xB6"), FoldName("Toeoeloe"));
  EXPECT_EQ(FoldName("M\xC3\xBCller"), FoldName("Mueller"));
  EXPECT_EQ(FoldName("\xC3\x9E\xC3\xB3r Gu\xC3\xB0j\xC3\xB3n"), FoldName("Thor Gudjon"));
  EXPECT_EQ(FoldName("Andr\xC3\xA9 O'Brien"), FoldName("Andre OBrien"));
  EXPECT_EQ(FoldName("Stra\xC3\x9F"
                     "e"),
            FoldName("Strasse"));
  EXPECT_EQ(FoldName("Michael"), FoldName("MICHAEL"));
}

TEST(FoldNameTest, CompanyFormsAndSmallWordsAreLeftOut) {
  for (const std::string_view name :
       {"Lie Bygg AS", "LIE BYGG A/S", "Lie & Bygg A.S.", "AB Lie Bygg (publ)", "Lie Bygg Oy",
        "Lie og Bygg ANS", "Lie Bygg ApS", "c/o Lie Bygg", "Lie v/ Bygg", "Lie Bygg K/S",
        "Lie Bygg GmbH", "Lie, Bygg Ltd."}) {
    EXPECT_THAT(FoldName(name), ElementsAre("lie", "bygg")) << name;
  }
  EXPECT_THAT(FoldName("A/S"), IsEmpty());
  EXPECT_THAT(FoldName("AS & Co"), IsEmpty());
  EXPECT_THAT(FoldName("Osakeyhti\xC3\xB6 Aalto"), ElementsAre("alto"));
  // A name that only looks like a form when its letters are folded.
  EXPECT_THAT(FoldName("Kari \xC3\x85s"), ElementsAre("kari", "as"));
  EXPECT_THAT(FoldName("Kari Aas"), ElementsAre("kari", "as"));
  EXPECT_THAT(FoldName("J.P. Lie"), ElementsAre("j", "p", "lie"));
}

TEST(FoldNameTest, HostileBytesDoNoHarm) {
  EXPECT_THAT(FoldName(""), IsEmpty());
  EXPECT_THAT(FoldName("\xC3"), ElementsAre("\xC3"));
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string name;
    for (size_t size = random() % 30; size > 0; --size) name += static_cast<char>(random() % 256);
    for (const std::string& word : FoldName(name)) EXPECT_FALSE(word.empty());
  }
}

class NameIndexTest : public testing::Test {
 protected:
  // Customers 0, 1, 2, ... with these names.
  void Customers(const std::vector<std::string>& names) {
    for (size_t i = 0; i < names.size(); ++i) index_.Add(names[i], static_cast<uint32_t>(i));
    index_.Seal();
  }

  // "id score" of each.
  std::vector<std::string> Close(std::string_view name, size_t max = 10) const {
    std::vector<std::string> found;
    for (const CloseName& close : index_.Closest(name, max)) {
      found.push_back(Concat(close.id, " ", close.score));
    }
    return found;
  }

  NameIndex index_;
};

TEST_F(NameIndexTest, TheSameWordsInAnyOrderAndSpelling) {
  Customers({"Bj\xC3\xB8rn \xC3\x85sen", "Bj\xC3\xB8rn Lie", "Nordlys Bygg AS"});
  EXPECT_THAT(Close("AASEN BJOERN"), ElementsAre("0 100"));
  EXPECT_THAT(Close("nordlys bygg"), ElementsAre("2 100"));
  EXPECT_THAT(Close("NORDLYS BYGG A/S"), ElementsAre("2 100"));
  const std::vector<CloseName> close = index_.Closest("Asen, Bjorn", 3);
  ASSERT_EQ(close.size(), 1U);
  EXPECT_THAT(close[0].words, ElementsAre("asen", "bjorn"));
}

TEST_F(NameIndexTest, OneNameInsideTheOtherNeedsTwoWords) {
  Customers({"Kari Nordmann Lie", "Nordlys Bygg og Anlegg AS", "Kari Hansen"});
  EXPECT_THAT(Close("Kari Lie"), ElementsAre("0 80"));
  EXPECT_THAT(Close("Nordlys Bygg Anlegg avd Oslo Sentrum"), ElementsAre("1 70"));
  EXPECT_THAT(Close("Kari Olsen"), IsEmpty());
  EXPECT_THAT(Close("Kari Nordmann Olsen"), IsEmpty());  // neither is inside the other
}

TEST_F(NameIndexTest, OneTypoInALongWord) {
  Customers({"Kari Nordmann", "Lars Lie", "Fjellheim AS"});
  EXPECT_THAT(Close("Kari Nordman"), ElementsAre("0 90"));
  EXPECT_THAT(Close("Kari Nordmnan"), ElementsAre("0 90"));
  EXPECT_THAT(Close("Kari Mordmann"), ElementsAre("0 90"));
  EXPECT_THAT(Close("Kari Nordmaxx"), IsEmpty());
  EXPECT_THAT(Close("Lars Lia"), IsEmpty());  // too short to be a typo
  EXPECT_THAT(Close("Fjelheim"), ElementsAre("2 90"));
  EXPECT_THAT(Close("Fjellhiem"), ElementsAre("2 90"));
  EXPECT_THAT(Close("Fjellstad"), IsEmpty());
}

TEST_F(NameIndexTest, ASingleWordMustBeRareAndLong) {
  Customers({"Kari Fjellheim", "Ola Hansen", "Per Hansen", "Per Moe"});
  EXPECT_THAT(Close("Fjellheim"), ElementsAre("0 55"));
  EXPECT_THAT(Close("Hansen"), IsEmpty());
  EXPECT_THAT(Close("Moe"), IsEmpty());
}

TEST_F(NameIndexTest, ACompanyFormIsNoLikeness) {
  Customers({"Nordlys AS", "Fjord Oy", "AS"});
  EXPECT_EQ(index_.size(), 2U);
  EXPECT_THAT(Close("Solvang AS"), IsEmpty());
  EXPECT_THAT(Close("AS"), IsEmpty());
  EXPECT_THAT(Close("Oy"), IsEmpty());
  EXPECT_THAT(Close(""), IsEmpty());
}

TEST_F(NameIndexTest, EverybodyWithTheNameIsReturned) {
  Customers({"Ola Hansen", "Kari Lie", "OLA HANSEN", "Hansen, Ola", "Ola Berg Hansen"});
  EXPECT_THAT(Close("Ola Hansen"), ElementsAre("0 100", "2 100", "3 100", "4 80"));
  EXPECT_THAT(Close("Ola Hansen", 2), ElementsAre("0 100", "2 100"));
}

TEST_F(NameIndexTest, ACustomerIsNamedOnceByItsBestName) {
  index_.Add("Nordlys Bygg og Anlegg", 7);
  index_.Add("Nordlys Bygg", 7);
  index_.Seal();
  EXPECT_THAT(Close("Nordlys Bygg"), ElementsAre("7 100"));
}

TEST_F(NameIndexTest, CommonWordsAreNoEvidenceAlone) {
  std::vector<std::string> names;
  for (size_t i = 0; i < NameIndex::kCommonNames + 10; ++i) {
    names.push_back(Concat("Ola Hansen nummer", i));
  }
  names.emplace_back("Ola Hansen");
  Customers(names);
  // The whole name is evidence; that it is part of a thousand names is none.
  EXPECT_THAT(Close("Ola Hansen"), ElementsAre("1010 100"));
  EXPECT_THAT(Close("Ola Hansen nummer17"), ElementsAre("17 100"));
  EXPECT_THAT(Close("Hansen"), IsEmpty());
}

TEST_F(NameIndexTest, ATypoAmongLikeNamesIsNobody) {
  Customers({"Hansen", "Jansen", "Nansen", "Fjellheim"});
  EXPECT_THAT(Close("Kansen"), IsEmpty());
  EXPECT_THAT(Close("Hansen"), ElementsAre("0 100"));
}

// What is expected decides what is kept, never what is found.
TEST_F(NameIndexTest, ExpectedNamesFindTheSame) {
  std::mt19937 random(5);
  const auto word = [&] {
    std::string text;
    for (size_t letters = 4 + random() % 5; letters > 0; --letters) {
      text += static_cast<char>('a' + random() % 3);
    }
    return text;
  };
  std::vector<std::string> names;
  for (int i = 0; i < 3000; ++i) {
    names.push_back(random() % 2 == 0 ? word() : Concat(word(), " ", word()));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  Customers(names);
  size_t found = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> asked;
    for (int i = 0; i < 5; ++i) asked.push_back(random() % 2 == 0 ? word() : Concat(word(), " AS"));
    NameIndex expecting;
    for (const std::string& name : asked) expecting.Expect(name);
    expecting.AddAll(views, 3);
    expecting.Seal();
    for (const std::string& name : asked) {
      const std::vector<CloseName> close = expecting.Closest(name, 10);
      std::vector<std::string> texts;
      for (const CloseName& each : close) texts.push_back(Concat(each.id, " ", each.score));
      EXPECT_EQ(texts, Close(name)) << name;
      found += close.size();
    }
  }
  EXPECT_GT(found, 100u);
}

}  // namespace
}  // namespace kvitt
