//! Random tokens for sessions and links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// Random bytes of a token: 256 bits, twice what OWASP requires for a session ID.
const BYTES: usize = 32;

/// A secret token. `Debug` hides it, and the database stores only its hash.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// Creates a random token.
    ///
    /// # Errors
    /// If the operating system provides no random bytes.
    pub fn random() -> Result<Token, rand::rand_core::OsError> {
        let mut bytes = [0; BYTES];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Token(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// Parses a token that a client sent. Returns `None` if it cannot be one.
    pub fn parse(text: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == BYTES).then(|| Token(text.to_owned().into()))
    }

    /// Returns the hash that the database stores. SHA-256 suffices for 256 random bits, which no
    /// dictionary contains.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.expose_secret()).to_vec()
    }

    /// Returns the token, for its owner.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_round_trips_and_is_unique() {
        let token = Token::random().unwrap();
        let read = Token::parse(token.secret().expose_secret()).unwrap();
        assert_eq!(read.hash(), token.hash());
        assert_ne!(Token::random().unwrap().hash(), token.hash());
    }

    #[test]
    fn invalid_tokens_are_rejected() {
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
