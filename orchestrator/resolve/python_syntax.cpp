// Reads statements: what a `_manylinux` module is made of.
#include "orchestrator/resolve/python_syntax.hpp"

#include "orchestrator/resolve/python_parser.hpp"

namespace wheelforge::resolve {
namespace {

using Token = PythonToken;

class StatementParser : public ExpressionParser {
public:
  using ExpressionParser::ExpressionParser;

  Result<std::vector<Statement>> module() {
    std::vector<Statement> out;
    while (peek().kind != Token::Kind::end) {
      WF_TRY_VOID(statement(out));
    }
    return out;
  }

private:
  Result<void> statement(std::vector<Statement>& out) {
    const Depth deeper(depth_);
    if (depth_ > kDeepest) {
      return unexpected("a shallower block");
    }
    if (peek().is("def")) {
      WF_TRY(Statement one, definition());
      out.push_back(std::move(one));
      return {};
    }
    if (peek().is("if")) {
      WF_TRY(Statement one, branch());
      out.push_back(std::move(one));
      return {};
    }
    return simple_statements(out);
  }

  /// One line: statements separated by semicolons.
  Result<void> simple_statements(std::vector<Statement>& out) {
    do {
      if (peek().kind == Token::Kind::line_end) {
        break;
      }
      WF_TRY(Statement one, simple_statement());
      out.push_back(std::move(one));
    } while (accept(";"));
    if (!accept(Token::Kind::line_end)) {
      return unexpected("the end of the statement");
    }
    return {};
  }

  Result<Statement> simple_statement() {
    Statement out;
    out.line = peek().line;
    if (accept("pass")) {
      return out;
    }
    if (peek().is("import") || peek().is("from")) {
      while (peek().kind != Token::Kind::line_end && peek().kind != Token::Kind::end) {
        take();
      }
      return out;
    }
    if (accept("return")) {
      out.kind = Statement::Kind::give_back;
      if (peek().kind != Token::Kind::line_end && !peek().is(";")) {
        WF_TRY(out.value, expressions());
      }
      return out;
    }
    out.kind = Statement::Kind::expression;
    while (peek().kind == Token::Kind::name && peek(1).is("=")) {
      WF_TRY(std::string target, name());
      out.names.push_back(std::move(target));
      take();
      out.kind = Statement::Kind::assign;
    }
    WF_TRY(out.value, expressions());
    return out;
  }

  Result<Statement> definition() {
    Statement out;
    out.kind = Statement::Kind::define;
    out.line = take().line;
    WF_TRY(std::string function, name());
    out.names.push_back(std::move(function));
    WF_TRY_VOID(expect("("));
    while (!peek().is(")")) {
      WF_TRY(std::string parameter, name());
      out.names.push_back(std::move(parameter));
      if (accept(":")) { // an annotation
        WF_TRY([[maybe_unused]] const Expression annotation, expression());
      }
      if (!accept(",")) {
        break;
      }
    }
    WF_TRY_VOID(expect(")"));
    if (accept("->")) {
      WF_TRY([[maybe_unused]] const Expression annotation, expression());
    }
    WF_TRY(out.body, block());
    return out;
  }

  /// From "if" or "elif" on.
  Result<Statement> branch() {
    const Depth deeper(depth_);
    if (depth_ > kDeepest) {
      return unexpected("fewer branches");
    }
    Statement out;
    out.kind = Statement::Kind::branch;
    out.line = take().line;
    WF_TRY(out.value, expression());
    WF_TRY(out.body, block());
    if (peek().is("elif")) {
      WF_TRY(Statement next, branch());
      out.otherwise.push_back(std::move(next));
    } else if (accept("else")) {
      WF_TRY(out.otherwise, block());
    }
    return out;
  }

  /// ":" and then either statements on the same line or an indented block.
  Result<std::vector<Statement>> block() {
    WF_TRY_VOID(expect(":"));
    std::vector<Statement> out;
    if (!accept(Token::Kind::line_end)) {
      WF_TRY_VOID(simple_statements(out));
      return out;
    }
    if (!accept(Token::Kind::indent)) {
      return unexpected("an indented block");
    }
    while (!accept(Token::Kind::dedent)) {
      WF_TRY_VOID(statement(out));
    }
    return out;
  }
};

} // namespace

Result<std::vector<Statement>> parse_python(std::string_view source) {
  WF_TRY(std::vector<Token> tokens, tokenize_python(source));
  return StatementParser(std::move(tokens)).module();
}

} // namespace wheelforge::resolve
