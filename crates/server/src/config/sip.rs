//! `[sip]`: a telephone network for calls.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use wardkey_domain::secret::Secret;
use wardkey_gateway::voice::{TrunkSettings, TrunkTransport};

use super::reader::{Reader, Section};
use super::roots;

/// A trunk, and what is said over it.
#[derive(Clone, Debug)]
pub struct SipTrunk {
    /// The trunk.
    pub trunk: TrunkSettings,
    /// A folder of the organisation's own prompts.
    pub prompts: Option<PathBuf>,
    /// The program that speaks what differs from call to call.
    pub speech: Option<PathBuf>,
}

pub fn read(reader: &mut Reader, ring_for: Duration) -> Vec<SipTrunk> {
    let about = "A SIP trunk for calls. Further ones are `[sip.second]` and so on. The password is a secret. Leave the whole section out where there is none: what must be set must be set if it is there.";
    reader.sections_of("sip", about, |section, name| one(section, name, ring_for)).into_iter().flatten().collect()
}

fn one(section: &mut Section<'_>, name: &str, ring_for: Duration) -> Option<SipTrunk> {
    let default = TrunkSettings::default();
    let server: Option<String> =
        section.required("server", "The trunk's server: a name, or `name:port`.", "\"sip.example:5060\"");
    let transport = section.choice(
        "transport",
        "How signals travel: `udp`, `tcp` or `tls`. The sound is not encrypted by any of them.",
        "udp",
        &["udp", "tcp", "tls"],
    );
    let caller_id: Option<String> = section.required(
        "caller_id",
        "The number that a telephone shows, as the trunk wants it written.",
        "\"+441134960000\"",
    );
    let user: Option<String> =
        section.optional("user", "The name of our account, when the trunk asks for one.", "\"wardkey\"");
    let password = section.secret("password", "The password of the same.");
    if user.is_some() != password.is_some() {
        section.complain("user", "a user needs a password, which is set in the environment, and the other way round");
    }
    let everywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let first = section.bounded(
        "first_media_port",
        "The first port for sound; each call uses an even one.",
        *default.media_ports.start(),
        1_024..=65_000,
    );
    let last =
        section.bounded("last_media_port", "The last port for sound.", *default.media_ports.end(), 1_025..=u16::MAX);
    if last <= first {
        section.complain("last_media_port", "it must be higher than `first_media_port`");
    }
    let seconds = |from, to| Duration::from_secs(from)..=Duration::from_secs(to);
    let trunk = TrunkSettings {
        name: name.to_owned(),
        server: server.clone().unwrap_or_default(),
        transport: transport.parse().unwrap_or(TrunkTransport::Udp),
        user,
        password: password.unwrap_or_else(|| Secret::new(String::new())),
        domain: section.optional(
            "domain",
            "The domain of addresses, when it is not the server's name.",
            "\"sip.example\"",
        ),
        caller_id: caller_id.clone().unwrap_or_default(),
        local_address: section.value(
            "local_address",
            "Where we listen for signals, and for sound on the same address. Port 0 takes any.",
            everywhere,
        ),
        advertised_address: section.optional::<IpAddr>(
            "advertised_address",
            "The address that the trunk must use in its place, behind address translation.",
            "\"203.0.113.5\"",
        ),
        media_ports: first..=last,
        peers: section.value(
            "peers",
            "Addresses beside the server's whose signals and sound are believed: a trunk's other machines.",
            Vec::<IpAddr>::new(),
        ),
        most_calls: section.bounded(
            "most_calls",
            "How many calls may be in progress at once.",
            default.most_calls,
            1..=500,
        ),
        ring_for,
        answer_within: section.bounded(
            "answer_within",
            "How long the trunk may take to say anything at all to a call.",
            default.answer_within,
            seconds(1, 30),
        ),
        longest_call: section.bounded(
            "longest_call",
            "How long a call may last after it was answered.",
            default.longest_call,
            seconds(30, 600),
        ),
        extension_wait: section.bounded(
            "extension_wait",
            "How long after an answer the keys of an extension are pressed.",
            default.extension_wait,
            seconds(1, 20),
        ),
        ping_every: section.bounded(
            "ping_every",
            "How often the trunk is asked whether it is there.",
            default.ping_every,
            seconds(10, 3_600),
        ),
        extra_roots: roots::read(section),
    };
    let prompts = section.optional(
        "prompts",
        "A folder of own prompts in place of ours: `greeting.wav`, `press-hash.wav` and so on, each of at most 20 seconds and \
         1 MB.",
        "\"/etc/wardkey/prompts\"",
    );
    let speech: String = section.value(
        "speech",
        "The program that speaks for which application and organisation a call is; `none` leaves that sentence out.",
        "espeak-ng".to_owned(),
    );
    let speech = (speech != "none").then(|| PathBuf::from(speech));
    server.zip(caller_id).map(|_| SipTrunk { trunk, prompts, speech })
}
