// Truth, equality and order of the interpreter's values.
#include "orchestrator/resolve/python_value.hpp"

#include <algorithm>

namespace wheelforge::resolve {

using Kind = PythonValue::Kind;

bool PythonValue::truth() const {
  switch (kind) {
  case Kind::none:
    return false;
  case Kind::boolean:
  case Kind::number:
    return number != 0;
  case Kind::text:
    return !text.empty();
  case Kind::list:
  case Kind::dictionary:
    return !items.empty();
  case Kind::function:
    break;
  }
  return true;
}

bool equal(const PythonValue& a, const PythonValue& b) {
  if (a.is_number() && b.is_number()) {
    return a.number == b.number;
  }
  if (a.kind != b.kind) {
    return false;
  }
  return a.text == b.text && a.function == b.function &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal);
}

Result<bool> less(const PythonValue& a, const PythonValue& b) {
  if (a.is_number() && b.is_number()) {
    return a.number < b.number;
  }
  if (a.kind == Kind::text && b.kind == Kind::text) {
    return a.text < b.text;
  }
  if (a.kind != Kind::list || b.kind != Kind::list) {
    return fail(ErrorKind::invalid_data, "values of different kinds have no order");
  }
  for (std::size_t i = 0; i < a.items.size() && i < b.items.size(); ++i) {
    if (!equal(a.items[i], b.items[i])) {
      return less(a.items[i], b.items[i]);
    }
  }
  return a.items.size() < b.items.size();
}

} // namespace wheelforge::resolve
