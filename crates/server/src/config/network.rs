//! `[network]`: which networks carry messages, and in which order they are asked.

use std::time::Duration;

use wardkey_gateway::mail::SmtpSettings;
use wardkey_gateway::text::notify::NotifySettings;
use wardkey_gateway::text::smpp::SmppSettings;

use super::reader::{Reader, Section};
use super::{notify, sip, smpp, smtp};

/// The networks that messages leave by.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// `[notify]`.
    pub notify: Vec<NotifySettings>,
    /// `[smpp]`.
    pub smpp: Vec<SmppSettings>,
    /// `[sip]`.
    pub sip: Vec<sip::SipTrunk>,
    /// `[smtp]`.
    pub smtp: Vec<SmtpSettings>,
    /// The order of those for texts.
    pub texts: Vec<String>,
    /// The order of those for calls.
    pub calls: Vec<String>,
    /// The order of those for e-mail.
    pub mails: Vec<String>,
}

pub fn read(reader: &mut Reader, our_host: Option<&str>, ring_for: Duration) -> Networks {
    let notify = notify::read(reader);
    let smpp = smpp::read(reader);
    let sip = sip::read(reader, ring_for);
    let smtp = smtp::read(reader, our_host);
    let mut section = reader.section(
        "network",
        "The order in which networks are asked. One that fails is asked after the others until it works again.",
    );
    let known: Vec<&str> =
        notify.iter().map(|one| one.name.as_str()).chain(smpp.iter().map(|one| one.name.as_str())).collect();
    let texts = order(
        &mut section,
        "texts",
        "Sections that carry text messages, the first to be asked first, such as `[\"smpp\", \"notify\", \"smpp.second\"]`. \
         Those that are not named come after, in the order of their names.",
        &known,
    );
    let known: Vec<&str> = sip.iter().map(|one| one.trunk.name.as_str()).collect();
    let calls = order(&mut section, "calls", "Sections that carry calls.", &known);
    let known: Vec<&str> = smtp.iter().map(|one| one.name.as_str()).collect();
    let mails = order(&mut section, "mails", "Sections that carry e-mail.", &known);
    drop(section);
    Networks { notify, smpp, sip, smtp, texts, calls, mails }
}

fn order(section: &mut Section<'_>, key: &'static str, about: &'static str, known: &[&str]) -> Vec<String> {
    let mut order: Vec<String> = section.value(key, about, Vec::new());
    for name in &order {
        if !known.contains(&name.as_str()) {
            section.complain(key, format!("there is no section `{name}`"));
        }
    }
    let mut others: Vec<String> =
        known.iter().filter(|name| !order.iter().any(|named| named == *name)).map(|name| (*name).to_owned()).collect();
    others.sort_unstable();
    order.append(&mut others);
    order
}
