//! Random tokens for sessions and links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Bytes of randomness in a token: 256 bits, twice what OWASP asks of a session identifier.
const BYTES: usize = 32;

/// A token that opens something. `Debug` shows nothing of it; the database sees its hash only.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// Makes a new token from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Token, rand::rand_core::OsError> {
        let mut bytes = [0; BYTES];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Token(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// Reads a token as a client sent it; `None` where it cannot be one.
    pub fn parse(text: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == BYTES).then(|| Token(text.to_owned().into()))
    }

    /// What the database keeps: SHA-256 is enough for 256 random bits, which no dictionary holds.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose_secret()).to_vec()
    }

    /// The token itself, to hand to its owner.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_differs_from_the_next() {
        let token = Token::random().unwrap();
        let read = Token::parse(token.secret().expose_secret()).unwrap();
        assert_eq!(read.hash(), token.hash());
        assert_ne!(Token::random().unwrap().hash(), token.hash());
    }

    #[test]
    fn what_cannot_be_a_token_is_refused() {
        let whole = Token::random().unwrap();
        let whole = whole.secret().expose_secret();
        for text in [
            "",
            "x",
            &whole[1..],
            &format!("{whole}A"),
            &format!("{whole}="),
            "ü",
        ] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let token = Token::random().unwrap();
        assert!(!format!("{token:?}").contains(token.secret().expose_secret()));
    }
}
