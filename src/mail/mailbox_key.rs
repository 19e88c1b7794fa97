//! Access to the mailbox on a server that other machines can reach: for the person who opened the
//! one-time link that is printed at startup.

use crate::token::Token;
use rand::rand_core::OsError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq as _;

/// Hashes of the tokens that open the mailbox of this process.
#[derive(Debug, Default)]
pub struct MailboxKey(Mutex<Hashes>);

#[derive(Debug, Default)]
struct Hashes {
    /// The hash of the unused link's token.
    link: Option<Vec<u8>>,
    /// The hash of the session's token.
    session: Option<Vec<u8>>,
}

impl MailboxKey {
    /// Creates the token of a one-time link and invalidates an earlier link.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub fn make_link(&self) -> Result<Token, OsError> {
        let token = Token::random()?;
        self.hashes().link = Some(token.hash());
        Ok(token)
    }

    /// Exchanges the token of an unused link for a session token. Invalidates the link and an
    /// earlier session. Returns `None` for any other text.
    ///
    /// # Errors
    /// If the operating system provides no random bytes. The link stays valid.
    pub fn redeem(&self, text: &str) -> Result<Option<Token>, OsError> {
        let session = Token::random()?;
        let mut hashes = self.hashes();
        if !is_token(text, hashes.link.as_ref()) {
            return Ok(None);
        }
        *hashes = Hashes {
            link: None,
            session: Some(session.hash()),
        };
        Ok(Some(session))
    }

    /// Whether the text is the session token.
    pub fn opens(&self, text: &str) -> bool {
        is_token(text, self.hashes().session.as_ref())
    }

    fn hashes(&self) -> MutexGuard<'_, Hashes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compares in constant time.
fn is_token(text: &str, hash: Option<&Vec<u8>>) -> bool {
    let (Some(token), Some(hash)) = (Token::parse(text), hash) else {
        return false;
    };
    token.hash().ct_eq(hash).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn text(token: &Token) -> String {
        token.secret().expose_secret().to_owned()
    }

    #[test]
    fn link_is_redeemed_once() {
        let key = MailboxKey::default();
        assert!(!key.opens("") && key.redeem("").unwrap().is_none());
        let link = text(&key.make_link().unwrap());
        assert!(!key.opens(&link));
        let wrong = text(&Token::random().unwrap());
        assert!(key.redeem(&wrong).unwrap().is_none());
        let session = text(&key.redeem(&link).unwrap().unwrap());
        assert!(key.opens(&session) && !key.opens(&link) && !key.opens(&wrong));
        assert!(key.redeem(&link).unwrap().is_none());
        assert!(key.redeem(&session).unwrap().is_none());
    }

    #[test]
    fn new_link_invalidates_the_previous_one() {
        let key = MailboxKey::default();
        let [first, second] = [(); 2].map(|()| text(&key.make_link().unwrap()));
        assert!(key.redeem(&first).unwrap().is_none());
        assert!(key.redeem(&second).unwrap().is_some());
    }
}
