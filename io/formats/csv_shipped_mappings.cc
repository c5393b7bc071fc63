// The column mappings that kvitt brings along, as data. A new one is one entry here, one sample in
// datasets/samples/payments-csv/ and one line in docs/formats.md.
//
// Sources (public): Danske Bank, Bankdata, Lån & Spar: headers in public importers and bank-format
// lists, netdev01/sybank-csv-conversion; SEB: pownas/Privatekonomi, moldin/budget_updater; Swedbank
// and ICA: the same; Swish: several public importers of the Swedbank report; Vipps MobilePay:
// developer.vippsmobilepay.com, "Entry type reference", and the portal's sheet in a public test
// file; PayPal: developer.paypal.com, "Settlement Report Specification"; Stripe:
// docs.stripe.com/payouts/reconciliation; Adyen: the settlement detail report as public importers
// know it.
//
// Unconfirmed, and how it is handled: where a bank's decimal mark is not known (SEB) it is found
// out from the whole file, and a file that reads both ways is set aside. Whether Adyen's rows of a
// batch always add up to zero is not certain: a batch that does not is named in a warning as
// carried over. Unknown row kinds of wallets are booked by their sign, as Vipps MobilePay asks.

#include "io/formats/csv_mapping.h"

namespace kvitt::csv {
namespace {

Mapping Bank(std::string name, std::vector<std::string> header, std::string currency) {
  Mapping mapping;
  mapping.name = std::move(name);
  mapping.header = std::move(header);
  mapping.constants["currency"] = std::move(currency);
  return mapping;
}

Mapping Danish(std::string name, std::vector<std::string> header, std::string date_pattern) {
  Mapping mapping = Bank(std::move(name), std::move(header), "DKK");
  mapping.columns = {{"booking_date", "Dato"},
                     {"text", "Tekst"},
                     {"amount", "Beløb"},
                     {"balance", "Saldo"},
                     {"creditor_account", "Kontonummer"}};
  mapping.constants["account_scheme"] = "bban-dk";
  mapping.decimal_mark = ',';
  mapping.thousands_mark = '.';
  mapping.date_pattern = std::move(date_pattern);
  mapping.newest_first = true;
  return mapping;
}

Mapping Danske() {
  Mapping mapping =
      Danish("danske-csv", {"Dato", "Tekst", "Beløb", "Saldo", "Status", "Afstemt"}, "DD.MM.YYYY");
  mapping.columns["status"] = "Status";
  mapping.booked = {"Udført"};
  return mapping;
}

Mapping Seb() {
  Mapping mapping = Bank(
      "seb-csv",
      {"Bokföringsdatum", "Valutadatum", "Verifikationsnummer", "Text", "Belopp", "Saldo"}, "SEK");
  mapping.columns = {{"booking_date", "Bokföringsdatum"},
                     {"value_date", "Valutadatum"},
                     {"bank_reference", "Verifikationsnummer"},
                     {"text", "Text"},
                     {"amount", "Belopp"},
                     {"balance", "Saldo"}};
  mapping.decimal_mark = 0;
  mapping.newest_first = true;
  return mapping;
}

Mapping Swedbank() {
  Mapping mapping =
      Bank("swedbank-csv",
           {"Radnummer", "Clearingnummer", "Kontonummer", "Produkt", "Valuta", "Bokföringsdag",
            "Transaktionsdag", "Valutadag", "Referens", "Beskrivning", "Belopp", "Bokfört saldo"},
           "SEK");
  mapping.columns = {{"creditor_account", "Clearingnummer+Kontonummer"},
                     {"currency", "Valuta"},
                     {"booking_date", "Bokföringsdag"},
                     {"value_date", "Valutadag"},
                     {"text", "Referens+Beskrivning"},
                     {"amount", "Belopp"},
                     {"balance", "Bokfört saldo"}};
  mapping.constants["account_scheme"] = "bban-se";
  mapping.header_rows_before = 1;
  mapping.newest_first = true;
  return mapping;
}

Mapping Ica() {
  Mapping mapping = Bank("ica-csv", {"Datum", "Belopp", "Beskrivning", "Saldo"}, "SEK");
  mapping.columns = {{"booking_date", "Datum"},
                     {"text", "Beskrivning"},
                     {"amount", "Belopp"},
                     {"balance", "Saldo"}};
  mapping.decimal_mark = ',';
  mapping.thousands_mark = '.';
  mapping.newest_first = true;
  return mapping;
}

Mapping Swish() {
  Mapping mapping = Bank("swish-csv",
                         {"Radnr", "Clnr", "Kontonr", "Bokfdag", "Valutadag", "Mottagarnr",
                          "Avsändarnr", "Avsändarnamn", "Meddelande", "Belopp"},
                         "SEK");
  mapping.columns = {{"creditor_account", "Clnr+Kontonr"}, {"booking_date", "Bokfdag"},
                     {"value_date", "Valutadag"},          {"payer_account", "Avsändarnr"},
                     {"payer_name", "Avsändarnamn"},       {"text", "Meddelande"},
                     {"references", "Orderreferens"},      {"amount", "Belopp"}};
  mapping.constants["account_scheme"] = "bban-se";
  mapping.kinds = {{"-", "reversal"}};
  mapping.header_rows_before = 1;
  return mapping;
}

Mapping VippsMobilePay() {
  Mapping mapping;
  mapping.name = "vipps-mobilepay-report";
  mapping.header = {"Booking date", "Type",     "Amount",       "Fee",
                    "Net amount",   "Currency", "PSP reference"};
  mapping.columns = {{"creditor_account", "MSN/Vipps number|Vipps number|MSN"},
                     {"booking_date", "Booking date"},
                     {"value_date", "Time"},
                     {"type", "Type"},
                     {"amount", "Amount"},
                     {"fee", "Fee"},
                     {"net", "Net amount"},
                     {"currency", "Currency"},
                     {"payer_name", "Customer name"},
                     {"text", "Message"},
                     {"bank_reference", "PSP reference"},
                     {"references", "Order ID/Reference|Order ID|Reference"},
                     {"reverses", "PSP reference"}};
  mapping.constants = {{"account_scheme", "vipps"}};
  mapping.kinds = {{"capture", "payment"},
                   {"sale", "payment"},
                   {"payment", "payment"},
                   {"refund", "reversal"},
                   {"fees-retained", "fee"},
                   {"fee*", "fee"},
                   {"credit-note", "fee"},
                   {"payout*", "transfer"},
                   {"top-up", "transfer"},
                   {"retained-disputed-capture", "reversal"},
                   {"returned-disputed-capture", "payment"},
                   {"-", "reversal"}};
  mapping.decimal_mark = 0;
  mapping.date_pattern = "YYYY-MM-DD|DD.MM.YYYY|DD/MM/YYYY";
  return mapping;
}

Mapping PayPal() {
  Mapping mapping;
  mapping.name = "paypal-settlement";
  mapping.header = {"Transaction ID",
                    "Invoice ID",
                    "PayPal Reference ID",
                    "Transaction Event Code",
                    "Gross Transaction Amount",
                    "Gross Transaction Currency",
                    "Fee Amount"};
  mapping.columns = {{"bank_reference", "Transaction ID"},
                     {"references", "Invoice ID"},
                     {"reverses", "PayPal Reference ID"},
                     {"type", "Transaction Event Code"},
                     {"booking_date", "Transaction Completion Date"},
                     {"amount_side", "Transaction  Debit or Credit|Transaction Debit or Credit"},
                     {"amount", "Gross Transaction Amount"},
                     {"currency", "Gross Transaction Currency"},
                     {"fee_side", "Fee Debit or Credit"},
                     {"fee", "Fee Amount"},
                     {"fee_currency", "Fee Currency"},
                     {"text", "Custom Field"},
                     {"customer_id", "Consumer ID"}};
  mapping.kinds = {{"T01*", "fee"}, {"T04*", "transfer"}, {"T11*", "reversal"}, {"-", "reversal"}};
  mapping.minor_units = true;
  mapping.date_pattern = "YYYY/MM/DD|YYYY-MM-DD";
  mapping.row_mark = "SB";
  return mapping;
}

Mapping Stripe() {
  Mapping mapping;
  mapping.name = "stripe-payout";
  mapping.header = {
      "automatic_payout_id", "balance_transaction_id", "currency", "gross", "fee", "net",
      "reporting_category"};
  mapping.columns = {
      {"settlement", "automatic_payout_id"},
      {"payout_date", "automatic_payout_effective_at_utc|automatic_payout_effective_at"},
      {"bank_reference", "balance_transaction_id"},
      {"currency", "currency"},
      {"booking_date", "available_on_utc|available_on|created_utc|created"},
      {"amount", "gross"},
      {"fee", "fee"},
      {"net", "net"},
      {"type", "reporting_category"},
      {"text", "description"},
      {"end_to_end_id", "payment_intent_id|charge_id"},
      {"reverses", "payment_intent_id|charge_id"}};
  mapping.kinds = {
      {"charge", "payment"},           {"refund*", "reversal"}, {"dispute", "reversal"},
      {"dispute_reversal", "payment"}, {"*fee", "fee"},         {"fee", "fee"},
      {"network_cost", "fee"},         {"payout*", "transfer"}, {"topup*", "transfer"},
      {"transfer*", "transfer"},       {"-", "reversal"}};
  mapping.implied_payouts = true;
  return mapping;
}

Mapping Adyen() {
  Mapping mapping;
  mapping.name = "adyen-settlement";
  mapping.header = {"Merchant Account", "Psp Reference",  "Merchant Reference", "Type",
                    "Net Currency",     "Net Debit (NC)", "Net Credit (NC)",    "Batch Number"};
  mapping.columns = {{"creditor_account", "Merchant Account"},
                     {"bank_reference", "Psp Reference"},
                     {"references", "Merchant Reference"},
                     {"type", "Type"},
                     {"booking_date", "Creation Date"},
                     {"currency", "Net Currency"},
                     {"net_debit", "Net Debit (NC)"},
                     {"net_credit", "Net Credit (NC)"},
                     {"fee", "Commission (NC)+Markup (NC)+Scheme Fees (NC)+Interchange (NC)"},
                     {"end_to_end_id", "Modification Reference"},
                     {"reverses", "Psp Reference"},
                     {"settlement", "Batch Number"}};
  mapping.constants = {{"account_scheme", "adyen"}};
  mapping.kinds = {{"Settled", "payment"},
                   {"Refunded", "reversal"},
                   {"Chargeback", "reversal"},
                   {"ChargebackReversed", "payment"},
                   {"RefundedReversed", "payment"},
                   {"Fee", "fee"},
                   {"InvoiceDeduction", "fee"},
                   {"MerchantPayout", "transfer"},
                   {"Balancetransfer", "transfer"},
                   {"DepositCorrection", "transfer"},
                   {"-", "reversal"}};
  return mapping;
}

}  // namespace

const std::vector<Mapping>& ShippedMappings() {
  static const std::vector<Mapping>* mappings = new std::vector<Mapping>{
      Danske(),
      Danish("bankdata-csv", {"Dato", "Tekst", "Beløb", "Saldo"}, "DD.MM.YYYY"),
      Danish("laan-spar-csv", {"Dato", "Tekst", "Beløb", "Saldo"}, "DD-MM-YYYY"),
      Seb(),
      Swedbank(),
      Ica(),
      Swish(),
      VippsMobilePay(),
      PayPal(),
      Stripe(),
      Adyen(),
  };
  return *mappings;
}

}  // namespace kvitt::csv
