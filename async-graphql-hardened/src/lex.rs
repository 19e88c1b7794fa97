//! The lexical grammar of GraphQL (specification, section 2.1), as far as counting needs it.
//!
//! If the parser splits characters into more tokens than the specification (`0000` are four
//! numbers), so does this lexer: the scan must never count fewer tokens than the parser.

/// A lexical token, without text that the scan does not need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name or keyword.
    Name(&'a [u8]),
    /// A number, string, or block string.
    Literal,
    /// `...`
    Spread,
    /// A string without an end.
    Unterminated,
    /// Any other character, such as `{`, `:`, or `@`, even if the grammar does not contain it.
    Punctuator(u8),
}

/// Reads the tokens of a document, in one pass and without allocation.
pub(crate) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
        }
    }

    /// Skips whitespace, commas, byte order marks, and comments.
    fn skip_ignored(&mut self) {
        loop {
            match self.rest {
                [b' ' | b'\t' | b'\n' | b'\r' | b',', rest @ ..]
                | [0xEF, 0xBB, 0xBF, rest @ ..] => {
                    self.rest = rest;
                }
                [b'#', ..] => {
                    self.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
                }
                _ => return,
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !accept(*byte));
        self.take(end.unwrap_or(self.rest.len()))
    }

    fn number(&mut self) -> Token<'a> {
        if self.rest.first() == Some(&b'-') {
            self.take(1);
        }
        if self.rest.first() == Some(&b'0') {
            self.take(1);
        } else {
            self.digits();
        }
        if let [b'.', b'0'..=b'9', ..] = self.rest {
            self.take(1);
            self.digits();
        }
        match self.rest {
            [b'e' | b'E', b'0'..=b'9', ..] => self.take(1),
            [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] => self.take(2),
            _ => return Token::Literal,
        };
        self.digits();
        Token::Literal
    }

    fn digits(&mut self) {
        self.take_while(|byte| byte.is_ascii_digit());
    }

    fn string(&mut self) -> Token<'a> {
        self.take(1);
        loop {
            match self.rest {
                [b'"', ..] => {
                    self.take(1);
                    return Token::Literal;
                }
                [b'\\', _, ..] => self.take(2),
                [] | [b'\\' | b'\n' | b'\r', ..] => return self.unterminated(),
                _ => self.take(1),
            };
        }
    }

    fn block_string(&mut self) -> Token<'a> {
        self.take(3);
        loop {
            match self.rest {
                [b'"', b'"', b'"', ..] => {
                    self.take(3);
                    return Token::Literal;
                }
                [b'\\', b'"', b'"', b'"', ..] => self.take(4),
                [] => return self.unterminated(),
                _ => self.take(1),
            };
        }
    }

    /// Ends the scan: what follows an unterminated string cannot be interpreted reliably.
    fn unterminated(&mut self) -> Token<'a> {
        self.rest = &[];
        Token::Unterminated
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_ignored();
        Some(match self.rest {
            [] => return None,
            [b'_' | b'a'..=b'z' | b'A'..=b'Z', ..] => {
                Token::Name(self.take_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
            }
            [b'-' | b'0'..=b'9', ..] => self.number(),
            [b'"', b'"', b'"', ..] => self.block_string(),
            [b'"', ..] => self.string(),
            [b'.', b'.', b'.', ..] => {
                self.take(3);
                Token::Spread
            }
            [byte, ..] => {
                self.take(1);
                Token::Punctuator(*byte)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lex(text: &str) -> Vec<Token<'_>> {
        Lexer::new(text).collect()
    }

    #[test]
    fn strings_end_as_in_the_grammar() {
        use Token::{Literal, Punctuator, Unterminated};
        let list = [Literal, Punctuator(b'['), Punctuator(b']')];
        assert_eq!(lex(r#""a [ \" [" []"#), list);
        assert_eq!(lex(r#""\\" []"#), list);
        assert_eq!(lex(r#""" []"#), list);
        assert_eq!(lex("\"\"\"a \" \"\" [ \\\"\"\" [\"\"\" []"), list);
        assert_eq!(lex("\"a\n []"), [Unterminated]);
        assert_eq!(lex("\"\"\"a\" []"), [Unterminated]);
        assert_eq!(lex("\"a\\"), [Unterminated]);
    }

    #[test]
    fn adjacent_numbers_are_separate_tokens() {
        assert_eq!(lex("0000").len(), 4);
        assert_eq!(lex("1-2-3").len(), 3);
        assert_eq!(lex("-1.5e+10").len(), 1);
        assert_eq!(lex("1e5 2E-3").len(), 2);
    }

    #[test]
    fn comments_commas_and_byte_order_marks_are_ignored() {
        assert_eq!(
            lex("\u{feff}a,b # [ { (\r c"),
            [Token::Name(b"a"), Token::Name(b"b"), Token::Name(b"c")]
        );
    }
}
