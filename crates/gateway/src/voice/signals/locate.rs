//! Where requests go that name nobody's address.

use std::sync::{Arc, Mutex, PoisonError};

use rsipstack::sip::Uri;
use rsipstack::transaction::endpoint::TargetLocator;
use rsipstack::transport::SipAddr;

/// Sends what is for the trunk's domain to the server that has the invitation.
///
/// The library sends a CANCEL to whatever the name in its first line resolves to. [RFC 3261 §9.1]: it goes where the
/// invitation went, and the domain of a trunk is often no host at all.
#[derive(Clone, Debug)]
pub struct Locate {
    domain: String,
    server: Arc<Mutex<Option<SipAddr>>>,
}

impl Locate {
    /// Knows what is for `domain`.
    pub fn new(domain: String) -> Self {
        Self { domain, server: Arc::default() }
    }

    /// The server that invitations go to from now on.
    pub fn learn(&self, server: &SipAddr) {
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.clone());
    }
}

#[async_trait::async_trait]
impl TargetLocator for Locate {
    async fn locate(&self, uri: &Uri) -> rsipstack::Result<SipAddr> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_ours = uri.host_with_port.port.is_none() && uri.host_with_port.host.to_string() == self.domain;
        match server {
            Some(server) if is_ours => Ok(server),
            // Inside a call the trunk says itself where it wants to be told; over what, if it does not say.
            Some(server) => {
                let target = SipAddr::try_from(uri)?;
                Ok(SipAddr { r#type: target.r#type.or(server.r#type), ..target })
            }
            None => SipAddr::try_from(uri),
        }
    }
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::{HostWithPort, Transport};

    use super::*;

    #[tokio::test]
    async fn what_is_for_the_domain_goes_to_the_server_and_the_rest_where_it_says() {
        let locate = Locate::new("trunk.example".to_owned());
        let server = SipAddr::new(Transport::Tcp, HostWithPort::try_from("192.0.2.1:5070").unwrap());
        locate.learn(&server);
        let find = async |uri: &str| locate.locate(&Uri::try_from(uri).unwrap()).await.unwrap().to_string();
        assert_eq!(find("sip:+441134960123@trunk.example").await, "TCP 192.0.2.1:5070");
        assert_eq!(find("sip:telephone@192.0.2.9:5080").await, "TCP 192.0.2.9:5080");
        assert_eq!(find("sip:telephone@sbc.trunk.example;transport=udp").await, "UDP sbc.trunk.example");
    }
}
