//! The client of a request, directly connected or behind trusted proxies.

use super::forwarded::{X_FORWARDED_FOR, forwarded, x_forwarded_for};
use crate::actor::ClientInfo;
use crate::config::{Config, ForwardedHeader};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;
use tower_http::request_id::RequestId;

/// The maximum length of a request ID, in characters. Clients may send their own.
pub const MAX_REQUEST_ID: usize = 64;

/// The reverse proxies in front of the server, and the header in which they report client
/// addresses.
#[derive(Clone, Debug)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: ForwardedHeader,
}

impl Proxies {
    /// Returns the configured proxies.
    pub fn of(config: &Config) -> Proxies {
        Proxies {
            trusted: config.trusted_proxies.clone(),
            header: config.forwarded_header,
        }
    }

    /// Returns the IP address of the client, which throttles use.
    pub fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
        Some(self.client_address(peer, headers))
    }

    /// Returns address, user agent and request ID of the client.
    pub fn origin(&self, parts: &Parts) -> ClientInfo {
        let address = self.address(&parts.extensions, &parts.headers);
        let request_id = parts
            .extensions
            .get::<RequestId>()
            .and_then(|id| id.header_value().to_str().ok());
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        ClientInfo {
            address: address
                .map(|address| address.to_string())
                .unwrap_or_default(),
            user_agent: user_agent.unwrap_or_default().to_owned(),
            request_id: request_id
                .unwrap_or_default()
                .chars()
                .take(MAX_REQUEST_ID)
                .collect(),
            device: None,
        }
    }

    /// Returns the client's address: the last hop that is not a trusted proxy if the peer is one,
    /// otherwise the peer. Earlier hops can be forged.
    ///
    /// By default, the header that is present is used. A proxy that sets one of the two headers
    /// passes the other one through, so if both are present and disagree, neither can be trusted,
    /// and the peer's address is used.
    fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.is_trusted(peer) {
            return peer;
        }
        let by_x_forwarded_for = || self.last_untrusted(peer, x_forwarded_for(headers));
        let by_forwarded = || self.last_untrusted(peer, forwarded(headers));
        match self.header {
            ForwardedHeader::XForwardedFor => by_x_forwarded_for(),
            ForwardedHeader::Forwarded => by_forwarded(),
            ForwardedHeader::Auto if !headers.contains_key(header::FORWARDED) => {
                by_x_forwarded_for()
            }
            ForwardedHeader::Auto if !headers.contains_key(X_FORWARDED_FOR) => by_forwarded(),
            ForwardedHeader::Auto => {
                let address = by_forwarded();
                if address == by_x_forwarded_for() {
                    return address;
                }
                warn_of_two_headers();
                peer
            }
        }
    }

    fn last_untrusted(&self, peer: IpAddr, mut hops: Vec<Option<IpAddr>>) -> IpAddr {
        let mut address = peer;
        while self.is_trusted(address) {
            match hops.pop() {
                Some(Some(hop)) => address = hop,
                _ => break,
            }
        }
        address
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }
}

/// Logs the warning once per process, since clients can cause it.
fn warn_of_two_headers() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            "a request had different addresses in X-Forwarded-For and Forwarded, so neither was used: \
             set TOKENVUE_FORWARDED_HEADER to the one that your proxy sets"
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Option<&str> = None;

    fn address(
        header: ForwardedHeader,
        peer: &str,
        x_forwarded_for: Option<&str>,
        forwarded: Option<&str>,
    ) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (X_FORWARDED_FOR, x_forwarded_for),
            (header::FORWARDED, forwarded),
        ] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        let proxies = Proxies {
            trusted: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            header,
        };
        let peer = peer.parse().unwrap();
        proxies.client_address(peer, &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_used() {
        for (peer, header, client) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            (
                "10.0.0.1",
                "1.1.1.1, 198.51.100.1, 10.0.0.2",
                "198.51.100.1",
            ),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
            ("10.0.0.1", "nonsense, 10.0.0.2", "10.0.0.2"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.7:40001", "203.0.113.7"),
            ("fd00::1", "[2001:db8::5]:443", "2001:db8::5"),
            ("10.0.0.1", "198.51.100.1:1, [fd00::2]:3128", "198.51.100.1"),
        ] {
            let found = address(ForwardedHeader::Auto, peer, Some(header), NONE);
            assert_eq!(found, client, "{peer} {header}");
        }
        let forwarded = Some(r#"for=1.1.1.1, for="[2001:db8::5]:443", for=10.0.0.2"#);
        let found = address(ForwardedHeader::Auto, "10.0.0.1", NONE, forwarded);
        assert_eq!(found, "2001:db8::5");
        let found = address(ForwardedHeader::Auto, "203.0.113.9", NONE, forwarded);
        assert_eq!(found, "203.0.113.9");
    }

    #[test]
    fn configured_header_is_used_if_both_are_present() {
        use ForwardedHeader::{Auto, Forwarded, XForwardedFor};
        let forged = Some("for=6.6.6.6");
        let both = |header| address(header, "10.0.0.1", Some("198.51.100.1"), forged);
        assert_eq!(both(XForwardedFor), "198.51.100.1");
        assert_eq!(both(Forwarded), "6.6.6.6");
        assert_eq!(both(Auto), "10.0.0.1", "one of them is forged");

        let alone = |header| address(header, "10.0.0.1", NONE, forged);
        assert_eq!(alone(XForwardedFor), "10.0.0.1");
        let equal = Some("for=\"198.51.100.1:99\"");
        let found = address(Auto, "10.0.0.1", Some("1.1.1.1, 198.51.100.1"), equal);
        assert_eq!(found, "198.51.100.1");
    }
}
