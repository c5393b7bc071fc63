// Reading text cases. Each kind of line is one function, each attribute of a record one row of a
// table.

#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "tests/cases/case.h"

namespace kvitt::cases {
namespace {

// One line as words. `text in quotes` is one word; # starts a comment.
class Words {
 public:
  explicit Words(std::string_view line) {
    size_t at = 0;
    while (true) {
      at = line.find_first_not_of(" \t\r", at);
      if (at == std::string_view::npos || line[at] == '#') break;
      size_t end;
      if (line[at] == '"') {
        end = line.find('"', ++at);
        if (end == std::string_view::npos) {
          error_ = "a quotation mark is not closed";
          break;
        }
        words_.push_back(line.substr(at, end - at));
        at = end + 1;
      } else {
        end = line.find_first_of(" \t\r", at);
        words_.push_back(line.substr(at, end - at));
        if (end == std::string_view::npos) break;
        at = end;
      }
    }
  }

  bool done() const { return next_ == words_.size(); }

  const std::string& error() const { return error_; }

  std::string_view Peek() const { return done() ? std::string_view() : words_[next_]; }

  // The next word, or "" with an error when there is none.
  std::string_view Take(std::string_view what) {
    if (!done()) return words_[next_++];
    Fail("expected " + std::string(what) + " at the end of the line");
    return "";
  }

  // Whether the next word is `word`, which is then taken.
  bool TakeIf(std::string_view word) {
    if (Peek() != word || done()) return false;
    ++next_;
    return true;
  }

  // The first error wins: later ones follow from it.
  void Fail(std::string text) {
    if (error_.empty()) error_ = std::move(text);
    next_ = words_.size();
  }

 private:
  std::vector<std::string_view> words_;
  size_t next_ = 0;
  std::string error_;
};

int64_t TakeMinor(Words* words, Currency currency) {
  const std::string_view text = words->Take("an amount");
  int64_t minor = 0;
  const AmountError error = ParseAmount(text, currency.decimals(), &minor);
  if (error != AmountError::kOk) {
    words->Fail("expected an amount of " + std::string(currency.code()) + ", found \"" +
                std::string(text) + "\": " + std::string(Describe(error)));
  }
  return minor;
}

Amount TakeAmount(Words* words) {
  Amount amount;
  const std::string_view code = words->Take("a currency");
  amount.currency = Currency::FromCode(code);
  if (amount.currency.is_none()) {
    words->Fail("expected a currency, found \"" + std::string(code) + "\"");
  } else {
    amount.minor = TakeMinor(words, amount.currency);
  }
  return amount;
}

Date TakeDate(Words* words) {
  Date date;
  const std::string_view text = words->Take("a date");
  if (!ParseDate(text, &date)) words->Fail("expected a date, found \"" + std::string(text) + "\"");
  return date;
}

template <typename Enum>
void TakeName(Words* words, std::string_view what, Enum* value) {
  const std::string_view text = words->Take(what);
  if (!FromName(text, value)) {
    words->Fail("expected " + std::string(what) + ", found \"" + std::string(text) + "\"");
  }
}

// A currency and an amount may stand anywhere among the attributes of a record.
bool IsCurrency(std::string_view word) {
  return word.size() == 3 && !Currency::FromCode(word).is_none();
}

// Where money comes in when a case does not say.
constexpr std::string_view kDefaultAccount = "bankgiro:50501055";

class Parser {
 public:
  Parser(std::string_view name, std::string_view text) : name_(name), rest_(text) {}

  ParsedCases Run() {
    while (!rest_.empty() && result_.error.empty()) {
      const size_t end = rest_.find('\n');
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
      ++line_;
      Line(line);
    }
    if (result_.error.empty()) EndCase();
    return std::move(result_);
  }

 private:
  using Handler = void (Parser::*)(Words*);

  Case& test() { return result_.cases.back(); }

