// Splits Python source into tokens.
#include "orchestrator/resolve/python_tokens.hpp"

#include <array>

namespace wheelforge::resolve {
namespace {

using Kind = PythonToken::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Longest first, so that "<=" is not read as "<".
constexpr std::array<std::string_view, 26> kSymbols = {"//", "<=", ">=", "==", "!=", "->", "<", ">", "=",
                                                       "+",  "-",  "*",  "%",  "(",  ")",  "[", "]", "{",
                                                       "}",  ",",  ":",  ".",  ";",  "/",  "@", "|"};

class Tokenizer {
public:
  explicit Tokenizer(std::string_view source) : source_(source) {}

  Result<std::vector<PythonToken>> run() {
    while (at_ < source_.size()) {
      if (line_begins_ && brackets_ == 0) {
        WF_TRY_VOID(read_indentation());
        continue;
      }
      WF_TRY_VOID(read_token());
    }
    if (brackets_ != 0) {
      return broken("a bracket is not closed");
    }
    end_line();
    while (levels_.size() > 1) {
      levels_.pop_back();
      add(Kind::dedent, "");
    }
    add(Kind::end, "");
    return std::move(tokens_);
  }

private:
  tl::unexpected<Error> broken(std::string_view what) const {
    return fail(ErrorKind::invalid_data, "_manylinux line {}: {}", line_, what);
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void add(Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  void end_line() {
    if (!tokens_.empty() && tokens_.back().kind != Kind::line_end && tokens_.back().kind != Kind::indent &&
        tokens_.back().kind != Kind::dedent) {
      add(Kind::line_end, "");
    }
  }

  void skip_comment() {
    while (at_ < source_.size() && peek() != '\n') {
      ++at_;
    }
  }

  /// The spaces before a line's first token; empty lines and comment lines say nothing.
  Result<void> read_indentation() {
    std::size_t width = 0;
    while (peek() == ' ' || peek() == '\t') {
      width = peek() == '\t' ? (width / 8 + 1) * 8 : width + 1;
      ++at_;
    }
    if (peek() == '#') {
      skip_comment();
    }
    if (peek() == '\r') {
      ++at_;
    }
    if (peek() == '\n') {
      ++at_;
      ++line_;
      return {};
    }
    line_begins_ = false;
    if (at_ == source_.size()) {
      return {};
    }
    if (width > levels_.back()) {
      levels_.push_back(width);
      add(Kind::indent, "");
    }
    while (width < levels_.back()) {
      levels_.pop_back();
      add(Kind::dedent, "");
    }
    if (width != levels_.back()) {
      return broken("the indentation matches no outer level");
    }
    return {};
  }

  Result<void> read_token() {
    const char c = peek();
    if (c == '\n') {
      if (brackets_ == 0) {
        end_line();
        line_begins_ = true;
      }
      ++at_;
      ++line_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '#') {
      skip_comment();
    } else if (c == '\\' && peek(1) == '\n') {
      at_ += 2;
      ++line_;
    } else if (c == '"' || c == '\'') {
      return read_string();
    } else if (is_digit(c)) {
      read_word(Kind::number);
    } else if (is_name_start(c)) {
      if ((peek(1) == '"' || peek(1) == '\'') && std::string_view("rbuRBU").find(c) != std::string_view::npos) {
        ++at_;
        return read_string();
      }
      read_word(Kind::name);
    } else {
      return read_symbol();
    }
    return {};
  }

  void read_word(Kind kind) {
    const std::size_t begin = at_;
    while (is_digit(peek()) || is_name_start(peek())) {
      ++at_;
    }
    add(kind, std::string(source_.substr(begin, at_ - begin)));
  }

  Result<void> read_symbol() {
    for (const std::string_view symbol : kSymbols) {
      if (source_.substr(at_).starts_with(symbol)) {
        at_ += symbol.size();
        const bool opens = symbol == "(" || symbol == "[" || symbol == "{";
        const bool closes = symbol == ")" || symbol == "]" || symbol == "}";
        brackets_ += opens ? 1 : closes ? -1 : 0;
        if (brackets_ < 0) {
          return broken("a bracket is closed that was not opened");
        }
        add(Kind::symbol, std::string(symbol));
        return {};
      }
    }
    return fail(ErrorKind::invalid_data, "_manylinux line {}: the character {:?} is not understood", line_,
                std::string(1, peek()));
  }

  /// A literal in one or three quotes; of the escapes only \\ \' \" \n \t are known.
  Result<void> read_string() {
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    const std::size_t quotes = triple ? 3 : 1;
    const std::string close(quotes, quote);
    const int first_line = line_;
    at_ += quotes;
    std::string value;
    while (!source_.substr(at_).starts_with(close)) {
      const char c = peek();
      const bool ends_in_escape = c == '\\' && at_ + 1 >= source_.size();
      if (at_ >= source_.size() || (c == '\n' && !triple) || ends_in_escape) {
        return broken("a string is not closed");
      }
      if (c == '\n') {
        ++line_;
      }
      if (c == '\\') {
        ++at_;
        const char escaped = peek();
        value += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
      } else {
        value += c;
      }
      ++at_;
    }
    at_ += quotes;
    tokens_.push_back({Kind::text, std::move(value), first_line});
    return {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  int brackets_ = 0;
  bool line_begins_ = true;
  std::vector<std::size_t> levels_ = {0};
  std::vector<PythonToken> tokens_;
};

} // namespace

Result<std::vector<PythonToken>> tokenize_python(std::string_view source) { return Tokenizer(source).run(); }

} // namespace wheelforge::resolve
