#include "engine/deviation/customer_findings.h"

#include <algorithm>
#include <utility>

#include "engine/evidence/customer_directory.h"
#include "engine/parallel.h"
#include "engine/store/scan.h"
#include "engine/value/concat.h"
#include "kvitt/reference.h"

namespace kvitt {
namespace {

struct National {
  std::string_view country;
  NumberScheme scheme;
  size_t digits;
};

// A number of a country that is not here is not judged.
constexpr National kNational[] = {
    {"NO", NumberScheme::kOrgNo, 9},
    {"SE", NumberScheme::kOrgSe, 10},
    {"DK", NumberScheme::kCvr, 8},
    {"FI", NumberScheme::kYTunnus, 8},
};

// Why the organisation number of a customer is none; empty when it may be one. Without a country, what any
// of the schemes of its length takes is believed.
std::string WhyNoOrgNo(const CustomerRecord& customer) {
  const auto digits = static_cast<size_t>(std::count_if(
      customer.org_no.begin(), customer.org_no.end(), [](char c) { return c >= '0' && c <= '9'; }));
  std::string why;
  for (const National& national : kNational) {
    const bool is_meant =
        customer.country.empty() ? digits == national.digits : customer.country == national.country;
    if (!is_meant) continue;
    NumberCheck check = CheckNumber(national.scheme, customer.org_no);
    if (check.ok) return {};
    if (why.empty()) why = std::move(check.reason);
  }
  return why;
}

// What is open of each customer that has a credit limit, in the currency of the limit; credit notes less.
std::vector<Int128> OpenOfLimited(const Books& books,
                                  const std::vector<const CustomerRecord*>& limited) {
  CustomerDirectory directory(&books.items, &books.customers);
  for (const CustomerRecord* customer : limited) directory.Number(customer->customer_id);
  const auto threads = WorkersOf(books.threads);
  std::vector<std::vector<Int128>> sums(threads, std::vector<Int128>(limited.size()));
  const absl::Span<const ItemHandle> chunks = books.items.AllChunks();
  ParallelFor(chunks.size(), 1024, books.threads, [&](size_t begin, size_t end, int worker) {
    std::vector<Int128>& mine = sums[static_cast<size_t>(worker)];
    for (size_t c = begin; c < end; ++c) {
      for (uint32_t i = 0; i < ItemStore::kChunkItems; ++i) {
        const ItemRecord& item = books.items.At(chunks[c] + i);
        if (!item.has(ItemRecord::kFilled)) break;
        if (item.open_minor == 0 || item.has(ItemRecord::kDead)) continue;
        const CustomerNumber customer = directory.OfItem(item);
        if (customer == kNobody || item.currency != limited[customer]->currency.index()) continue;
        mine[customer] += item.kind() == ItemKind::kCreditNote ? -item.open_minor : item.open_minor;
      }
    }
  });
  std::vector<Int128> open(limited.size());
  for (const std::vector<Int128>& mine : sums) {
    for (size_t i = 0; i < mine.size(); ++i) open[i] += mine[i];
  }
  return open;
}

}  // namespace

std::vector<CustomerFinding> FindCustomerFindings(const Books& books) {
  std::vector<const CustomerRecord*> limited;
  for (const CustomerRecord& customer : books.customers.customers()) {
    if (customer.credit_limit_minor >= 0) limited.push_back(&customer);
  }
  const std::vector<Int128> open =
      limited.empty() ? std::vector<Int128>() : OpenOfLimited(books, limited);
  std::vector<CustomerFinding> findings;
  size_t next_limited = 0;
  for (const CustomerRecord& customer : books.customers.customers()) {
    if (!customer.org_no.empty()) {
      if (const std::string why = WhyNoOrgNo(customer); !why.empty()) {
        CustomerFinding& finding = findings.emplace_back();
        finding.customer = &customer;
        finding.text = Concat("The number of customer ", customer.customer_id, ": ", why, ".");
      }
    }
    if (customer.credit_limit_minor < 0) continue;
    const Int128 owed = open[next_limited++];
    if (owed <= customer.credit_limit_minor) continue;
    const int decimals = customer.currency.decimals();
    CustomerFinding& finding = findings.emplace_back();
    finding.code = DeviationCode::kCreditLimitExceeded;
    finding.customer = &customer;
    finding.has_amount = true;
    finding.open_minor = owed;
    finding.beyond_minor = owed - customer.credit_limit_minor;
    finding.text = Concat("Customer ", customer.customer_id, " owes ", FormatSum(owed, decimals),
                          " ", customer.currency.code(), ", the limit is ",
                          FormatAmount(customer.credit_limit_minor, decimals), ".");
  }
  return findings;
}

}  // namespace kvitt