  std::string Place() const { return std::string(name_) + ":" + std::to_string(line_); }

  void Fail(const std::string& text) {
    if (result_.error.empty()) result_.error = Place() + ": " + text;
  }

  void Line(std::string_view line) {
    if (line == "---") {
      if (result_.cases.empty() || below_) return Fail("`---` stands between records and results");
      below_ = true;
      return;
    }
    if (line.substr(0, 5) == "case ") return StartCase(line.substr(5));
    Words words(line);
    if (words.done() && words.error().empty()) return;
    if (result_.cases.empty()) return Fail("expected `case` and a title first");
    Dispatch(&words);
    if (words.error().empty() && !words.done()) {
      words.Fail("did not expect \"" + std::string(words.Peek()) + "\"");
    }
    if (!words.error().empty()) Fail(words.error());
  }

  void StartCase(std::string_view title) {
    EndCase();
    if (!titles_.insert(title).second) return Fail("two cases have this title");
    Case& started = result_.cases.emplace_back();
    started.title = std::string(title);
    started.place = Place();
    below_ = false;
    next_statement_ = 0;
    labels_.clear();
    currencies_.clear();
  }

  void EndCase() {
    if (!result_.cases.empty() && test().expected.empty()) {
      Fail("the case before says nothing of its results");
    }
  }

  void Dispatch(Words* words);
  void Option(Words* words);
  void Policy(Words* words);
  void Item(Words* words, ItemKind kind);
  void ItemAttribute(Words* words, OpenItem* item, std::string_view name);
  void Customer(Words* words);
  void File(Words* words);
  void Statement();
  void Payment(Words* words);
  void PaymentAttribute(Words* words, kvitt::Payment* payment, std::string_view name);
  void Reference(Words* words, kvitt::Payment* payment);
  void Outcome(Words* words);
  void Allocate(Words* words);
  void Residual(Words* words);
  void Closed(Words* words);
  void Deviation(Words* words);
  void Concerns(Words* words);
  void Suggest(Words* words);

  void Expect(Subject subject, std::string text, bool prefix = false) {
    test().expected.push_back({subject, line_, std::move(text), prefix});
  }

  // A payment that the case has named above.
  std::string_view TakePayment(Words* words) {
    const std::string_view label = words->Take("a payment");
    if (labels_.count(label) == 0) {
      words->Fail("no payment is called \"" + std::string(label) + "\"");
    }
    return label;
  }

  static std::string_view TakeCode(Words* words) {
    const std::string_view code = words->Take("a code");
    bool known = false;
    for (int i = 0; i < static_cast<int>(DeviationCode::kCount); ++i) {
      known = known || Name(static_cast<DeviationCode>(i)) == code;
    }
    if (!known) words->Fail("there is no code \"" + std::string(code) + "\"");
    return code;
  }

  std::string_view TakeItem(Words* words) {
    const std::string_view id = words->Take("an item");
    if (currencies_.count(id) == 0) words->Fail("no item is called \"" + std::string(id) + "\"");
    return id;
  }

