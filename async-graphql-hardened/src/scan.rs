//! Limits on the raw text of a query, checked before the parser sees it.
//!
//! The parser is recursive, and so are validation and execution: what is nested too deeply would
//! overflow the stack and end the process. One linear pass without recursion or allocation stands
//! before them, on every transport.

use crate::lex::{Lexer, Token};

/// How much a query text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanLimits {
    /// Bytes of text.
    pub bytes: usize,
    /// Bytes of one name. What is unknown is compared with all that is known, byte by byte.
    pub name_bytes: usize,
    /// Brackets open at once: `(`, `[` and `{` together.
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

/// The deepest nesting that can be configured: what a debug build can parse on a stack of 2 MiB.
pub const MAX_DEPTH: usize = 64;

/// What a query text has too much of, with the limit that it passes.
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
    #[error("The query has more than {0} directives: leave fields out instead of skipping them.")]
    Directives(usize),
    /// No limit, but a text that must not reach the parser: it would read what follows the open
    /// string as code, where the scan saw none.
    #[error("Syntax error: a string in the query has no end.")]
    Unterminated,
}

/// What an open bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Selections,
    Values,
}

/// Counts of one text, and where the scan stands in it.
struct Scan<'l> {
    limits: &'l ScanLimits,
    open: [Inside; MAX_DEPTH],
    depth: usize,
    tokens: usize,
    aliases: usize,
    directives: usize,
}

/// Checks `text` against `limits`, in time linear in its length, and counts its tokens.
///
/// # Errors
/// The first limit that the text passes.
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
            // The only colons that stand directly in a selection set are those of aliases.
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
