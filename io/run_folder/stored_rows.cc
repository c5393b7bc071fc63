#include "io/run_folder/stored_rows.h"

#include <string>
#include <string_view>

namespace kvitt {
namespace {

template <typename Row>
struct TextField {
  std::string_view name;
  std::string Row::*field;
};

// Whether `key` is a member that is mere text.
template <typename Row, size_t kCount>
bool TakeText(const TextField<Row> (&fields)[kCount],
              std::string_view key,
              JsonSpan value,
              Row* row) {
  for (const TextField<Row>& field : fields) {
    if (field.name != key) continue;
    (row->*field.field).assign(ScalarText(value));
    return true;
  }
  return false;
}

using P = StoredPayment;
constexpr TextField<P> kPaymentFields[] = {
    {"payment_id", &P::payment_id},
    {"creditor_account", &P::creditor_account},
    {"kind", &P::kind},
    {"direction", &P::direction},
    {"amount", &P::amount},
    {"currency", &P::currency},
    {"booking_date", &P::booking_date},
    {"value_date", &P::value_date},
    {"payer_name", &P::payer_name},
    {"payer_account", &P::payer_account},
    {"payer_org_no", &P::payer_org_no},
    {"customer_id", &P::customer_id},
    {"bank_reference", &P::bank_reference},
    {"end_to_end_id", &P::end_to_end_id},
    {"reverses", &P::reverses},
    {"outcome", &P::outcome},
    {"rule", &P::rule},
    {"confidence", &P::confidence},
    {"allocated", &P::allocated},
    {"on_account", &P::on_account},
    {"unallocated", &P::unallocated},
    {"uniqueness", &P::uniqueness},
    {"evidence", &P::evidence},
};

using A = StoredAllocation;
constexpr TextField<A> kAllocationFields[] = {
    {"payment_id", &A::payment_id},
    {"item_id", &A::item_id},
    {"customer_id", &A::customer_id},
    {"amount", &A::amount},
    {"currency", &A::currency},
    {"kind", &A::kind},
    {"rule", &A::rule},
    {"confidence", &A::confidence},
    {"booking_date", &A::booking_date},
};

using E = StoredException;
constexpr TextField<E> kExceptionFields[] = {
    {"exception_id", &E::exception_id},
    {"code", &E::code},
    {"severity", &E::severity},
    {"payment_id", &E::payment_id},
    {"customer_id", &E::customer_id},
    {"file", &E::file},
    {"amount", &E::amount},
    {"difference", &E::difference},
    {"currency", &E::currency},
    {"explanation", &E::explanation},
};

using I = StoredItem;
constexpr TextField<I> kItemFields[] = {
    {"item_id", &I::item_id},
    {"kind", &I::kind},
    {"customer_id", &I::customer_id},
    {"creditor_account", &I::creditor_account},
    {"amount", &I::amount},
    {"open_amount", &I::open_amount},
    {"currency", &I::currency},
    {"issue_date", &I::issue_date},
    {"due_date", &I::due_date},
    {"discount_amount", &I::discount_amount},
    {"discount_date", &I::discount_date},
    {"status", &I::status},
    {"customer_name", &I::customer_name},
    {"customer_org_no", &I::customer_org_no},
};

void TakeTexts(JsonSpan array, std::vector<std::string>* out) {
  ForElements(array, [&](JsonSpan value) { out->emplace_back(ScalarText(value)); });
}

StoredReference ReadReference(JsonSpan value) {
  StoredReference reference;
  reference.value.assign(ScalarText(value));
  ForMembers(value, [&](std::string_view key, JsonSpan member) {
    if (key == "value") reference.value.assign(ScalarText(member));
    if (key == "scheme") reference.scheme.assign(ScalarText(member));
    if (key == "amount") reference.amount.assign(ScalarText(member));
  });
  return reference;
}

StoredTrial ReadTrial(JsonSpan value) {
  StoredTrial trial;
  ForMembers(value, [&](std::string_view key, JsonSpan member) {
    if (key == "rule") trial.rule.assign(ScalarText(member));
    if (key == "found") trial.found.assign(ScalarText(member));
    if (key == "count") trial.count = ScalarNumber(member);
  });
  return trial;
}

StoredSuggestion ReadSuggestion(JsonSpan value) {
  StoredSuggestion suggestion;
  ForMembers(value, [&](std::string_view key, JsonSpan member) {
    if (key == "rule") suggestion.rule.assign(ScalarText(member));
    if (key == "confidence") suggestion.confidence.assign(ScalarText(member));
    if (key == "explanation") suggestion.explanation.assign(ScalarText(member));
    if (key != "allocations") return;
    ForElements(member, [&](JsonSpan element) {
      StoredSuggestion::Part& part = suggestion.allocations.emplace_back();
      ForMembers(element, [&](std::string_view name, JsonSpan text) {
        if (name == "item_id") part.item_id.assign(ScalarText(text));
        if (name == "amount") part.amount.assign(ScalarText(text));
        if (name == "kind") part.kind.assign(ScalarText(text));
      });
    });
  });
  return suggestion;
}

}  // namespace

StoredPayment ReadPayment(JsonSpan row) {
  StoredPayment payment;
  ForMembers(row, [&](std::string_view key, JsonSpan value) {
    if (TakeText(kPaymentFields, key, value, &payment)) return;
    if (key == "alternatives") payment.alternatives = ScalarNumber(value);
    if (key == "text") TakeTexts(value, &payment.text);
    if (key == "references") {
      ForElements(value,
                  [&](JsonSpan element) { payment.references.push_back(ReadReference(element)); });
    }
    if (key == "tried") {
      ForElements(value, [&](JsonSpan element) { payment.tried.push_back(ReadTrial(element)); });
    }
    if (key == "source") {
      ForMembers(value, [&](std::string_view name, JsonSpan member) {
        if (name == "file") payment.file.assign(ScalarText(member));
        if (name == "record") payment.record = ScalarNumber(member);
      });
    }
  });
  return payment;
}

StoredAllocation ReadAllocation(JsonSpan row) {
  StoredAllocation allocation;
  ForMembers(row, [&](std::string_view key, JsonSpan value) {
    TakeText(kAllocationFields, key, value, &allocation);
  });
  return allocation;
}

StoredException ReadException(JsonSpan row) {
  StoredException exception;
  ForMembers(row, [&](std::string_view key, JsonSpan value) {
    if (TakeText(kExceptionFields, key, value, &exception)) return;
    if (key == "record") exception.record = ScalarNumber(value);
    if (key == "item_ids") TakeTexts(value, &exception.item_ids);
    if (key == "suggestions") {
      ForElements(value, [&](JsonSpan element) {
        exception.suggestions.push_back(ReadSuggestion(element));
      });
    }
  });
  return exception;
}

StoredItem ReadItem(JsonSpan row) {
  StoredItem item;
  ForMembers(row, [&](std::string_view key, JsonSpan value) {
    if (TakeText(kItemFields, key, value, &item)) return;
    if (key == "references") TakeTexts(value, &item.references);
  });
  return item;
}

}  // namespace kvitt
