//! Information about the client that sends a request.

use std::net::IpAddr;

/// Data about the sender of a request, for the audit log, the list of sign-ins and the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientInfo {
    /// Network address of the client, as API Gateway saw it. No header can change it.
    pub address: Option<IpAddr>,
    /// `User-Agent` header of the client, shortened.
    pub user_agent: Option<String>,
    /// Id with which the request is found in the log.
    pub request_id: Option<String>,
    /// Trace header of X-Ray, so that a mail belongs to the trace of the request that caused it.
    pub trace: Option<String>,
}

impl ClientInfo {
    /// Returns the text by which limits count the client: an IPv4 address, or the /64 of an IPv6 address, because a client with one address
    /// there has all of them.
    pub fn throttle_key(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// Returns the text by which limits count the larger network around an IPv6 client, its /48: providers and hosts give one to a customer, with
    /// 65,536 of the networks above. `None` for IPv4, where addresses are scarce and neighbours are strangers.
    pub fn wider_throttle_key(&self) -> Option<String> {
        let is_v6 = self.address.is_some_and(|address| address.to_canonical().is_ipv6());
        self.network().filter(|_| is_v6)
    }

    /// Returns the network of the client, by which new sign-ins are recognised: providers change the addresses of their customers within it.
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

    /// Returns the address as it is stored.
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
    fn neighbours_in_a_network_are_one_network_and_two_clients() {
        let (one, other) = (from("203.0.113.7"), from("203.0.113.200"));
        assert_eq!(one.network(), other.network());
        assert_ne!(one.throttle_key(), other.throttle_key());
    }

    #[test]
    fn all_addresses_of_an_ipv6_64_are_one_client() {
        assert_eq!(from("2001:db8:1:2::1").throttle_key(), from("2001:db8:1:2:ffff::9").throttle_key());
        assert_ne!(from("2001:db8:1:2::1").throttle_key(), from("2001:db8:1:3::1").throttle_key());
    }

    #[test]
    fn all_64s_of_an_ipv6_48_are_one_wider_network() {
        assert_eq!(from("2001:db8:1:2::1").wider_throttle_key(), from("2001:db8:1:3::1").wider_throttle_key());
        assert_ne!(from("2001:db8:1:2::1").wider_throttle_key(), from("2001:db8:2:2::1").wider_throttle_key());
        for address in ["203.0.113.7", "::ffff:203.0.113.7"] {
            assert_eq!(from(address).wider_throttle_key(), None);
        }
        assert_eq!(ClientInfo::default().wider_throttle_key(), None);
    }

    #[test]
    fn an_ipv4_address_mapped_to_ipv6_is_the_same_client() {
        assert_eq!(from("::ffff:203.0.113.7").throttle_key(), from("203.0.113.7").throttle_key());
    }
}
