//! The client name in EHLO (RFC 5321, sections 2.3.5 and 4.1.4): a fully qualified domain name, or
//! an address literal if there is none.

use lettre::transport::smtp::extension::ClientId;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::UdpSocket;

/// Parses the setting: a fully qualified domain name, or an address literal such as `[192.0.2.7]`
/// or `[IPv6:2001:db8::7]`.
///
/// # Errors
/// A description of the expected form.
pub fn ehlo_name(text: &str) -> Result<ClientId, String> {
    let literal = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let parsed = match literal {
        Some(literal) => address_literal(literal),
        None => qualified(text).map(ClientId::Domain),
    };
    parsed.ok_or_else(|| {
        "must be like team.example.com, [192.0.2.7] or [IPv6:2001:db8::7]".to_owned()
    })
}

fn address_literal(text: &str) -> Option<ClientId> {
    let v6 = |text: &str| text.parse().ok().map(ClientId::Ipv6);
    match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => v6(&text[5..]),
        _ => text.parse().ok().map(ClientId::Ipv4),
    }
}

/// Returns a fully qualified host name in ASCII, or `None` for a bare name,
/// `localhost.localdomain`, and similar names.
fn qualified(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ascii = idna::domain_to_ascii_strict(name).ok()?;
    let (_, parent) = ascii.split_once('.')?;
    let is_number = parent
        .rsplit('.')
        .next()?
        .bytes()
        .all(|b| b.is_ascii_digit());
    let is_local = ascii.starts_with("localhost.") || ascii.ends_with(".localhost");
    (!is_number && !is_local).then_some(ascii)
}

/// Returns the default name for a server at this address: this machine's name if it is fully
/// qualified, else the source address of the connection.
pub(super) async fn default_for(server: SocketAddr) -> ClientId {
    if let ClientId::Domain(name) = ClientId::default()
        && let Some(name) = qualified(&name)
    {
        return ClientId::Domain(name);
    }
    match source_address(server).await {
        Some(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Some(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        None => ClientId::Ipv4(Ipv4Addr::LOCALHOST),
    }
}

/// Returns the source address of packets to a server. Connecting a UDP socket sends nothing.
async fn source_address(server: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await.ok()?;
    socket.connect(server).await.ok()?;
    Some(socket.local_addr().ok()?.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ehlo_name_is_qualified_or_an_address_literal() {
        for (text, expected) in [
            ("team.example.com", "team.example.com"),
            ("team.example.com.", "team.example.com"),
            ("team.münchen.example", "team.xn--mnchen-3ya.example"),
            ("[192.0.2.7]", "[192.0.2.7]"),
            ("[IPv6:2001:db8::7]", "[IPv6:2001:db8::7]"),
        ] {
            assert_eq!(ehlo_name(text).unwrap().to_string(), expected);
        }
        for text in [
            "",
            "4f2a9c",
            "localhost",
            "localhost.localdomain",
            "192.0.2.7",
            "[2001:db8::7]",
            "[host]",
            "team_1.example.com",
            "team.example.com x",
            "team.example.com\r\nRSET",
        ] {
            assert!(ehlo_name(text).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn source_address_is_the_fallback_ehlo_name() {
        let hello = default_for(([127, 0, 0, 1], 25).into()).await;
        match hello {
            ClientId::Domain(name) => assert_eq!(qualified(&name), Some(name)),
            literal => assert_eq!(literal.to_string(), "[127.0.0.1]"),
        }
    }
}
