// Any text as a reference, an account and a payment slip line: normal forms are their own normal
// forms and fit where the text stood, what is repaired is valid, what is found reads the same again.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kvitt/check.h"
#include "kvitt/reference.h"
#include "tests/fuzz/fuzz_target.h"

namespace kvitt {
namespace {

void CheckNormalForms(const std::string& text) {
  std::string in_place = text;
  const size_t size = NormalReferenceTo(in_place, in_place.data());
  KVITT_CHECK(size <= text.size());
  in_place.resize(size);
  KVITT_CHECK(in_place == NormalReference(text));
  KVITT_CHECK(NormalReference(in_place) == in_place);
  const std::string account = NormalAccount(text);
  KVITT_CHECK(account.size() <= text.size());
  KVITT_CHECK(NormalAccount(account) == account);
  KVITT_CHECK(AccountAlias(AccountAlias(text)) == AccountAlias(text));
}

void CheckSchemes(const std::string& text) {
  for (const SchemeInfo& info : NumberSchemes()) {
    const NumberCheck check = CheckNumber(info.scheme, text);
    KVITT_CHECK(check.ok == check.reason.empty());
    if (check.ok) {
      KVITT_CHECK(CheckNumber(info.scheme, check.normal).normal == check.normal);
    }
    std::string reason;
    const std::string made = MakeNumber(info.scheme, text, &reason);
    KVITT_CHECK(made.empty() != reason.empty());
    if (!made.empty()) {
      KVITT_CHECK(CheckNumber(info.scheme, made).ok);
    }
    for (const std::string& repair : RepairNumber(info.scheme, text)) {
      KVITT_CHECK(CheckNumber(info.scheme, repair).ok);
    }
  }
}

void CheckSlipLines(const std::string& text) {
  FikLine line;
  size_t from = 0;
  while (FindFikLine(text, from, &line)) {
    KVITT_CHECK(from <= line.begin && line.begin < line.end && line.end <= text.size());
    FikLine again;
    KVITT_CHECK(ParseFikLine(FormatFikLine(line), &again));
    KVITT_CHECK(again.id == line.id && again.creditor == line.creditor);
    from = line.end;
  }
}

}  // namespace
}  // namespace kvitt

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(data, data + size);
  kvitt::CheckNormalForms(text);
  kvitt::CheckSlipLines(text);
  // Schemes know numbers; a page of text teaches them nothing.
  if (size <= 64) kvitt::CheckSchemes(text);
  kvitt::IsWellFormedReference(text);
  return 0;
}
