//! `[smtp]`: a mail server for news by e-mail.

use std::time::Duration;

use wardkey_gateway::mail::{MailLogin, SmtpSettings, SmtpTls};

use super::reader::{Reader, Section};
use super::roots;

pub fn read(reader: &mut Reader, our_host: Option<&str>) -> Vec<SmtpSettings> {
    let about = "A mail server for news by e-mail: that a factor was added, that somebody reported a sign-in. E-mail is never a \
                 factor. Further servers are `[smtp.second]` and so on. The password is a secret. Leave the whole section out where there is none: what must be set must be set if it is there.";
    reader.sections_of("smtp", about, |section, name| one(section, name, our_host)).into_iter().flatten().collect()
}

fn one(section: &mut Section<'_>, name: &str, our_host: Option<&str>) -> Option<SmtpSettings> {
    let host: Option<String> = section.required("host", "The server's host.", "\"smtp.example.nhs.uk\"");
    let port = section.bounded("port", "Its port.", 587_u16, 1..=u16::MAX);
    let from: Option<String> =
        section.required("from", "The sender's address.", "\"no-reply@id.moorland.example.nhs.uk\"");
    let default = SmtpSettings::new(
        name,
        host.as_deref().unwrap_or_default(),
        port,
        from.as_deref().unwrap_or_default(),
        our_host.unwrap_or("localhost"),
    );
    let tls = section.choice(
        "tls",
        "How the connection is encrypted: from the first byte (`implicit`, port 465), by `starttls` (port 587 or 25), or not \
         at all (`off`), which only a server on this very machine may do.",
        "starttls",
        &["starttls", "implicit", "off"],
    );
    let user: Option<String> = section.optional("user", "Who we are to the server, if it asks.", "\"wardkey\"");
    let password = section.secret("password", "The password of the same.");
    if user.is_some() != password.is_some() {
        section.complain("user", "a user needs a password, which is set in the environment, and the other way round");
    }
    let settings = SmtpSettings {
        tls: match tls {
            "implicit" => SmtpTls::Implicit,
            "off" => SmtpTls::Plain,
            _ => SmtpTls::StartTls,
        },
        extra_roots: roots::read(section),
        login: user.zip(password).map(|(user, password)| MailLogin { user, password }),
        from_name: section.value("from_name", "The sender's name.", "Wardkey".to_owned()),
        reply_to: section.optional("reply_to", "Where answers go.", "\"it-help@moorland.example.nhs.uk\""),
        connections: section.bounded("connections", "How many connections there may be.", default.connections, 1..=50),
        command_limit: section.bounded(
            "command_limit",
            "How long one command may take.",
            default.command_limit,
            Duration::from_secs(5)..=Duration::from_secs(300),
        ),
        ..default
    };
    host.zip(from).map(|_| settings)
}
