//! What the web edge needs to know besides the application.

use std::sync::Arc;

use ipnet::IpNet;
use wardkey_domain::factor::hardware_token::TokenRow;
use wardkey_usecases::directory::{IncomingRow, TypedAddress};

use crate::demo::Demo;

/// Settings of the web edge.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Peers whose forwarding header is believed. Empty: the connection's own address is the client's.
    pub trusted_proxies: Vec<IpNet>,
    /// The header that those proxies write.
    pub forwarding_header: ForwardingHeader,
    /// The demonstration's people and phone; `None` anywhere else.
    pub demo: Option<Arc<Demo>>,
    /// Peers that end browsers' connections to the address where smartcards are shown, and whose headers say which certificate
    /// was shown [RFC 9440].
    pub card_proxies: Vec<IpNet>,
    /// What reads a file of hardware tokens.
    pub token_reader: TokenReader,
    /// What reads a list of addresses.
    pub address_reader: AddressReader,
}

/// What reads so many rows of a file of hardware tokens: formats are not known here.
#[derive(Clone, Copy, Debug)]
pub struct TokenReader(pub fn(&str, usize) -> Vec<IncomingRow<TokenRow>>);

/// What reads so many addresses of a list, typed or in a file.
#[derive(Clone, Copy, Debug)]
pub struct AddressReader(pub fn(&str, usize) -> Vec<TypedAddress>);

impl Default for AddressReader {
    /// Finds nothing in any list.
    fn default() -> Self {
        Self(|_, _| Vec::new())
    }
}

impl Default for TokenReader {
    /// Finds nothing in any file.
    fn default() -> Self {
        Self(|_, _| Vec::new())
    }
}

/// The one header that carries the client's address.
///
/// SECURITY: exactly one is read. A proxy that writes one of them passes the other on as the client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardingHeader {
    /// `X-Forwarded-For`, as most proxies write it.
    #[default]
    XForwardedFor,
    /// `Forwarded` [RFC 7239].
    Forwarded,
}

/// The address of the other end of the connection.
///
/// The listener puts it into the request's extensions; without it a request has no address.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddress(pub std::net::IpAddr);

/// The certificates that the other end of the connection has shown, its own first, in DER.
///
/// The listener for smartcards puts it into the request's extensions, also where there are none. Nothing in it has been checked but
/// that the other end holds the key of the first one.
#[derive(Clone, Debug)]
pub struct CardChain(pub Arc<Vec<Vec<u8>>>);
