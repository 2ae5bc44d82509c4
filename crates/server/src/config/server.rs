//! `[server]`: who we are, and how the process behaves.

use std::time::Duration;

use ipnet::IpNet;
use wardkey_usecases::Issuer;
use wardkey_web::ForwardingHeader;

use super::reader::Reader;

/// `[server]`.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// The address that people and applications know us by; nothing only while mistakes are collected.
    pub issuer: Option<Issuer>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Which header of theirs.
    pub forwarding_header: ForwardingHeader,
    /// Threads that serve requests.
    pub threads: Option<usize>,
    /// How long a stop may take.
    pub stop_time_out: Duration,
    /// How long to answer "not ready" before the listeners close.
    pub stop_delay: Duration,
}

pub fn read(reader: &mut Reader) -> ServerSettings {
    let mut section = reader.section("server", "Who this server is, and how its process behaves.");
    ServerSettings {
        issuer: section.required(
            "issuer",
            "The address that people and applications know this server by, without a slash at the end. It is never \
             taken from a request. An http address is allowed on this machine only.",
            "\"https://id.example.nhs.uk\"",
        ),
        trusted_proxies: section.value(
            "trusted_proxies",
            "Networks of the proxies in front of this server. Only a connection from one of them may say, in \
             `server.forwarding_header`, which address a request came from.",
            Vec::new(),
        ),
        forwarding_header: match section.choice(
            "forwarding_header",
            "The header in which those proxies say it. Name the one that they overwrite: the other is the client's own.",
            X_FORWARDED_FOR,
            &[X_FORWARDED_FOR, FORWARDED],
        ) {
            FORWARDED => ForwardingHeader::Forwarded,
            _ => ForwardingHeader::XForwardedFor,
        },
        threads: section.optional(
            "threads",
            "Threads that serve requests; unset, as many as there are processors, at most 8. Passwords are hashed on \
             threads of their own: see `hashing.threads`.",
            "4",
        ),
        stop_time_out: section.value(
            "stop_time_out",
            "How long requests and jobs in progress may take to finish when the server is told to stop.",
            Duration::from_secs(20),
        ),
        stop_delay: section.value(
            "stop_delay",
            "How long to answer 503 to /readyz before the listeners close, so that a load balancer looks elsewhere.",
            Duration::ZERO,
        ),
    }
}

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED: &str = "forwarded";
