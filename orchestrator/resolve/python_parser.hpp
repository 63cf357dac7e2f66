// Reads Python expressions by recursive descent; the statements' parser builds on it.
#pragma once

#include "orchestrator/resolve/python_syntax.hpp"
#include "orchestrator/resolve/python_tokens.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelforge::resolve {

/// A cursor over tokens that reads expressions. Its members fail (kind invalid_data) with the line, the token seen and
/// what was wanted.
class ExpressionParser {
public:
  explicit ExpressionParser(std::vector<PythonToken> tokens) : tokens_(std::move(tokens)) {}

protected:
  static constexpr int kDeepest = 50; ///< nested expressions and blocks

  /// Counts how deep the descent is, for as long as it lives.
  struct Depth {
    explicit Depth(int& counter) : depth(counter) { ++depth; }
    ~Depth() { --depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int& depth;
  };

  [[nodiscard]] const PythonToken& peek(std::size_t ahead = 0) const {
    return tokens_[at_ + ahead < tokens_.size() ? at_ + ahead : tokens_.size() - 1];
  }
  /// The next token; the last one, `end`, is never passed.
  PythonToken take();
  /// Takes the next token if it is this symbol or word.
  bool accept(std::string_view text);
  bool accept(PythonToken::Kind kind);
  [[nodiscard]] tl::unexpected<Error> unexpected(std::string_view wanted) const;
  [[nodiscard]] Result<void> expect(std::string_view text);
  /// A name that is no reserved word.
  [[nodiscard]] Result<std::string> name();
  /// One expression.
  [[nodiscard]] Result<Expression> expression();
  /// One expression, or several with commas between them: a tuple.
  [[nodiscard]] Result<Expression> expressions();

  int depth_ = 0;

private:
  [[nodiscard]] Expression make(Expression::Kind kind, std::vector<Expression> parts = {}) const;
  [[nodiscard]] bool starts_expression() const;
  [[nodiscard]] Result<Expression> either();
  [[nodiscard]] Result<Expression> both();
  [[nodiscard]] Result<Expression> inversion();
  [[nodiscard]] std::optional<std::string> comparison_operator();
  [[nodiscard]] Result<Expression> comparison();
  [[nodiscard]] Result<Expression> sum();
  [[nodiscard]] Result<Expression> product();
  [[nodiscard]] Result<Expression> factor();
  [[nodiscard]] Result<Expression> suffixed();
  [[nodiscard]] Result<void> items(std::vector<Expression>& out, std::string_view close);
  [[nodiscard]] Result<Expression> atom();
  [[nodiscard]] Result<Expression> number();
  [[nodiscard]] Result<Expression> parenthesis();
  [[nodiscard]] Result<Expression> braces();

  std::vector<PythonToken> tokens_;
  std::size_t at_ = 0;
};

} // namespace wheelforge::resolve
