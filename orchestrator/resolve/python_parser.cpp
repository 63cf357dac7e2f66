// Reads Python expressions.
#include "orchestrator/resolve/python_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wheelforge::resolve {

using Kind = Expression::Kind;
using Token = PythonToken;

PythonToken ExpressionParser::take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
bool ExpressionParser::accept(std::string_view text) {
  const bool yes = peek().is(text);
  at_ += yes ? 1 : 0;
  return yes;
}
bool ExpressionParser::accept(Token::Kind kind) {
  const bool yes = peek().kind == kind;
  at_ += yes && kind != Token::Kind::end ? 1 : 0;
  return yes;
}

tl::unexpected<Error> ExpressionParser::unexpected(std::string_view wanted) const {
  const Token& seen = peek();
  const std::string what = seen.kind == Token::Kind::end        ? "the end"
                           : seen.kind == Token::Kind::line_end ? "the end of the line"
                           : seen.kind == Token::Kind::indent   ? "an indentation"
                           : seen.kind == Token::Kind::dedent   ? "the end of a block"
                                                                : fmt::format("{:?}", seen.text);
  return fail(ErrorKind::invalid_data, "_manylinux line {}: {} where {} was wanted", seen.line, what, wanted);
}

Result<void> ExpressionParser::expect(std::string_view text) {
  if (!accept(text)) {
    return unexpected("\"" + std::string(text) + "\"");
  }
  return {};
}

Result<std::string> ExpressionParser::name() {
  static constexpr std::array<std::string_view, 21> kReserved = {
      "and", "as", "assert", "class",  "def", "del", "elif",   "else", "for",   "from", "if",
      "in",  "is", "import", "lambda", "not", "or",  "return", "try",  "while", "with"};
  if (peek().kind != Token::Kind::name ||
      std::find(kReserved.begin(), kReserved.end(), peek().text) != kReserved.end()) {
    return unexpected("a name");
  }
  return take().text;
}

Expression ExpressionParser::make(Kind kind, std::vector<Expression> parts) const {
  Expression out;
  out.kind = kind;
  out.parts = std::move(parts);
  out.line = peek().line;
  return out;
}

/// One expression, or several with commas between them: a tuple.
Result<Expression> ExpressionParser::expressions() {
  WF_TRY(Expression first, expression());
  if (!peek().is(",")) {
    return first;
  }
  Expression out = make(Kind::list, {std::move(first)});
  while (accept(",") && starts_expression()) {
    WF_TRY(Expression next, expression());
    out.parts.push_back(std::move(next));
  }
  return out;
}

bool ExpressionParser::starts_expression() const {
  const Token& next = peek();
  return next.kind == Token::Kind::number || next.kind == Token::Kind::text || next.kind == Token::Kind::name ||
         next.is("(") || next.is("[") || next.is("{") || next.is("-") || next.is("+");
}

Result<Expression> ExpressionParser::expression() {
  const Depth deeper(depth_);
  if (depth_ > kDeepest) {
    return unexpected("a shallower expression");
  }
  if (accept("lambda")) {
    Expression out = make(Kind::lambda);
    while (!peek().is(":")) {
      WF_TRY(std::string parameter, name());
      out.operators.push_back(std::move(parameter));
      if (!accept(",")) {
        break;
      }
    }
    WF_TRY_VOID(expect(":"));
    WF_TRY(Expression body, expression());
    out.parts.push_back(std::move(body));
    return out;
  }
  WF_TRY(Expression value, either());
  if (!accept("if")) {
    return value;
  }
  WF_TRY(Expression condition, either());
  WF_TRY_VOID(expect("else"));
  WF_TRY(Expression otherwise, expression());
  return make(Kind::conditional, {std::move(condition), std::move(value), std::move(otherwise)});
}

Result<Expression> ExpressionParser::either() {
  WF_TRY(Expression first, both());
  if (!peek().is("or")) {
    return first;
  }
  Expression out = make(Kind::logical_or, {std::move(first)});
  while (accept("or")) {
    WF_TRY(Expression next, both());
    out.parts.push_back(std::move(next));
  }
  return out;
}

Result<Expression> ExpressionParser::both() {
  WF_TRY(Expression first, inversion());
  if (!peek().is("and")) {
    return first;
  }
  Expression out = make(Kind::logical_and, {std::move(first)});
  while (accept("and")) {
    WF_TRY(Expression next, inversion());
    out.parts.push_back(std::move(next));
  }
  return out;
}

Result<Expression> ExpressionParser::inversion() {
  const Depth deeper(depth_);
  if (depth_ > kDeepest) {
    return unexpected("a shallower expression");
  }
  if (!accept("not")) {
    return comparison();
  }
  WF_TRY(Expression operand, inversion());
  return make(Kind::logical_not, {std::move(operand)});
}

