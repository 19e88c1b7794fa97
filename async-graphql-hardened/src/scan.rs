//! Limits on the raw text of a query, checked before parsing.
//!
//! The parser, validation, and execution are recursive: deep nesting would overflow the stack and
//! end the process. This scan is one linear pass without recursion or allocation.

use crate::lex::{Lexer, Token};

/// Limits of a query text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanLimits {
    /// Bytes of text.
    pub bytes: usize,
    /// Bytes of one name. Validation compares unknown names with all known ones, byte by byte.
    pub name_bytes: usize,
    /// Open brackets at once: `(`, `[`, and `{` together.
    pub depth: usize,
    /// Lexical tokens.
    pub tokens: usize,
    /// Fields with an alias.
    pub aliases: usize,
    /// Directives.
    pub directives: usize,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            name_bytes: 64,
            depth: MAX_DEPTH,
            tokens: 6000,
            aliases: 30,
            directives: 50,
        }
    }
}

/// The maximum `depth` that can be configured: what a debug build can parse with a stack of 2 MiB.
pub const MAX_DEPTH: usize = 64;

/// The limit that a query text exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScanError {
    /// See [`ScanLimits::bytes`].
    #[error("The query is longer than {0} bytes: pass large values as variables.")]
    Bytes(usize),
    /// See [`ScanLimits::name_bytes`].
    #[error("A name in the query is longer than {0} bytes: use shorter names.")]
    NameBytes(usize),
    /// See [`ScanLimits::depth`].
    #[error("The query nests brackets more than {0} deep: select fewer levels at once.")]
    Depth(usize),
    /// See [`ScanLimits::tokens`].
    #[error("The query has more than {0} tokens: split it, and pass values as variables.")]
    Tokens(usize),
    /// See [`ScanLimits::aliases`].
    #[error("The query has more than {0} aliases: split it into several requests.")]
    Aliases(usize),
    /// See [`ScanLimits::directives`].
    #[error("The query has more than {0} directives: omit fields instead of skipping them.")]
    Directives(usize),
    /// Not a limit, but a text that must not reach the parser: the parser would interpret the text
    /// after the unterminated string as code, which the scan has not counted.
    #[error("Syntax error: a string in the query is not terminated.")]
    Unterminated,
}

/// What an open bracket contains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Selections,
    Values,
}

/// The counts of a text, and the state of the scan.
struct Scan<'l> {
    limits: &'l ScanLimits,
    open: [Inside; MAX_DEPTH],
    depth: usize,
    tokens: usize,
    aliases: usize,
    directives: usize,
}

/// Checks `text` against `limits`, in linear time. Returns the number of tokens.
///
/// # Errors
/// The first exceeded limit.
pub(crate) fn scan(text: &str, limits: &ScanLimits) -> Result<usize, ScanError> {
    if text.len() > limits.bytes {
        return Err(ScanError::Bytes(limits.bytes));
    }
    let mut scan = Scan {
        limits,
        open: [Inside::Selections; MAX_DEPTH],
        depth: 0,
        tokens: 0,
        aliases: 0,
        directives: 0,
    };
    for token in Lexer::new(text) {
        scan.count(token)?;
    }
    Ok(scan.tokens)
}

impl Scan<'_> {
    fn count(&mut self, token: Token<'_>) -> Result<(), ScanError> {
        let limits = self.limits;
        bump(&mut self.tokens, limits.tokens, ScanError::Tokens)?;
        match token {
            Token::Unterminated => Err(ScanError::Unterminated),
            Token::Name(name) if name.len() > limits.name_bytes => {
                Err(ScanError::NameBytes(limits.name_bytes))
            }
            Token::Name(_) | Token::Literal | Token::Spread => Ok(()),
            Token::Punctuator(b'@') => bump(
                &mut self.directives,
                limits.directives,
                ScanError::Directives,
            ),
            // In a selection set, only aliases have a colon.
            Token::Punctuator(b':') if self.inside() == Some(Inside::Selections) => {
                bump(&mut self.aliases, limits.aliases, ScanError::Aliases)
            }
            Token::Punctuator(b'{') if self.inside() != Some(Inside::Values) => {
                self.open(Inside::Selections)
            }
            Token::Punctuator(b'{' | b'[' | b'(') => self.open(Inside::Values),
            Token::Punctuator(b'}' | b']' | b')') => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Token::Punctuator(_) => Ok(()),
        }
    }

    fn inside(&self) -> Option<Inside> {
        self.open[..self.depth].last().copied()
    }

    fn open(&mut self, inside: Inside) -> Result<(), ScanError> {
        let limit = self.limits.depth.min(MAX_DEPTH);
        if self.depth == limit {
            return Err(ScanError::Depth(limit));
        }
        self.open[self.depth] = inside;
        self.depth += 1;
        Ok(())
    }
}

fn bump(count: &mut usize, limit: usize, error: fn(usize) -> ScanError) -> Result<(), ScanError> {
    *count += 1;
    if *count > limit {
        return Err(error(limit));
    }
    Ok(())
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
