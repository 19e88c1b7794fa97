//! Password rules, hashing, and verification.

use crate::error::{Error, Problem, ProblemCode, Result};
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

/// The maximum length of a password in characters: enough for any passphrase, and a limit on the
/// work.
const MAX_CHARS: usize = 256;
/// The maximum time that a request waits for its turn to hash.
const QUEUE: Duration = Duration::from_secs(5);
/// The minimum zxcvbn score (0 to 4): "safely unguessable" begins at 3.
const MIN_SCORE: u8 = 3;
/// The number of characters that zxcvbn examines. Its work grows faster than the length: 72
/// characters of `4@8{` and the like take a third of a second.
const ESTIMATED_CHARS: usize = 32;
/// The minimum number of characters besides the person's own words, if the password contains any.
const UNRELATED_CHARS: usize = 8;

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

/// A password that follows the rules of NIST SP 800-63B (5.1.1.2): a minimum length and hard to
/// guess, no composition rules.
#[derive(Clone, Debug)]
pub struct NewPassword(SecretString);

/// Hashes and verifies passwords. At most one operation per core runs at a time, because each takes
/// 19 MiB.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    min_chars: u16,
    /// The hash that is verified for a nonexistent account, so that the response takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Creates the hasher. New passwords have at least `min_chars` characters.
    ///
    /// # Errors
    /// Fails if hashing does not work on this machine.
    pub fn new(min_chars: u16) -> Result<Passwords> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let decoy = hash_now("a password that nobody has")?;
        Ok(Passwords {
            turns: Arc::new(Semaphore::new(cores)),
            min_chars,
            decoy: decoy.into(),
        })
    }

    /// Checks a new password.
    ///
    /// `personal` contains what an attacker would try first: the person's own address and names.
    ///
    /// # Errors
    /// Refused with `PasswordTooShort`, `PasswordTooLong`, or `PasswordGuessable` on `field`.
    /// `RateLimited` if too many requests are waiting.
    pub async fn check(
        &self,
        field: &'static str,
        text: &SecretString,
        personal: &[&str],
        app: &crate::App,
    ) -> Result<NewPassword> {
        let (min_chars, text) = (self.min_chars, text.clone());
        let personal: Vec<String> = personal.iter().map(|text| (*text).to_owned()).collect();
        let checked = self.in_turn(app, move || check_now(min_chars, field, &text, &personal));
        Ok(checked.await??)
    }

    /// Hashes a password with argon2id.
    ///
    /// # Errors
    /// `RateLimited` if too many requests are waiting.
    pub async fn hash(&self, password: &NewPassword, app: &crate::App) -> Result<String> {
        let password = password.0.clone();
        self.in_turn(app, move || hash_now(password.expose_secret()))
            .await?
    }

    /// Returns `hash`, or if the account does not exist, a hash that matches no password.
    pub fn hash_or_decoy<'h>(&'h self, hash: Option<&'h str>) -> &'h str {
        hash.unwrap_or(&self.decoy)
    }

    /// Returns whether the password matches the hash. `None` means a nonexistent account and
    /// takes as long.
    ///
    /// # Errors
    /// `RateLimited` if too many requests are waiting.
    pub async fn verify(
        &self,
        password: &SecretString,
        hash: Option<&str>,
        app: &crate::App,
    ) -> Result<bool> {
        let exists = hash.is_some();
        let hash = self.hash_or_decoy(hash).to_owned();
        let too_long = password.expose_secret().len() > MAX_CHARS * 4;
        let password = if too_long {
            SecretString::default()
        } else {
            normalize(password)
        };
        let matches: Result<bool> = self
            .in_turn(app, move || {
                let parsed = PasswordHash::new(&hash).map_err(Error::internal)?;
                let bytes = password.expose_secret().as_bytes();
                Ok(Argon2::default().verify_password(bytes, &parsed).is_ok())
            })
            .await?;
        Ok(matches? && exists && !too_long)
    }

    /// Returns a new hash of a verified password if the old hash was made with another algorithm or
    /// other parameters. Returns `None` if the hash is current or too many requests are waiting; a
    /// later sign-in tries again.
    pub async fn renewed(
        &self,
        password: &SecretString,
        hash: &str,
        app: &crate::App,
    ) -> Option<String> {
        if is_current(hash) {
            return None;
        }
        let password = normalize(password);
        let hashed = self.in_turn(app, move || hash_now(password.expose_secret()));
        hashed.await.flatten().ok()
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        app: &crate::App,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(QUEUE, self.turns.clone().acquire_owned()).await;
        let Ok(turn) = turn else {
            return Err(Error::RateLimited(app.now() + QUEUE));
        };
        let turn = turn.map_err(Error::internal)?;
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        task.await.map_err(Error::internal)
    }
}