std::optional<std::string> ExpressionParser::comparison_operator() {
  for (const std::string_view symbol : {"==", "!=", "<=", ">=", "<", ">", "in"}) {
    if (accept(symbol)) {
      return std::string(symbol);
    }
  }
  if (accept("is")) {
    return accept("not") ? "is not" : "is";
  }
  if (peek().is("not") && peek(1).is("in")) {
    at_ += 2;
    return "not in";
  }
  return std::nullopt;
}

Result<Expression> ExpressionParser::comparison() {
  WF_TRY(Expression first, sum());
  Expression out = make(Kind::compare, {std::move(first)});
  while (const std::optional<std::string> symbol = comparison_operator()) {
    WF_TRY(Expression next, sum());
    out.operators.push_back(*symbol);
    out.parts.push_back(std::move(next));
  }
  return out.operators.empty() ? std::move(out.parts.front()) : std::move(out);
}

Result<Expression> ExpressionParser::sum() {
  WF_TRY(Expression left, product());
  while (peek().is("+") || peek().is("-")) {
    const std::string symbol = take().text;
    WF_TRY(Expression right, product());
    left = make(Kind::binary, {std::move(left), std::move(right)});
    left.text = symbol;
  }
  return left;
}

Result<Expression> ExpressionParser::product() {
  WF_TRY(Expression left, factor());
  while (peek().is("*") || peek().is("//") || peek().is("%")) {
    const std::string symbol = take().text;
    WF_TRY(Expression right, factor());
    left = make(Kind::binary, {std::move(left), std::move(right)});
    left.text = symbol;
  }
  return left;
}

Result<Expression> ExpressionParser::factor() {
  const Depth deeper(depth_);
  if (depth_ > kDeepest) {
    return unexpected("a shallower expression");
  }
  if (accept("+")) {
    return factor();
  }
  if (accept("-")) {
    WF_TRY(Expression operand, factor());
    return make(Kind::negate, {std::move(operand)});
  }
  return suffixed();
}

/// An atom with calls, methods and subscripts after it.
Result<Expression> ExpressionParser::suffixed() {
  WF_TRY(Expression out, atom());
  while (true) {
    if (accept("(")) {
      out = make(Kind::call, {std::move(out)});
      WF_TRY_VOID(items(out.parts, ")"));
    } else if (accept("[")) {
      WF_TRY(Expression index, expression());
      WF_TRY_VOID(expect("]"));
      out = make(Kind::item, {std::move(out), std::move(index)});
    } else if (accept(".")) {
      WF_TRY(std::string method, name());
      WF_TRY_VOID(expect("("));
      out = make(Kind::method, {std::move(out)});
      out.text = std::move(method);
      WF_TRY_VOID(items(out.parts, ")"));
    } else {
      return out;
    }
  }
}

/// Expressions with commas between them up to the closing bracket, which is taken too.
Result<void> ExpressionParser::items(std::vector<Expression>& out, std::string_view close) {
  while (!accept(close)) {
    WF_TRY(Expression next, expression());
    out.push_back(std::move(next));
    if (!accept(",")) {
      return expect(close);
    }
  }
  return {};
}

Result<Expression> ExpressionParser::atom() {
  if (peek().kind == Token::Kind::number) {
    return number();
  }
  if (peek().kind == Token::Kind::text) {
    Expression out = make(Kind::text);
    while (peek().kind == Token::Kind::text) { // adjacent literals are one
      out.text += take().text;
    }
    return out;
  }
  if (accept("(")) {
    return parenthesis();
  }
  if (accept("[")) {
    Expression out = make(Kind::list);
    WF_TRY_VOID(items(out.parts, "]"));
    return out;
  }
  if (accept("{")) {
    return braces();
  }
  if (accept("True") || accept("False")) {
    Expression out = make(Kind::boolean);
    out.number = tokens_[at_ - 1].text == "True" ? 1 : 0;
    return out;
  }
  if (accept("None")) {
    return make(Kind::none);
  }
  Expression out = make(Kind::name);
  WF_TRY(out.text, name());
  return out;
}

Result<Expression> ExpressionParser::number() {
  Expression out = make(Kind::number);
  const std::string digits = peek().text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return unexpected("a decimal integer");
  }
  take();
  return out;
}

/// After "(": nothing, one expression, or a tuple.
Result<Expression> ExpressionParser::parenthesis() {
  if (accept(")")) {
    return make(Kind::list);
  }
  WF_TRY(Expression out, expressions());
  WF_TRY_VOID(expect(")"));
  return out;
}

/// After "{": a set or a dictionary.
Result<Expression> ExpressionParser::braces() {
  Expression out = make(Kind::dictionary);
  while (!accept("}")) {
    WF_TRY(Expression key, expression());
    out.parts.push_back(std::move(key));
    if (out.parts.size() == 1 && !peek().is(":")) {
      out.kind = Kind::list;
    }
    if (out.kind == Kind::dictionary) {
      WF_TRY_VOID(expect(":"));
      WF_TRY(Expression value, expression());
      out.parts.push_back(std::move(value));
    }
    if (!accept(",")) {
      WF_TRY_VOID(expect("}"));
      break;
    }
  }
  return out;
}

} // namespace wheelforge::resolve
