// Executes the syntax tree of a `_manylinux` module: a computation without any effect, bounded in steps and depth.
#include "orchestrator/resolve/python_value.hpp"

#include <algorithm>
#include <optional>

namespace wheelforge::resolve {
namespace {

using Kind = PythonValue::Kind;
using Node = Expression::Kind;

constexpr int kMostSteps = 20000;
constexpr int kDeepestCall = 50;
constexpr std::size_t kHeaviest = 100000; ///< values and characters that one value may be made of

tl::unexpected<Error> raise(int line, std::string_view what) {
  return fail(ErrorKind::invalid_data, "_manylinux line {}: {}", line, what);
}

class Interpreter {
public:
  explicit Interpreter(PythonScope globals) : globals_(std::move(globals)) {}

  PythonScope& globals() { return globals_; }

  /// Runs statements in a scope; the value of `return`, if one was reached.
  Result<std::optional<PythonValue>> run(const std::vector<Statement>& statements, PythonScope& scope) {
    for (const Statement& one : statements) {
      WF_TRY(std::optional<PythonValue> given_back, run(one, scope));
      if (given_back) {
        return given_back;
      }
    }
    return std::optional<PythonValue>();
  }

  Result<PythonValue> call(const PythonValue& function, std::vector<PythonValue> arguments, int line) {
    if (function.kind != Kind::function) {
      return raise(line, "what is called is not a function");
    }
    const Statement& definition = *function.function;
    if (definition.names.size() - 1 != arguments.size()) {
      return fail(ErrorKind::invalid_data, "_manylinux line {}: {}() takes {} arguments but {} were given", line,
                  definition.names.front(), definition.names.size() - 1, arguments.size());
    }
    if (depth_ == kDeepestCall) {
      return raise(line, "calls are nested deeper than 50");
    }
    PythonScope locals;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      locals[definition.names[i + 1]] = std::move(arguments[i]);
    }
    ++depth_;
    Result<std::optional<PythonValue>> result = run(definition.body, locals);
    --depth_;
    WF_TRY(std::optional<PythonValue> value, std::move(result));
    return value.value_or(PythonValue());
  }

private:
  Result<std::optional<PythonValue>> run(const Statement& one, PythonScope& scope) {
    WF_TRY_VOID(step(one.line));
    switch (one.kind) {
    case Statement::Kind::nothing:
      break;
    case Statement::Kind::expression: {
      WF_TRY([[maybe_unused]] const PythonValue unused, evaluate(one.value, scope));
      break;
    }
    case Statement::Kind::assign: {
      WF_TRY(const PythonValue value, evaluate(one.value, scope));
      for (const std::string& target : one.names) {
        scope[target] = value;
      }
      break;
    }
    case Statement::Kind::define:
      scope[one.names.front()] = function_of(one);
      break;
    case Statement::Kind::branch: {
      WF_TRY(const PythonValue condition, evaluate(one.value, scope));
      return run(condition.truth() ? one.body : one.otherwise, scope);
    }
    case Statement::Kind::give_back: {
      WF_TRY(PythonValue value, evaluate(one.value, scope));
      return std::optional<PythonValue>(std::move(value));
    }
    }
    return std::optional<PythonValue>();
  }

  static PythonValue function_of(const Statement& definition) {
    PythonValue out;
    out.kind = Kind::function;
    out.function = std::make_shared<const Statement>(definition);
    return out;
  }

  Result<void> step(int line) {
    if (++steps_ > kMostSteps) {
      return raise(line, "it runs for more than 20000 steps");
    }
    return {};
  }

  Result<PythonValue> evaluate(const Expression& node, PythonScope& scope) {
    WF_TRY_VOID(step(node.line));
    switch (node.kind) {
    case Node::none:
      return PythonValue();
    case Node::boolean:
      return PythonValue::boolean(node.number != 0);
    case Node::number:
      return PythonValue::integer(node.number);
    case Node::text:
      return PythonValue::string(node.text);
    case Node::name:
      return look_up(node, scope);
    case Node::list:
    case Node::dictionary:
      return collection(node, scope);
    case Node::logical_or:
    case Node::logical_and:
      return logical(node, scope);
    case Node::logical_not: {
      WF_TRY(const PythonValue operand, evaluate(node.parts[0], scope));
      return PythonValue::boolean(!operand.truth());
    }
    case Node::conditional: {
      WF_TRY(const PythonValue condition, evaluate(node.parts[0], scope));
      return evaluate(node.parts[condition.truth() ? 1 : 2], scope);
    }
    case Node::negate: {
      WF_TRY(const PythonValue operand, evaluate(node.parts[0], scope));
      return operand.is_number() ? arithmetic(node, "-", PythonValue::integer(0), operand)
                                 : raise(node.line, "only numbers have a sign");
    }
    case Node::binary: {
      WF_TRY(const PythonValue left, evaluate(node.parts[0], scope));
      WF_TRY(const PythonValue right, evaluate(node.parts[1], scope));
      return arithmetic(node, node.text, left, right);
    }
    case Node::compare:
      return comparison(node, scope);
    case Node::call:
      return called(node, scope);
    case Node::method:
      return method(node, scope);
    case Node::item:
      return item(node, scope);
    case Node::lambda: {
      Statement definition;
      definition.names = {"<lambda>"};
      definition.names.insert(definition.names.end(), node.operators.begin(), node.operators.end());
      Statement body;
      body.kind = Statement::Kind::give_back;
      body.value = node.parts[0];
      definition.body.push_back(std::move(body));
      return function_of(definition);
    }
    }
    return raise(node.line, "an expression of an unknown kind");
  }

