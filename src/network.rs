//! Networks of clients. Limits count a network as one client, usually one customer of an internet
//! provider.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The prefix length of an IPv6 network in which one host can choose any address (RFC 4291, 2.5.4).
const SUBNET: u8 = 64;
/// The shortest prefix that providers usually assign to one site (RFC 6177, 2).
const SITE: u8 = 48;
/// The prefix of translated addresses, which carry an IPv4 address in their last 32 bits (RFC 6052,
/// 2.1).
const TRANSLATED: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);

/// Returns the network that limits count as one client: an IPv4 address by itself, an IPv6 address
/// as its /64. IPv4 addresses in IPv6 form, mapped or translated, count as IPv4.
pub fn of(address: IpAddr) -> IpNet {
    prefix(address, SUBNET)
}

/// Returns the network that a queue counts as one site: like [`of`], but the /48 of an IPv6
/// address, in which one customer may have 65,536 networks.
pub fn site(address: IpAddr) -> IpNet {
    prefix(address, SITE)
}

/// Returns [`of`] for the address in a [`ClientInfo`](crate::actor::ClientInfo), as text. Other
/// texts, such as "command line", are returned unchanged.
pub fn of_client(address: &str) -> String {
    address
        .parse()
        .map_or_else(|_| address.to_owned(), |address| of(address).to_string())
}

/// Returns [`site`] for the address in a [`ClientInfo`](crate::actor::ClientInfo), as text.
pub fn site_of_client(address: &str) -> String {
    address
        .parse()
        .map_or_else(|_| address.to_owned(), |address| site(address).to_string())
}

fn prefix(address: IpAddr, length: u8) -> IpNet {
    match canonical(address) {
        IpAddr::V4(address) => Ipv4Net::from(address).into(),
        IpAddr::V6(address) => Ipv6Net::new_assert(address, length).trunc().into(),
    }
}

/// Returns an IPv6 address that carries an IPv4 address in IPv4 form.
fn canonical(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if address.octets()[..12] == TRANSLATED.octets()[..12] => {
            let [.., a, b, c, d] = address.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_ipv4_addresses_or_ipv6_subnets() {
        for (address, network, site) in [
            ("203.0.113.7", "203.0.113.7/32", "203.0.113.7/32"),
            ("::ffff:203.0.113.7", "203.0.113.7/32", "203.0.113.7/32"),
            ("64:ff9b::203.0.113.7", "203.0.113.7/32", "203.0.113.7/32"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
            (
                "2001:db8:1:2:ffff:ffff:ffff:ffff",
                "2001:db8:1:2::/64",
                "2001:db8:1::/48",
            ),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"),
            ("2001:db8:2:2::1", "2001:db8:2:2::/64", "2001:db8:2::/48"),
            ("::1", "::/64", "::/48"),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(of(address).to_string(), network);
            assert_eq!(super::site(address).to_string(), site);
            assert_eq!(of_client(&address.to_string()), network);
        }
        assert_eq!(of_client("command line"), "command line");
        assert_eq!(of_client(""), "");
    }
}
