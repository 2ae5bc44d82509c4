//! `[listen]`: sockets, certificate and limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::reader::Reader;
use crate::listen::CertificateFiles;

/// `[listen]`.
#[derive(Clone, Debug)]
pub struct ListenSettings {
    /// Where http is served; the demonstration serves it on both loopback addresses.
    pub http: Vec<SocketAddr>,
    /// Where https is served, and with what.
    pub https: Option<(SocketAddr, CertificateFiles)>,
    /// Connections at once, for each listener.
    pub connections: usize,
    /// How long the head of a request may take.
    pub header_time_out: Duration,
    /// How long a whole request may take.
    pub request_time_out: Duration,
}

pub fn read(reader: &mut Reader) -> ListenSettings {
    let mut section = reader.section(
        "listen",
        "Where the server listens. Without any address it listens for http on 127.0.0.1:8480, for a proxy on the \
         same machine.",
    );
    let http: Option<SocketAddr> = section.optional(
        "http",
        "The address and port for http. Beyond this machine, put a proxy that speaks https in front and list it in \
         `server.trusted_proxies`.",
        "\"127.0.0.1:8480\"",
    );
    let https: Option<SocketAddr> = section.optional("https", "The address and port for https.", "\"0.0.0.0:443\"");
    let chain: Option<PathBuf> = section.optional(
        "certificate",
        "The certificate for https, and the intermediate ones after it, in PEM. It is read again when it changes.",
        "\"/etc/wardkey/certificate.pem\"",
    );
    let key: Option<PathBuf> = section.optional(
        "key",
        "The private key of the certificate, in PEM. It is read again when it changes.",
        "\"/etc/wardkey/key.pem\"",
    );
    let connections = section.bounded(
        "connections",
        "Connections at once, for each address. Further ones are refused at once rather than kept waiting.",
        10_000,
        1..=1_000_000,
    );
    let header_time_out = section.bounded(
        "header_time_out",
        "How long a connection may take to send the head of its next request. It also ends idle connections.",
        Duration::from_secs(30),
        Duration::from_secs(1)..=Duration::from_secs(600),
    );
    let request_time_out = section.bounded(
        "request_time_out",
        "How long a whole request may take, its body included.",
        Duration::from_secs(30),
        Duration::from_secs(1)..=Duration::from_secs(600),
    );
    let https = match (https, chain, key) {
        (None, _, _) => None,
        (Some(address), Some(chain), Some(key)) => Some((address, CertificateFiles { chain, key })),
        (Some(_), _, _) => {
            section.complain("https", "https needs `listen.certificate` and `listen.key`");
            None
        }
    };
    let fallback = https.is_none().then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)));
    let http = http.or(fallback).into_iter().collect();
    ListenSettings { http, https, connections, header_time_out, request_time_out }
}

/// The port when none is configured.
pub const DEFAULT_PORT: u16 = 8480;