/// Checks a new password, see [`Passwords::check`].
fn check_now(
    min_chars: u16,
    field: &str,
    text: &SecretString,
    personal: &[String],
) -> Result<NewPassword, Problem> {
    let personal: Vec<&str> = personal.iter().map(String::as_str).collect();
    let problem = |code, message: String| Err(Problem::new(code, &[field], message));
    if text.expose_secret().len() > MAX_CHARS * 4 {
        return problem(
            ProblemCode::PasswordTooLong,
            format!("Use at most {MAX_CHARS} characters."),
        );
    }
    let password = normalize(text);
    let chars = password.expose_secret().chars().count();
    if chars < usize::from(min_chars) {
        return problem(
            ProblemCode::PasswordTooShort,
            format!("Use at least {min_chars} characters. Several words make a good password."),
        );
    }
    if chars > MAX_CHARS {
        return problem(
            ProblemCode::PasswordTooLong,
            format!("Use at most {MAX_CHARS} characters."),
        );
    }
    if is_mostly_personal(password.expose_secret(), &personal) {
        let message = "This password consists of your own name or address. Choose other words.";
        return problem(ProblemCode::PasswordGuessable, message.to_owned());
    }
    let start: String = password
        .expose_secret()
        .chars()
        .take(ESTIMATED_CHARS)
        .collect();
    let estimate = zxcvbn::zxcvbn(&start, &[personal.as_slice(), &["tokenvue"]].concat());
    if u8::from(estimate.score()) < MIN_SCORE {
        let why = estimate.feedback().and_then(|feedback| feedback.warning());
        let why = why.map_or_else(String::new, |why| format!("{why} "));
        return problem(
            ProblemCode::PasswordGuessable,
            format!("This password is easy to guess. {why}Try several unrelated words."),
        );
    }
    Ok(NewPassword(password))
}

/// Returns whether little remains of the password without the person's own words and this product's
/// name.
fn is_mostly_personal(password: &str, personal: &[&str]) -> bool {
    let mut rest = password.to_lowercase();
    let words = personal
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    for word in words
        .chain(["tokenvue"])
        .filter(|word| word.chars().count() >= 3)
    {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    rest.len() < password.to_lowercase().len() && rest.chars().count() < UNRELATED_CHARS
}

/// Normalizes what keyboards enter differently (NFKC, as NIST SP 800-63B recommends).
fn normalize(text: &SecretString) -> SecretString {
    text.expose_secret().nfkc().collect::<String>().into()
}

/// Returns argon2id with OWASP's first choice for servers: 19 MiB, two passes, one lane.
fn current() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(Error::internal)?;
    Ok(Argon2::new(ALGORITHM, VERSION, params))
}

/// Returns whether a hash was made with the current algorithm and parameters.
fn is_current(hash: &str) -> bool {
    let (Ok(hash), Ok(current)) = (PasswordHash::new(hash), current()) else {
        return false;
    };
    let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    hash.algorithm == ALGORITHM.ident()
        && hash.version == Some(VERSION.into())
        && Params::try_from(&hash).is_ok_and(|params| costs(&params) == costs(current.params()))
}

fn hash_now(password: &str) -> Result<String> {
    let argon2 = current()?;
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2.hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(Error::internal)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<ProblemCode> {
        let personal = ["ana.silva@example.com", "Ana", "Silva"].map(str::to_owned);
        let checked = check_now(12, "password", &password.into(), &personal);
        checked.err().map(|problem| problem.code)
    }

    #[test]
    fn accepts_long_and_unusual_passwords() {
        for good in [
            "correct horse battery staple",
            "пять синих велосипедов летят",
            "wE4!kd9_qpZ71x",
            &"lamp river ".repeat(11),
        ] {
            assert_eq!(code(good), None, "{good}");
        }
    }

    #[test]
    fn rejects_short_common_and_personal_passwords() {
        assert_eq!(code("short"), Some(ProblemCode::PasswordTooShort));
        assert_eq!(code("password1234"), Some(ProblemCode::PasswordGuessable));
        assert_eq!(
            code("aaaaaaaaaaaaaaaa"),
            Some(ProblemCode::PasswordGuessable)
        );
        assert_eq!(
            code("AnaSilvaTokenvue"),
            Some(ProblemCode::PasswordGuessable)
        );
        assert_eq!(
            code(&"x".repeat(1_000_000)),
            Some(ProblemCode::PasswordTooLong)
        );
    }
}
