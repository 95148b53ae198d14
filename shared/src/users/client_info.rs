//! From where somebody asks.

use std::net::IpAddr;

/// What a request says of its sender, for the audit log, the list of sign-ins and the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// The client's address, as API Gateway saw it. No header can change it.
    pub address: Option<IpAddr>,
    /// What the client calls itself, shortened.
    pub user_agent: Option<String>,
    /// Finds the request in the log.
    pub request_id: Option<String>,
    /// X-Ray's header, so that a mail belongs to the trace of the request that asked for it.
    pub trace: Option<String>,
}

impl ClientInfo {
    /// Whom limits count by: an IPv4 address, or the /64 of an IPv6 one, because who has one address there has all of them.
    pub fn counted_as(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// What counts as a place: a network, because providers deal out its addresses anew.
    pub fn network(&self) -> Option<String> {
        Some(match self.address?.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        })
    }

    /// The address as it is kept.
    pub fn address_text(&self) -> Option<String> {
        self.address.map(|address| address.to_canonical().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> ClientInfo {
        ClientInfo { address: Some(address.parse().unwrap()), ..ClientInfo::default() }
    }

    #[test]
    fn neighbours_in_a_network_are_one_place_and_two_addresses() {
        let (one, other) = (from("203.0.113.7"), from("203.0.113.200"));
        assert_eq!(one.network(), other.network());
        assert_ne!(one.counted_as(), other.counted_as());
    }

    #[test]
    fn who_has_one_address_of_ipv6_has_all_of_its_64() {
        assert_eq!(from("2001:db8:1:2::1").counted_as(), from("2001:db8:1:2:ffff::9").counted_as());
        assert_ne!(from("2001:db8:1:2::1").counted_as(), from("2001:db8:1:3::1").counted_as());
    }

    #[test]
    fn an_ipv4_address_is_the_same_in_the_clothes_of_ipv6() {
        assert_eq!(from("::ffff:203.0.113.7").counted_as(), from("203.0.113.7").counted_as());
    }
}
