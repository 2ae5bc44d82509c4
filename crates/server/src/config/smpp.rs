//! `[smpp]`: a message centre for text messages.

use std::time::Duration;

use wardkey_domain::secret::Secret;
use wardkey_gateway::text::smpp::{BindMode, LongMessages, MessageIds, SmppSettings, SmppTls};

use super::reader::{Reader, Section};
use super::roots;

pub fn read(reader: &mut Reader) -> Vec<SmppSettings> {
    let about = "A message centre for text messages, by SMPP 3.4. Further ones are `[smpp.second]` and so on. The password is a secret. Leave the whole section out where there is none: what must be set must be set if it is there.";
    reader.sections_of("smpp", about, one).into_iter().flatten().collect()
}

fn one(section: &mut Section<'_>, name: &str) -> Option<SmppSettings> {
    let host: Option<String> = section.required("host", "The centre's host.", "\"smpp.example\"");
    let port = section.bounded("port", "Its port.", 2775_u16, 1..=u16::MAX);
    let system_id: Option<String> = section.required("system_id", "Who we are to the centre.", "\"trust\"");
    let password = section.secret("password", "The password of the same.");
    if password.is_none() {
        section.complain("password", "it must be set in the environment");
    }
    let sender: Option<String> = section.required(
        "sender",
        "What a telephone shows as the sender: up to 11 letters and digits, a number with a plus sign, or a short code.",
        "\"NHSmoorland\"",
    );
    let default = SmppSettings::new(
        name,
        host.as_deref().unwrap_or_default(),
        port,
        system_id.as_deref().unwrap_or_default(),
        password.clone().unwrap_or_else(|| Secret::new(String::new())),
        sender.as_deref().unwrap_or_default(),
    );
    let tls = section.choice(
        "tls",
        "Whether the connection is encrypted: `on`, or `off` for a centre behind a private line or a tunnel.",
        "on",
        &["on", "off"],
    );
    let extra_roots = roots::read(section);
    let bind = section.choice(
        "bind",
        "Whether one session sends and receives (`transceiver`), or two are needed (`pair`).",
        "transceiver",
        &["transceiver", "pair"],
    );
    let long = section.choice(
        "long_messages",
        "How a text that is too long for one message goes out: in parts (`concatenate`), or in one piece that the centre cuts \
         (`payload`).",
        "concatenate",
        &["concatenate", "payload"],
    );
    let ids = section.choice(
        "message_ids",
        "How the identifiers in answers and receipts compare: some centres write one in hexadecimal and the other in decimal \
         digits.",
        "same",
        &["same", "hex_then_decimal", "decimal_then_hex"],
    );
    let settings = SmppSettings {
        tls: if tls == "on" { SmppTls::Tls { extra_roots } } else { SmppTls::Plain },
        system_type: section
            .value("system_type", "The type of system that the centre knows us as.", " ".to_owned())
            .trim()
            .to_owned(),
        bind: if bind == "pair" { BindMode::Pair } else { BindMode::Transceiver },
        long_messages: if long == "payload" { LongMessages::Payload } else { LongMessages::Concatenate },
        message_ids: match ids {
            "hex_then_decimal" => MessageIds::HexThenDecimal,
            "decimal_then_hex" => MessageIds::DecimalThenHex,
            _ => MessageIds::Same,
        },
        window: section.bounded("window", "How many messages may be unanswered at once.", default.window, 1..=1_000),
        queue: section.bounded("queue", "How many may wait for a place among them.", default.queue, 1..=100_000),
        probe_every: section.bounded(
            "probe_every",
            "How often the connection is probed.",
            default.probe_every,
            Duration::from_secs(5)..=Duration::from_secs(600),
        ),
        connect_limit: section.bounded(
            "connect_limit",
            "How long a connection may take.",
            default.connect_limit,
            Duration::from_secs(1)..=Duration::from_secs(60),
        ),
        answer_limit: section.bounded(
            "answer_limit",
            "How long an answer may take before it is held for lost: then nobody knows whether the text was taken.",
            default.answer_limit,
            Duration::from_secs(1)..=Duration::from_secs(60),
        ),
        ..default
    };
    (host.is_some() && system_id.is_some() && password.is_some() && sender.is_some()).then_some(settings)
}
