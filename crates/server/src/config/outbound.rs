//! `[outbound]`: requests that we make for applications.

use std::time::Duration;

use wardkey_gateway::outbound::{AllowedHost, OutboundSettings};

use super::reader::{Reader, Section};
use super::roots;

/// The hosts of a section's `allow`.
pub(super) fn hosts(section: &mut Section<'_>, what: &'static str) -> Vec<AllowedHost> {
    let hosts: Vec<String> = section.value("allow", what, Vec::new());
    let mut allow = Vec::new();
    for host in hosts {
        match host.parse::<AllowedHost>() {
            Ok(host) => allow.push(host),
            Err(error) => section.complain("allow", format!("`{host}`: {error}")),
        }
    }
    allow
}

pub fn read(reader: &mut Reader) -> OutboundSettings {
    let mut section = reader.section(
        "outbound",
        "Requests that this server makes to addresses that an application registered: its keys, its back-channel logout.",
    );
    let default = OutboundSettings::default();
    let allow = hosts(
        &mut section,
        "Hosts, each as `name:port`, that may be called although they are on a private network, and over http.",
    );
    let extra_roots = roots::read(&mut section);
    let allowed = Duration::from_secs(1)..=Duration::from_secs(60);
    OutboundSettings {
        allow,
        extra_roots,
        connect_limit: section.bounded(
            "connect_limit",
            "How long a connection may take.",
            default.connect_limit,
            allowed.clone(),
        ),
        total_limit: section.bounded(
            "total_limit",
            "How long a whole exchange may take.",
            default.total_limit,
            allowed,
        ),
    }
}
