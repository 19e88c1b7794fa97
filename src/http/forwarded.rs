//! The addresses that proxies report in `X-Forwarded-For` and `Forwarded` (RFC 7239), nearest hop
//! last. `None` is a hop with an unreadable, hidden or unknown address.
//!
//! This is not a crate because clients control the first part of these headers, and the parsers on
//! crates.io split at commas inside quoted strings, so that clients could add hops.

use axum::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

/// The header `X-Forwarded-For`, which has no standard.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Returns the hops in `X-Forwarded-For`: addresses with or without ports.
pub fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = headers.get_all(X_FORWARDED_FOR).into_iter();
    let values = values.map(|value| value.to_str().unwrap_or_default());
    values
        .flat_map(|value| value.split(','))
        .map(|node| address(node.trim()))
        .collect()
}

/// Returns the hops in `Forwarded`. A malformed line is one unreadable hop.
pub fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(axum::http::header::FORWARDED).into_iter();
    let lines = lines.map(|value| value.to_str().ok().and_then(elements));
    lines
        .flat_map(|line| line.unwrap_or_else(|| vec![None]))
        .collect()
}

/// Parses the address of a node (RFC 7239, 6), with or without a port; IPv6 with or without
/// brackets.
fn address(node: &str) -> Option<IpAddr> {
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = node.parse::<SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    let (host, port) = match node.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => node.split_once(':')?,
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    let is_v6 = node.starts_with('[');
    let address: IpAddr = host.parse().ok()?;
    (address.is_ipv6() == is_v6 && is_port(port)).then(|| address.to_canonical())
}

/// Returns whether the text is a port: empty, any number, or an obfuscated port.
fn is_port(text: &str) -> bool {
    let obfuscated = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    text.chars().all(|c| c.is_ascii_digit())
        || text.starts_with('_') && text.chars().all(obfuscated)
}

/// Parses the `for` addresses of one line (RFC 7239, 4). Returns `None` if the line is malformed.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut rest = line;
    let mut hops = Vec::new();
    loop {
        let (hop, after) = element(rest)?;
        hops.push(hop);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(hops),
        }
    }
}

/// Parses one element: name-value pairs separated by semicolons.
fn element(text: &str) -> Option<(Option<IpAddr>, &str)> {
    let mut hop = None;
    let mut rest = text.trim_start();
    loop {
        if !rest.is_empty() && !rest.starts_with([',', ';']) {
            let (name, after) = token(rest)?;
            let (value, after) = value(after.strip_prefix('=')?)?;
            if name.eq_ignore_ascii_case("for") {
                hop = address(&value);
            }
            rest = after.trim_start();
        }
        match rest.strip_prefix(';') {
            Some(next) => rest = next.trim_start(),
            None => return Some((hop, rest)),
        }
    }
}