  Result<PythonValue> look_up(const Expression& node, const PythonScope& scope) {
    for (const PythonScope* names : {&scope, static_cast<const PythonScope*>(&globals_)}) {
      const auto found = names->find(node.text);
      if (found != names->end()) {
        return found->second;
      }
    }
    return fail(ErrorKind::invalid_data, "_manylinux line {}: the name {:?} is not defined", node.line, node.text);
  }

  Result<std::vector<PythonValue>> evaluate_all(const std::vector<Expression>& nodes, std::size_t first,
                                                PythonScope& scope) {
    std::vector<PythonValue> out;
    for (std::size_t i = first; i < nodes.size(); ++i) {
      WF_TRY(PythonValue value, evaluate(nodes[i], scope));
      out.push_back(std::move(value));
    }
    return out;
  }

  Result<PythonValue> collection(const Expression& node, PythonScope& scope) {
    PythonValue out;
    out.kind = node.kind == Node::list ? Kind::list : Kind::dictionary;
    WF_TRY(out.items, evaluate_all(node.parts, 0, scope));
    for (const PythonValue& item : out.items) {
      out.weight += item.weight;
    }
    return bounded(std::move(out), node.line);
  }

  static Result<PythonValue> bounded(PythonValue value, int line) {
    if (value.weight > kHeaviest) {
      return raise(line, "a value grows without bound");
    }
    return value;
  }

  Result<PythonValue> logical(const Expression& node, PythonScope& scope) {
    const bool ends_on = node.kind == Node::logical_or;
    PythonValue last;
    for (const Expression& part : node.parts) {
      WF_TRY(last, evaluate(part, scope));
      if (last.truth() == ends_on) {
        break;
      }
    }
    return last;
  }

  static Result<PythonValue> arithmetic(const Expression& node, std::string_view symbol, const PythonValue& left,
                                        const PythonValue& right) {
    if (symbol == "+" && left.kind == right.kind && (left.kind == Kind::text || left.kind == Kind::list)) {
      PythonValue out = left;
      out.text += right.text;
      out.items.insert(out.items.end(), right.items.begin(), right.items.end());
      out.weight += right.weight;
      return bounded(std::move(out), node.line);
    }
    if (!left.is_number() || !right.is_number()) {
      return fail(ErrorKind::invalid_data, "_manylinux line {}: {:?} is not understood for these operands", node.line,
                  std::string(symbol));
    }
    std::int64_t result = 0;
    bool overflow = false;
    if (symbol == "+") {
      overflow = __builtin_add_overflow(left.number, right.number, &result);
    } else if (symbol == "-") {
      overflow = __builtin_sub_overflow(left.number, right.number, &result);
    } else if (symbol == "*") {
      overflow = __builtin_mul_overflow(left.number, right.number, &result);
    } else {
      if (right.number == 0) {
        return raise(node.line, "division by zero");
      }
      overflow = right.number == -1 && left.number == INT64_MIN;
      if (!overflow) { // Python rounds down, C++ towards zero
        const std::int64_t remainder = left.number % right.number;
        const bool down = remainder != 0 && (remainder < 0) != (right.number < 0);
        result = symbol == "%" ? remainder + (down ? right.number : 0) : left.number / right.number - (down ? 1 : 0);
      }
    }
    return overflow ? raise(node.line, "a number is too large") : Result<PythonValue>(PythonValue::integer(result));
  }

  Result<PythonValue> comparison(const Expression& node, PythonScope& scope) {
    WF_TRY(PythonValue left, evaluate(node.parts[0], scope));
    for (std::size_t i = 0; i < node.operators.size(); ++i) {
      WF_TRY(PythonValue right, evaluate(node.parts[i + 1], scope));
      Result<bool> holds = compare(node.operators[i], left, right);
      if (!holds) {
        return raise(node.line, holds.error().message);
      }
      if (!*holds) {
        return PythonValue::boolean(false);
      }
      left = std::move(right);
    }
    return PythonValue::boolean(true);
  }

  static Result<bool> compare(std::string_view symbol, const PythonValue& a, const PythonValue& b) {
    if (symbol == "==" || symbol == "!=") {
      return equal(a, b) == (symbol == "==");
    }
    if (symbol == "is" || symbol == "is not") {
      return (a.kind == b.kind && equal(a, b)) == (symbol == "is");
    }
    if (symbol == "in" || symbol == "not in") {
      WF_TRY(const bool inside, contains(b, a));
      return inside == (symbol == "in");
    }
    const bool swapped = symbol == ">" || symbol == "<=";
    WF_TRY(const bool before, swapped ? less(b, a) : less(a, b));
    return symbol == "<" || symbol == ">" ? before : !before;
  }

