//! Known devices: browsers in which the account has signed in before. Failed sign-ins elsewhere do
//! not slow them down (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
//!
//! A device proves itself with a cookie that is authenticated with the account's password hash, a
//! secret that all replicas share. This needs no server key and no table, a proof reveals nothing
//! about its account, and changing the password invalidates all proofs.

use crate::error::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// Separates the authentication code from other uses of the same key.
const PURPOSE: &[u8] = b"tokenvue known device 1";
/// Bytes of the device's random name.
const NAME: usize = 16;
/// Bytes of the time of issue, in seconds since the Unix epoch.
const TIME: usize = 8;
/// Bytes of the authentication code.
const CODE: usize = 32;

/// A proof that the account has signed in on a device. `Debug` does not reveal it.
#[derive(Clone, Debug)]
pub struct DeviceProof(SecretString);

impl DeviceProof {
    /// Creates a proof for a device that has just presented the password or a reset link.
    ///
    /// # Errors
    /// Fails if the operating system provides no randomness.
    pub fn issue(user_id: Uuid, password_hash: &str, now: DateTime<Utc>) -> Result<DeviceProof> {
        let mut name = [0; NAME];
        OsRng.try_fill_bytes(&mut name).map_err(Error::internal)?;
        let issued_at = now.timestamp().to_be_bytes();
        let text = text(user_id, &name, issued_at);
        let code = hmac::sign(&key(password_hash), &text);
        let proof = [name.as_slice(), issued_at.as_slice(), code.as_ref()].concat();
        Ok(DeviceProof(URL_SAFE_NO_PAD.encode(proof).into()))
    }

    /// Wraps a proof received from a client.
    pub fn sent(text: SecretString) -> DeviceProof {
        DeviceProof(text)
    }

    /// Returns the proof, to send to its device.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// Returns the device's name if the proof is valid for the account and not older than
    /// `lifetime`.
    pub fn verify(
        &self,
        user_id: Uuid,
        password_hash: &str,
        lifetime: Duration,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let proof = URL_SAFE_NO_PAD.decode(self.0.expose_secret()).ok()?;
        let proof: [u8; NAME + TIME + CODE] = proof.try_into().ok()?;
        let (name, rest) = proof.split_first_chunk::<NAME>()?;
        let (issued_at, code) = rest.split_first_chunk::<TIME>()?;
        let text = text(user_id, name, *issued_at);
        hmac::verify(&key(password_hash), &text, code).ok()?;
        let issued_at = DateTime::from_timestamp(i64::from_be_bytes(*issued_at), 0)?;
        (now < issued_at + lifetime).then(|| URL_SAFE_NO_PAD.encode(name))
    }
}

/// HMAC takes keys of any length (RFC 2104, 3).
fn key(password_hash: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, password_hash.as_bytes())
}

/// Returns the bytes that the authentication code of a proof covers.
fn text(user_id: Uuid, name: &[u8; NAME], issued_at: [u8; TIME]) -> Vec<u8> {
    [PURPOSE, user_id.as_bytes(), name, &issued_at].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";
    const LIFETIME: Duration = Duration::days(180);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn proof_is_bound_to_account_password_and_lifetime() {
        let (user_id, other) = (Uuid::now_v7(), Uuid::now_v7());
        let proof = DeviceProof::issue(user_id, HASH, at(0)).unwrap();
        let sent = DeviceProof::sent(proof.secret().clone());
        let name = sent.verify(user_id, HASH, LIFETIME, at(1)).unwrap();
        assert_eq!(sent.verify(user_id, HASH, LIFETIME, at(2)), Some(name));
        assert_eq!(sent.verify(other, HASH, LIFETIME, at(1)), None);
        assert_eq!(sent.verify(user_id, "$argon2id$new", LIFETIME, at(1)), None);
        let end = LIFETIME.num_seconds();
        assert_eq!(sent.verify(user_id, HASH, LIFETIME, at(end)), None);
        assert!(sent.verify(user_id, HASH, LIFETIME, at(end - 1)).is_some());
    }

    #[test]
    fn modified_proof_is_rejected() {
        let user_id = Uuid::now_v7();
        let proof = DeviceProof::issue(user_id, HASH, at(0)).unwrap();
        let bytes = URL_SAFE_NO_PAD
            .decode(proof.secret().expose_secret())
            .unwrap();
        for n in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[n] ^= 1;
            let changed = DeviceProof::sent(URL_SAFE_NO_PAD.encode(changed).into());
            assert_eq!(changed.verify(user_id, HASH, LIFETIME, at(1)), None, "{n}");
        }
        let shorter = DeviceProof::sent(URL_SAFE_NO_PAD.encode(&bytes[1..]).into());
        assert_eq!(shorter.verify(user_id, HASH, LIFETIME, at(1)), None);
    }

    mod properties {
        use super::*;

        proptest! {
            #[test]
            fn random_text_is_rejected(text in any::<String>(), bytes in any::<[u8; 56]>()) {
                for text in [text, URL_SAFE_NO_PAD.encode(bytes)] {
                    let sent = DeviceProof::sent(text.into());
                    prop_assert_eq!(sent.verify(Uuid::nil(), HASH, LIFETIME, at(0)), None);
                }
            }
        }
    }
}
