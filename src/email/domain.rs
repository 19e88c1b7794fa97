//! Domains of email addresses.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use std::net::{Ipv4Addr, Ipv6Addr};
use url::Host;

/// The maximum length of text that is parsed as a domain, in bytes. A domain of 253 ASCII bytes is
/// never longer.
const MAX_TEXT_BYTES: usize = 1024;

/// The domains that an email address may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DomainScope {
    /// Host names with a dot, as on the internet.
    Public,
    /// Also names that only one network knows: host names without a dot (`localhost`) and address
    /// literals (`[192.0.2.1]`, `[IPv6:2001:db8::1]`).
    Local,
}

/// A domain to which mail can be sent, in the normalized form for comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

impl Domain {
    /// Parses a domain (RFC 5321, 4.1.2 and 4.1.3). Trims surrounding blanks. Non-ASCII letters are
    /// converted by UTS #46 with the STD3 rules: a label has only letters, digits, and hyphens, at
    /// most 63 bytes, and no hyphen at its ends; the domain has at most 253 bytes.
    pub fn parse(text: &str, scope: DomainScope) -> Option<Domain> {
        if text.len() > MAX_TEXT_BYTES {
            return None;
        }
        let text = text.trim();
        let is_local = scope == DomainScope::Local;
        if let Some(literal) = text.strip_prefix('[') {
            let literal = literal.strip_suffix(']').filter(|_| is_local)?;
            return address_literal(literal).map(Domain);
        }
        let ascii = Uts46::new()
            .to_ascii(
                text.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::CheckFirstLast,
                DnsLength::Verify,
            )
            .ok()?;
        // Not an IPv4 address in any notation.
        let is_host_name = matches!(Host::parse(&ascii), Ok(Host::Domain(_)));
        let in_scope = is_local || ascii.contains('.');
        (is_host_name && in_scope).then(|| Domain(ascii.into_owned()))
    }

    /// Returns the domain in lower-case ASCII, or an address literal in canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns an address literal in canonical form with brackets.
fn address_literal(text: &str) -> Option<String> {
    const IPV6: &str = "IPv6:";
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(format!("[{address}]"));
    }
    let (tag, address) = text.split_at_checked(IPV6.len())?;
    let address: Ipv6Addr = address.parse().ok()?;
    tag.eq_ignore_ascii_case(IPV6)
        .then(|| format!("[{IPV6}{address}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> Option<String> {
        Domain::parse(text, DomainScope::Public).map(|domain| domain.0)
    }

    #[test]
    fn parses_host_names_to_ascii() {
        let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "a".repeat(61));
        for (text, ascii) in [
            ("example.com", "example.com"),
            (" Example.COM\n", "example.com"),
            ("mail-1.example.co.uk", "mail-1.example.co.uk"),
            ("1and1.example", "1and1.example"),
            ("r3---sn.example", "r3---sn.example"),
            ("München.example", "xn--mnchen-3ya.example"),
            ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("straße.example", "xn--strae-oqa.example"),
            (&longest, &longest),
        ] {
            assert_eq!(public(text).as_deref(), Some(ascii), "{text}");
        }
    }

    #[test]
    fn rejects_invalid_host_names_in_both_scopes() {
        let long = format!("{}.example", "a".repeat(64));
        let longer = format!("{}com", "a.".repeat(126));
        for text in [
            "",
            ".",
            "example.com?subject=Hi",
            "example.com/x",
            "example.com:25",
            "exa|mple.com",
            "exa mple.com",
            "exa_mple.com",
            "example.com.",
            ".example.com",
            "example..com",
            "-example.com",
            "example-.com",
            "127.0.0.1",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "example.1",
            "１２７．０．０．１",
            "::1",
            "[::1]",
            "[IPv6:x]",
            "[127.0.0.1",
            "[999.0.0.1]",
            "[localhost]",
            "xn--a.example",
            "exam\u{301}\u{0}.com",
            "\u{301}a.example",
            &long,
            &longer,
        ] {
            for scope in [DomainScope::Public, DomainScope::Local] {
                assert_eq!(Domain::parse(text, scope), None, "{text} {scope:?}");
            }
        }
    }

    #[test]
    fn local_names_need_the_local_scope() {
        for (text, canonical) in [
            ("localhost", "localhost"),
            ("MailHost", "mailhost"),
            ("[127.0.0.1]", "[127.0.0.1]"),
            ("[ipv6:2001:DB8:0::1]", "[IPv6:2001:db8::1]"),
        ] {
            assert_eq!(public(text), None, "{text}");
            let local = Domain::parse(text, DomainScope::Local);
            assert_eq!(local.unwrap().as_str(), canonical);
        }
    }
}