/// Parses a token (RFC 9110, 5.6.2). Colons and brackets are not allowed in tokens, but some
/// proxies write addresses without the required quotes.
fn token(text: &str) -> Option<(&str, &str)> {
    let part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:[]".contains(c);
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Parses a token or a quoted string (RFC 9110, 5.6.4).
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(value, rest)| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[index + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::FORWARDED;
    use proptest::prelude::*;

    fn read(name: HeaderName, lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&name, line.parse().unwrap());
        }
        let hops = if name == FORWARDED {
            forwarded(&headers)
        } else {
            x_forwarded_for(&headers)
        };
        let text = |hop: Option<IpAddr>| hop.map_or_else(|| "?".to_owned(), |hop| hop.to_string());
        hops.into_iter().map(text).collect()
    }

    #[test]
    fn x_forwarded_for_parses_with_and_without_ports() {
        for (lines, hops) in [
            (&["203.0.113.7"][..], &["203.0.113.7"][..]),
            (&["203.0.113.7:40001"], &["203.0.113.7"]),
            (&["203.0.113.7:"], &["203.0.113.7"]),
            (&["203.0.113.7:0"], &["203.0.113.7"]),
            (&["[2001:db8::5]:443"], &["2001:db8::5"]),
            (&["[2001:db8::5]"], &["2001:db8::5"]),
            (&["2001:db8::5"], &["2001:db8::5"]),
            (&["::ffff:203.0.113.7"], &["203.0.113.7"]),
            (&["[::ffff:203.0.113.7]:80"], &["203.0.113.7"]),
            (
                &["192.0.2.1, 203.0.113.7:1 ,[2001:db8::5]:2"],
                &["192.0.2.1", "203.0.113.7", "2001:db8::5"],
            ),
            (&["192.0.2.1", "203.0.113.7"], &["192.0.2.1", "203.0.113.7"]),
            (&["unknown, 203.0.113.7"], &["?", "203.0.113.7"]),
            (&["203.0.113.7:port"], &["?"]),
            (&["203.0.113.7]:80"], &["?"]),
            (&["[203.0.113.7]:80"], &["?"]),
            (&["2001:db8::5]:443"], &["?"]),
            (&["203.0.113.7,"], &["203.0.113.7", "?"]),
            (&[""], &["?"]),
            (&[], &[]),
        ] {
            assert_eq!(read(X_FORWARDED_FOR, lines), hops, "{lines:?}");
        }
    }

    #[test]
    fn forwarded_parses_rfc_7239_examples() {
        for (lines, hops) in [
            (&[r#"for="_gazonk""#][..], &["?"][..]),
            (
                &[r#"For="[2001:db8:cafe::17]:4711""#],
                &["2001:db8:cafe::17"],
            ),
            (
                &["for=192.0.2.60;proto=http;by=203.0.113.43"],
                &["192.0.2.60"],
            ),
            (
                &["for=192.0.2.43, for=198.51.100.17"],
                &["192.0.2.43", "198.51.100.17"],
            ),
            (
                &["for=192.0.2.43", "for=198.51.100.17"],
                &["192.0.2.43", "198.51.100.17"],
            ),
            (&[r#"for="192.0.2.43:47011""#], &["192.0.2.43"]),
            (&[r#"for="192.0.2.43:_p0rt""#], &["192.0.2.43"]),
            (&["for=192.0.2.43:47011"], &["192.0.2.43"]),
            (&["for=[2001:db8::1]:80"], &["2001:db8::1"]),
            (&["by=203.0.113.43"], &["?"]),
            (&["for=unknown"], &["?"]),
            (&["by=10.0.0.1; for=192.0.2.1 ; secret=x"], &["192.0.2.1"]),
            (
                &[r#"for=192.0.2.1;host="a\"b,for=6.6.6.6""#],
                &["192.0.2.1"],
            ),
            (&["for=192.0.2.1;"], &["192.0.2.1"]),
            (&["", "for=192.0.2.1"], &["?", "192.0.2.1"]),
            // A malformed line is ignored as a whole.
            (&[r#"for=192.0.2.1;x=", for=192.0.2.2"#], &["?"]),
            (&[r#"for=192.0.2.1;x=", for="[2001:db8::1]:80""#], &["?"]),
            (&["for=192.0.2.1 192.0.2.2"], &["?"]),
            (&["192.0.2.1"], &["?"]),
            (&[r#"for="192.0.2.1\"#], &["?"]),
            (&[], &[]),
        ] {
            assert_eq!(read(FORWARDED, lines), hops, "{lines:?}");
        }
    }

    mod properties {
        use super::*;

        /// Header values as written by proxies and attackers: nodes of every form, parameters,
        /// quotes, commas.
        fn header_like() -> impl Strategy<Value = String> {
            let piece = prop::sample::select(&[
                "for=",
                "For=",
                "by=",
                "proto=http",
                ";",
                ",",
                ", ",
                "=",
                "\"",
                "\\",
                "[",
                "]",
                ":",
                "203.0.113.7",
                "\"203.0.113.7:80\"",
                "\"[2001:db8::5]:443\"",
                "2001:db8::5",
                "::ffff:203.0.113.7",
                "unknown",
                "_hidden",
                "\"_a:_b\"",
                " ",
                "\t",
                ":99999",
                "é",
            ]);
            prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
        }

        proptest! {
            #[test]
            fn lists_have_at_most_one_hop_per_element(text in header_like()) {
                for name in [FORWARDED, X_FORWARDED_FOR] {
                    let hops = read(name, &[&text]);
                    prop_assert!(hops.len() <= text.matches(',').count() + 1);
                    prop_assert!(!hops.iter().any(|hop| hop.starts_with("::ffff:")), "{hops:?}");
                }
            }

            #[test]
            fn client_input_cannot_hide_later_lines(text in "[ -~]{0,40}") {
                for (name, last) in [
                    (FORWARDED, "for=203.0.113.7"),
                    (X_FORWARDED_FOR, "203.0.113.7"),
                ] {
                    let hops = read(name, &[&text, last]);
                    prop_assert_eq!(hops.last().map(String::as_str), Some("203.0.113.7"));
                }
            }

            #[test]
            fn client_input_cannot_add_hops_after_the_proxy(text in "[ -~]{0,40}") {
                let line = format!("{text}, for=203.0.113.7");
                let hops = read(FORWARDED, &[&line]);
                let last = hops.last().map_or("?", String::as_str);
                prop_assert!(["?", "203.0.113.7"].contains(&last), "{}", last);
            }
        }
    }
}