  static Result<bool> contains(const PythonValue& container, const PythonValue& wanted) {
    if (container.kind == Kind::text && wanted.kind == Kind::text) {
      return container.text.find(wanted.text) != std::string::npos;
    }
    if (container.kind != Kind::list && container.kind != Kind::dictionary) {
      return fail(ErrorKind::invalid_data, "\"in\" needs a string, list, tuple, set or dictionary on its right");
    }
    const std::size_t stride = container.kind == Kind::dictionary ? 2 : 1;
    for (std::size_t i = 0; i < container.items.size(); i += stride) {
      if (equal(container.items[i], wanted)) {
        return true;
      }
    }
    return false;
  }

  Result<PythonValue> called(const Expression& node, PythonScope& scope) {
    WF_TRY(std::vector<PythonValue> arguments, evaluate_all(node.parts, 1, scope));
    if (node.parts[0].kind == Node::name && !scope.contains(node.parts[0].text) &&
        !globals_.contains(node.parts[0].text)) {
      return builtin(node, arguments);
    }
    WF_TRY(const PythonValue function, evaluate(node.parts[0], scope));
    return call(function, std::move(arguments), node.line);
  }

  static Result<PythonValue> builtin(const Expression& node, std::vector<PythonValue>& arguments) {
    const std::string& name = node.parts[0].text;
    if (arguments.size() == 1) {
      PythonValue& one = arguments.front();
      if (name == "bool") {
        return PythonValue::boolean(one.truth());
      }
      if (name == "int" && one.is_number()) {
        return PythonValue::integer(one.number);
      }
      if (name == "len" && (one.kind == Kind::text || one.kind == Kind::list)) {
        return PythonValue::integer(static_cast<std::int64_t>(one.text.size() + one.items.size()));
      }
      if ((name == "tuple" || name == "list" || name == "set" || name == "frozenset") && one.kind == Kind::list) {
        return std::move(one);
      }
    }
    return fail(ErrorKind::invalid_data, "_manylinux line {}: {}() with these arguments is not understood", node.line,
                name);
  }

  Result<PythonValue> method(const Expression& node, PythonScope& scope) {
    WF_TRY(const PythonValue object, evaluate(node.parts[0], scope));
    WF_TRY(const std::vector<PythonValue> arguments, evaluate_all(node.parts, 1, scope));
    const bool one_text = arguments.size() == 1 && arguments[0].kind == Kind::text;
    if (object.kind == Kind::text && one_text && node.text == "startswith") {
      return PythonValue::boolean(object.text.starts_with(arguments[0].text));
    }
    if (object.kind == Kind::text && one_text && node.text == "endswith") {
      return PythonValue::boolean(object.text.ends_with(arguments[0].text));
    }
    if (object.kind == Kind::dictionary && node.text == "get" && (arguments.size() == 1 || arguments.size() == 2)) {
      for (std::size_t i = 0; i < object.items.size(); i += 2) {
        if (equal(object.items[i], arguments[0])) {
          return object.items[i + 1];
        }
      }
      return arguments.size() == 2 ? arguments[1] : PythonValue();
    }
    return fail(ErrorKind::invalid_data, "_manylinux line {}: the method {}() is not understood", node.line, node.text);
  }

  Result<PythonValue> item(const Expression& node, PythonScope& scope) {
    WF_TRY(const PythonValue object, evaluate(node.parts[0], scope));
    WF_TRY(const PythonValue index, evaluate(node.parts[1], scope));
    if (object.kind == Kind::dictionary) {
      for (std::size_t i = 0; i < object.items.size(); i += 2) {
        if (equal(object.items[i], index)) {
          return object.items[i + 1];
        }
      }
      return raise(node.line, "the dictionary has no such key");
    }
    const std::int64_t size = static_cast<std::int64_t>(object.items.size());
    const std::int64_t at = index.number < 0 ? index.number + size : index.number;
    if (object.kind != Kind::list || !index.is_number() || at < 0 || at >= size) {
      return raise(node.line, "there is no such item");
    }
    return object.items[static_cast<std::size_t>(at)];
  }

  PythonScope globals_;
  int steps_ = 0;
  int depth_ = 0;
};

} // namespace

Result<PythonModule> run_python(const std::vector<Statement>& statements) {
  Interpreter interpreter({});
  WF_TRY([[maybe_unused]] const std::optional<PythonValue> unused, interpreter.run(statements, interpreter.globals()));
  return PythonModule{std::move(interpreter.globals())};
}

Result<PythonValue> call_python(const PythonModule& module, const PythonValue& function,
                                std::vector<PythonValue> arguments) {
  return Interpreter(module.globals).call(function, std::move(arguments), 0);
}

} // namespace wheelforge::resolve
