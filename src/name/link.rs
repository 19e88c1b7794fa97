//! Detection of text that mail programs turn into links.

use crate::text;
use std::net::Ipv4Addr;
use unicode_normalization::UnicodeNormalization as _;

/// Returns whether mail programs would turn a part of the text into a link: a URL with a scheme, a
/// name that begins with `www.`, a host name with a path, query, or port, a host name under a
/// top-level domain (`evil.com`), an email address, or a path to a file server.
///
/// Compatibility forms of characters count as the plain ones, as in browsers (UTS #46).
pub fn has_link(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !text::is_ignorable(*c)).collect();
    let plain = plain.nfkc().collect::<String>().to_lowercase();
    let plain = plain.replace('。', ".");
    if plain.contains("://") || plain.contains("www.") || plain.contains("\\\\") {
        return true;
    }
    let mut rest = plain.as_str();
    while let Some(start) = rest.find(in_host) {
        let before = rest[..start].chars().next_back();
        let (host, after) = split_host(&rest[start..]);
        if is_link(host, before, after) {
            return true;
        }
        rest = after;
    }
    false
}

fn in_host(c: char) -> bool {
    c.is_alphanumeric() || text::is_mark(c) || c == '-' || c == '.'
}

/// Splits off the longest prefix that can be a host name.
fn split_host(text: &str) -> (&str, &str) {
    let end = text.find(|c| !in_host(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn is_link(host: &str, before: Option<char>, after: &str) -> bool {
    let host = host.trim_matches(['-', '.']);
    let Some((first, last)) = host.rsplit_once('.') else {
        return false;
    };
    if first.split('.').any(str::is_empty) {
        return false;
    }
    if has_path(after) && (is_top_level_form(last) || host.parse::<Ipv4Addr>().is_ok()) {
        return true;
    }
    let is_domain = idna::domain_to_ascii(last).is_ok_and(|ascii| tld::exist(&ascii));
    is_domain || (before == Some('@') && is_top_level_form(last))
}

/// Returns whether a host name continues like a URL: with a path, a query, a fragment, or a port.
fn has_path(after: &str) -> bool {
    let mut signs = after.chars();
    match (signs.next(), signs.next()) {
        (Some('/' | '?' | '#'), Some(next)) => !next.is_whitespace(),
        (Some(':'), Some(next)) => next.is_ascii_digit(),
        _ => false,
    }
}

/// Returns whether a label could be a top-level domain, known or not: two letters or more.
fn is_top_level_form(label: &str) -> bool {
    label.chars().count() > 1 && label.chars().all(|c| !c.is_numeric()) || label.starts_with("xn--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_mail_programs_link() {
        for text in [
            "Win a prize http://evil.example",
            "HTTPS://evil.example",
            "http：／／evil.example",
            "see WWW.evil.example",
            "ｗｗｗ．evil.example",
            "evil.example/login",
            "EVIL.EXAMPLE/login",
            "(evil.example/login)",
            "Ana|evil.example/login",
            "evil。example/login",
            "evil．example／login",
            "evil.\u{200d}example/login",
            "evil.example:8080",
            "evil.example?x=1",
            "evil.example#x",
            "evil.com",
            "Call evil.com, now",
            "evil.com’s",
            "Ana:evil.com",
            "evil.co.uk",
            "bücher.de",
            "bu\u{308}cher.de",
            "пример.рф",
            "例え.みんな",
            "xn--e1afmkfd.xn--p1ai",
            "192.0.2.1/login",
            "192.0.2.1:80",
            "ana@evil.com",
            "ana@evil.example",
            "mailto:ana@evil.example",
            "\\\\evil.example\\share",
        ] {
            assert!(has_link(text), "{text}");
        }
    }

    #[test]
    fn accepts_dots_and_signs_in_names() {
        for text in [
            "",
            ".",
            "...",
            "/",
            "St. John",
            "J.R. Smith",
            "J.R.Smith",
            "J. R. R. Tolkien",
            "Dr.Müller",
            "Dr. Müller: Chief",
            "A/B Testing",
            "A.B/C Testing",
            "R&D: EMEA",
            "R.&D.",
            "Team 1.2/3.4",
            "Release 1.2.3.4",
            "12.30/13.00",
            "Ana @ Acme",
            "@ana",
            "Awwww",
            "O’Connor-Smith",
            "S.p.A.",
            "Sr.",
            "Jr./Sr.",
            "महात्मा गांधी",
            "山田。太郎",
        ] {
            assert!(!has_link(text), "{text}");
        }
    }
}
