//! Sites as browsers define them for `SameSite` cookies (HTML standard, "schemelessly same site"
//! and "same site"): scheme and registrable domain.

use url::{Host, Url};

/// Returns whether browsers treat two URLs as the same site, so that they share `SameSite` cookies.
/// Ports do not matter.
pub fn is_same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme() && registrable(one) == registrable(other)
}

/// Returns the registrable domain by the Public Suffix List, such as `example.co.uk` for
/// `team.example.co.uk`. For other hosts, such as IP addresses and `localhost`, returns the host
/// itself.
fn registrable(url: &Url) -> Option<String> {
    let host = url.host()?;
    let domain = match host {
        Host::Domain(name) => psl::domain_str(name.trim_end_matches('.')),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    };
    Some(domain.map_or_else(|| host.to_string(), ToOwned::to_owned))
}

/// Returns whether the host is this machine: a loopback address or `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_is_scheme_and_registrable_domain() {
        let own = Url::parse("https://team.example.co.uk").unwrap();
        for (other, expected) in [
            ("https://team.example.co.uk:8443", true),
            ("https://console.example.co.uk", true),
            ("https://example.co.uk", true),
            ("http://team.example.co.uk", false),
            ("https://other.co.uk", false),
            ("https://co.uk", false),
            ("https://team.example.com", false),
            ("https://192.0.2.1", false),
        ] {
            let other = Url::parse(other).unwrap();
            assert_eq!(is_same(&own, &other), expected, "{other}");
        }
        for (one, other, expected) in [
            ("http://localhost:8080", "http://localhost:5173", true),
            ("http://localhost", "http://127.0.0.1", false),
            ("http://127.0.0.1", "http://127.0.0.2", false),
            ("http://[::1]:1", "http://[::1]:2", true),
            ("https://one.github.io", "https://other.github.io", false),
            ("https://a.internal.test", "https://b.internal.test", true),
        ] {
            let [one, other] = [one, other].map(|url| Url::parse(url).unwrap());
            assert_eq!(is_same(&one, &other), expected, "{one} {other}");
        }
    }
}