  std::string_view name_;
  std::string_view rest_;
  size_t line_ = 0;
  bool below_ = false;           // past the `---`
  uint32_t next_statement_ = 0;  // of the next payment; 0: that of the payment before it
  std::set<std::string_view> titles_;
  std::set<std::string_view> labels_;
  std::map<std::string_view, Currency> currencies_;  // of the items
  ParsedCases result_;
};

void Parser::Dispatch(Words* words) {
  const std::string_view verb = words->Take("a line");
  if (below_) {
    static const std::map<std::string_view, Handler> kResults = {
        {"outcome", &Parser::Outcome},     {"allocate", &Parser::Allocate},
        {"residual", &Parser::Residual},   {"closed", &Parser::Closed},
        {"deviation", &Parser::Deviation}, {"concerns", &Parser::Concerns},
        {"suggest", &Parser::Suggest}};
    const auto it = kResults.find(verb);
    if (it == kResults.end()) {
      return words->Fail("\"" + std::string(verb) + "\" is no result that a case can name");
    }
    return (this->*it->second)(words);
  }
  ItemKind item_kind;
  if (verb == "option") return Option(words);
  if (verb == "policy") return Policy(words);
  if (verb == "customer") return Customer(words);
  if (verb == "file") return File(words);
  if (verb == "statement") return Statement();
  if (verb == "payment") return Payment(words);
  if (FromName(verb, &item_kind)) return Item(words, item_kind);
  words->Fail("\"" + std::string(verb) + "\" is no record that a case can hold");
}

void Parser::Option(Words* words) {
  const std::string_view name = words->Take("an option");
  if (name == "as_of") {
    test().options.as_of = TakeDate(words);
  } else if (name == "tolerance") {
    const Amount amount = TakeAmount(words);
    test().options.policy.terms.tolerance_minor[std::string(amount.currency.code())] = amount.minor;
  } else if (name == "discount_grace_days") {
    const std::string_view days = words->Take("a number of days");
    test().options.policy.terms.discount_grace_days = std::atoi(std::string(days).c_str());
  } else {
    words->Fail("there is no option \"" + std::string(name) + "\"");
  }
}

// `policy [account X|group G] KEY VALUE`, in the words of kvitt.toml.
void Parser::Policy(Words* words) {
  kvitt::Policy& policy = test().options.policy;
  PolicyOverride of_all;
  PolicyOverride* terms = &of_all;
  if (words->TakeIf("account")) {
    terms = &policy.by_account[std::string(words->Take("an account"))];
  } else if (words->TakeIf("group")) {
    terms = &policy.by_group[std::string(words->Take("a group"))];
  }
  const std::string_view name = words->Take("a key of the policy");
  const std::string_view value = words->Take("a value");
  if (const PolicyKey* const key = FindPolicyKey(name)) {
    const absl::Status status = key->set(value, terms);
    if (!status.ok()) words->Fail(std::string(status.message()));
    of_all.ApplyTo(&policy.terms);
    return;
  }
  for (const PolicyNumber& number : PolicyNumbers()) {
    if (number.name != name || terms != &of_all) continue;
    return number.set(std::atoll(std::string(value).c_str()), &policy);
  }
  words->Fail("there is no key \"" + std::string(name) + "\" of the policy");
}

void Parser::Item(Words* words, ItemKind kind) {
  OpenItemBatch& batch = test().items;
  OpenItem& item = batch.items.emplace_back();
  item.kind = kind;
  item.item_id = words->Take("an item id");
  item.record = static_cast<uint32_t>(batch.items.size() - 1);
  bool open_named = false;
  while (!words->done()) {
    if (IsCurrency(words->Peek())) {
      const Amount amount = TakeAmount(words);
      item.amount_minor = amount.minor;
      item.currency = amount.currency;
      if (!open_named) item.open_amount_minor = amount.minor;
      continue;
    }
    const std::string_view name = words->Take("an attribute");
    if (name == "open") open_named = true;
    ItemAttribute(words, &item, name);
  }
  if (item.customer_id.empty()) words->Fail("an item needs `customer` and an id");
  if (item.currency.is_none()) words->Fail("an item needs a currency and an amount");
  currencies_[item.item_id] = item.currency;
}

void Parser::ItemAttribute(Words* words, OpenItem* item, std::string_view name) {
  if (name == "customer") {
    item->customer_id = words->Take("a customer id");
  } else if (name == "open") {
    item->open_amount_minor = TakeMinor(words, item->currency);
  } else if (name == "issued") {
    item->issue_date = TakeDate(words);
  } else if (name == "due") {
    item->due_date = TakeDate(words);
  } else if (name == "account") {
    item->creditor_account = words->Take("an account");
  } else if (name == "reference") {
    test().items.AddReference(item, words->Take("a reference"));
  } else if (name == "discount") {
    item->discount_minor = TakeMinor(words, item->currency);
    if (!words->TakeIf("until")) words->Fail("a discount needs `until` and a date");
    item->discount_date = TakeDate(words);
  } else if (name == "status") {
    TakeName(words, "a status of an item", &item->status);
  } else if (name == "name") {
    item->customer_name = words->Take("a name");
  } else if (name == "org") {
    item->customer_org_no = words->Take("an organisation number");
  } else {
    words->Fail("an item has no \"" + std::string(name) + "\"");
  }
}

void Parser::Customer(Words* words) {
  CustomerBatch& batch = test().customers;
  kvitt::Customer& customer = batch.customers.emplace_back();
  customer.customer_id = words->Take("a customer id");
  customer.record = static_cast<uint32_t>(batch.customers.size() - 1);
  while (!words->done()) {
    const std::string_view name = words->Take("an attribute");
    if (name == "name") {
      customer.name = words->Take("a name");
    } else if (name == "org") {
      customer.org_no = words->Take("an organisation number");
    } else if (name == "country") {
      customer.country = words->Take("a country");
    } else if (name == "account") {
      batch.AddAccount(&customer, words->Take("an account"));
    } else if (name == "pays_for") {
      customer.pays_for = words->Take("customer ids");
    } else if (name == "group") {
      customer.group = words->Take("a group");
    } else if (name == "limit") {
      const Amount amount = TakeAmount(words);
      customer.credit_limit_minor = amount.minor;
      customer.currency = amount.currency;
    } else if (name == "status") {
      TakeName(words, "a status of a customer", &customer.status);
    } else {
      words->Fail("a customer has no \"" + std::string(name) + "\"");
    }
  }
}

void Parser::File(Words* words) {
  PaymentFile& file = test().files.emplace_back();
  file.name = std::string(words->Take("a file name"));
  file.digest = "digest of " + file.name;
  if (words->TakeIf("digest")) file.digest = std::string(words->Take("a digest"));
}

// The payments that follow stand in a new statement of the same file.
void Parser::Statement() {
  if (test().files.empty()) test().files.push_back({"payments", "digest of payments", {}, {}});
  // Payments number the statements that their block opened, from 1.
  const std::vector<kvitt::Payment>& payments = test().files.back().batch.payments;
  next_statement_ = payments.empty() ? 1 : payments.back().statement + 1;
}

void Parser::Payment(Words* words) {
  if (test().files.empty()) test().files.push_back({"payments", "digest of payments", {}, {}});
  PaymentFile& file = test().files.back();
  const uint32_t statement = file.batch.payments.empty() ? 1 : file.batch.payments.back().statement;
  kvitt::Payment& payment = file.batch.payments.emplace_back();
  const std::string_view label = words->Take("a payment id");
  if (!labels_.insert(label).second) words->Fail("two payments have this name");
  file.labels.emplace_back(label);
  payment.payment_id = label;
  payment.creditor_account = kDefaultAccount;
  payment.statement = next_statement_ == 0 ? statement : next_statement_;
  next_statement_ = 0;
  payment.record = static_cast<uint32_t>(file.batch.payments.size() - 1);
  while (!words->done()) {
    if (IsCurrency(words->Peek())) {
      const Amount amount = TakeAmount(words);
      payment.amount_minor = amount.minor;
      payment.currency = amount.currency;
      continue;
    }
    PaymentAttribute(words, &payment, words->Take("an attribute"));
  }
  if (payment.currency.is_none()) words->Fail("a payment needs a currency and an amount");
}

void Parser::PaymentAttribute(Words* words, kvitt::Payment* payment, std::string_view name) {
  // Attributes that are one word of text.
  static const std::map<std::string_view, std::string_view kvitt::Payment::*> kTexts = {
      {"id", &kvitt::Payment::payment_id},
      {"account", &kvitt::Payment::creditor_account},
      {"payer", &kvitt::Payment::payer_name},
      {"payer_account", &kvitt::Payment::payer_account},
      {"payer_org", &kvitt::Payment::payer_org_no},
      {"customer", &kvitt::Payment::customer_id},
      {"bank_reference", &kvitt::Payment::bank_reference},
      {"end_to_end", &kvitt::Payment::end_to_end_id},
      {"reverses", &kvitt::Payment::reverses},
      {"entry", &kvitt::Payment::entry_reference}};
  static const std::map<std::string_view, bool kvitt::Payment::*> kMarks = {
      {"copy", &kvitt::Payment::is_copy},
      {"pending", &kvitt::Payment::is_pending},
      {"details_missing", &kvitt::Payment::details_missing}};
  static const std::map<std::string_view, Origin> kOrigins = {
      {"in_statement", Origin::kStatement},
      {"in_notification", Origin::kNotification},
      {"in_report", Origin::kReport}};
  if (const auto text = kTexts.find(name); text != kTexts.end()) {
    payment->*(text->second) = words->Take("a word");
  } else if (const auto mark = kMarks.find(name); mark != kMarks.end()) {
    payment->*(mark->second) = true;
  } else if (const auto origin = kOrigins.find(name); origin != kOrigins.end()) {
    payment->origin = origin->second;
  } else if (name == "reference") {
    Reference(words, payment);
  } else if (name == "text") {
    test().files.back().batch.AddText(payment, words->Take("a text"));
  } else if (name == "booked") {
    payment->booking_date = TakeDate(words);
  } else if (name == "valued") {
    payment->value_date = TakeDate(words);
  } else if (name == "kind") {
    TakeName(words, "a kind of payment", &payment->kind);
  } else if (name == "debit") {
    payment->direction = Direction::kDebit;
  } else if (name == "unnamed") {
    payment->payment_id = "";
  } else if (name == "charges") {
    payment->charges_minor = TakeMinor(words, payment->currency);
  } else if (name == "of") {  // of 3 EUR 300.00: the booked entry that it is a part of
    payment->entry_transactions =
        static_cast<uint32_t>(std::atoi(std::string(words->Take("a count")).c_str()));
    payment->entry_amount_minor = TakeAmount(words).minor;
  } else {
    words->Fail("a payment has no \"" + std::string(name) + "\"");
  }
}

void Parser::Reference(Words* words, kvitt::Payment* payment) {
  PaymentReference reference;
  reference.value = words->Take("a reference");
  if (words->TakeIf("scheme")) TakeName(words, "a scheme", &reference.scheme);
  if (words->TakeIf("for")) {
    reference.has_amount = true;
    reference.amount_minor = TakeMinor(words, payment->currency);
  }
  test().files.back().batch.AddReference(payment, reference);
}

void Parser::Outcome(Words* words) {
  const std::string_view payment = TakePayment(words);
  const std::string_view outcome = words->Take("an outcome");
  for (int i = 0; i < static_cast<int>(kvitt::Outcome::kCount); ++i) {
    if (Name(static_cast<kvitt::Outcome>(i)) == outcome) {
      return Expect(Subject::kOutcome, OutcomeLine(payment, outcome));
    }
  }
  words->Fail("there is no outcome \"" + std::string(outcome) + "\"");
}

void Parser::Allocate(Words* words) {
  const std::string_view payment = TakePayment(words);
  // `-` is no item: money on account, or a small surplus kept.
  const std::string_view item = words->TakeIf("-") ? "-" : TakeItem(words);
  const Amount amount = TakeAmount(words);
  const std::string_view kind = words->TakeIf("as") ? words->Take("a kind") : "payment";
  if (!words->TakeIf("by")) return words->Fail("an allocation needs `by` and a rule");
  Expect(Subject::kAllocation, AllocationLine(payment, item, amount, kind, words->Take("a rule")));
}

void Parser::Residual(Words* words) {
  const std::string_view item = TakeItem(words);
  Expect(Subject::kOpen, OpenLine(item, TakeAmount(words)));
}

void Parser::Closed(Words* words) {
  do {
    const std::string_view item = TakeItem(words);
    Expect(Subject::kOpen, OpenLine(item, {0, currencies_[item]}));
  } while (!words->done());
}

void Parser::Deviation(Words* words) {
  const std::string_view subject = words->Take("a payment, an item, a customer or a file");
  const std::string_view code = TakeCode(words);
  if (words->done())
    return Expect(Subject::kDeviation, DeviationLine(subject, code, nullptr), true);
  const Amount amount = TakeAmount(words);
  Expect(Subject::kDeviation, DeviationLine(subject, code, &amount));
}

// concerns P1 amount_short INV-1 INV-2 customer C7
void Parser::Concerns(Words* words) {
  const std::string_view subject = words->Take("a payment, an item, a customer or a file");
  const std::string_view code = TakeCode(words);
  std::vector<std::string> items;
  while (!words->done() && words->Peek() != "customer") items.emplace_back(TakeItem(words));
  const std::string_view customer =
      words->TakeIf("customer") ? words->Take("a customer") : std::string_view();
  Expect(Subject::kConcern, ConcernLine(subject, code, items, customer));
}

// suggest P1 [second|third] INV-1 INV-2 by combination
void Parser::Suggest(Words* words) {
  const std::string_view payment = TakePayment(words);
  const size_t rank = words->TakeIf("second") ? 2 : words->TakeIf("third") ? 3 : 1;
  std::vector<std::string> items;
  while (!words->done() && words->Peek() != "by") {
    items.emplace_back(words->TakeIf("-") ? "-" : TakeItem(words));
  }
  if (!words->TakeIf("by")) return words->Fail("a suggestion needs `by` and a rule");
  Expect(Subject::kSuggestion, SuggestionLine(payment, rank, words->Take("a rule"), items));
}

}  // namespace

ParsedCases ParseCases(std::string_view name, std::string_view text) {
  return Parser(name, text).Run();
}

std::string OutcomeLine(std::string_view payment, std::string_view outcome) {
  return "outcome " + std::string(payment) + " " + std::string(outcome);
}

namespace {

std::string AmountText(Amount amount) {
  return std::string(amount.currency.code()) + " " + FormatAmount(amount);
}

}  // namespace

std::string AllocationLine(std::string_view payment,
                           std::string_view item,
                           Amount amount,
                           std::string_view kind,
                           std::string_view rule) {
  return "allocate " + std::string(payment) + " " + std::string(item) + " " + AmountText(amount) +
         " as " + std::string(kind) + " by " + std::string(rule);
}

std::string OpenLine(std::string_view item, Amount amount) {
  if (amount.minor == 0) return "closed " + std::string(item);
  return "residual " + std::string(item) + " " + AmountText(amount);
}

std::string DeviationLine(std::string_view subject, std::string_view code, const Amount* amount) {
  std::string line = "deviation " + std::string(subject) + " " + std::string(code);
  if (amount != nullptr) line += " " + AmountText(*amount);
  return line;
}

std::string ConcernLine(std::string_view subject,
                        std::string_view code,
                        const std::vector<std::string>& items,
                        std::string_view customer) {
  std::string line = "concerns " + std::string(subject) + " " + std::string(code);
  for (const std::string& item : items) line += " " + item;
  if (!customer.empty()) line += " customer " + std::string(customer);
  return line;
}

std::string SuggestionLine(std::string_view payment,
                           size_t rank,
                           std::string_view rule,
                           const std::vector<std::string>& items) {
  std::string line = "suggest " + std::string(payment);
  if (rank == 2) line += " second";
  if (rank == 3) line += " third";
  for (const std::string& item : items) line += " " + item;
  return line + " by " + std::string(rule);
}

}  // namespace kvitt::cases
