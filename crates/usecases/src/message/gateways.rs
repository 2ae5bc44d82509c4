//! The networks that messages leave by, in their order.

use std::fmt;
use std::sync::Arc;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::message::Channel;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::call::VoiceGateway;
use wardkey_gateway::mail::MailGateway;
use wardkey_gateway::text::TextGateway;

use super::health::Health;

/// The networks that messages leave by, in the operator's order. Cheap to clone.
#[derive(Clone, Default)]
pub struct Gateways(Arc<Inner>);

#[derive(Default)]
struct Inner {
    texts: Vec<Line<TextGateway>>,
    voices: Vec<Line<VoiceGateway>>,
    mails: Vec<Line<MailGateway>>,
}

/// One network and how it has been doing.
pub(super) struct Line<G> {
    pub(super) gateway: G,
    pub(super) health: Health,
}

/// How one network stands, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayStanding {
    /// Its name in the configuration.
    pub name: String,
    /// What it carries.
    pub channel: Channel,
    /// Whether it works, as far as this process knows.
    pub is_up: bool,
}

/// What is known of a network without handing anything over.
pub(super) trait Network {
    fn name(&self) -> &str;

    /// Whether it is known to be gone.
    fn is_lost(&self) -> bool {
        false
    }
}

impl Network for TextGateway {
    fn name(&self) -> &str {
        self.name()
    }
}

impl Network for VoiceGateway {
    fn name(&self) -> &str {
        self.name()
    }

    fn is_lost(&self) -> bool {
        self.is_lost()
    }
}

impl Network for MailGateway {
    fn name(&self) -> &str {
        self.name()
    }
}

impl<G: Network> Line<G> {
    /// Whether it is worth asking first.
    fn is_up(&self, now: Timestamp) -> bool {
        !self.gateway.is_lost() && self.health.is_up(now)
    }
}

fn lines<G>(gateways: Vec<G>) -> Vec<Line<G>> {
    gateways.into_iter().map(|gateway| Line { gateway, health: Health::default() }).collect()
}

/// The lines to ask, in order: those that work before those that do not, and none that is refused by name.
fn in_order<'a, G: Network>(lines: &'a [Line<G>], refused_by: &[String], now: Timestamp) -> Vec<&'a Line<G>> {
    let is_open = |line: &&Line<G>| !refused_by.iter().any(|refused| refused == line.gateway.name());
    let mut open: Vec<&Line<G>> = lines.iter().filter(is_open).collect();
    // The sort is stable: among equals the operator's order holds.
    open.sort_by_key(|line| !line.is_up(now));
    open
}

impl Gateways {
    /// These networks, each list in the order in which they are asked.
    pub fn new(texts: Vec<TextGateway>, voices: Vec<VoiceGateway>, mails: Vec<MailGateway>) -> Self {
        Self(Arc::new(Inner { texts: lines(texts), voices: lines(voices), mails: lines(mails) }))
    }

    pub(super) fn texts(&self, refused_by: &[String], now: Timestamp) -> Vec<&Line<TextGateway>> {
        in_order(&self.0.texts, refused_by, now)
    }

    pub(super) fn voices(&self, refused_by: &[String], now: Timestamp) -> Vec<&Line<VoiceGateway>> {
        in_order(&self.0.voices, refused_by, now)
    }

    pub(super) fn mails(&self, refused_by: &[String], now: Timestamp) -> Vec<&Line<MailGateway>> {
        in_order(&self.0.mails, refused_by, now)
    }

    /// Whether there is any network for a channel.
    pub fn carries(&self, channel: Channel) -> bool {
        match channel {
            Channel::Text => !self.0.texts.is_empty(),
            Channel::Call => !self.0.voices.is_empty(),
            // Each app brings the address of its own.
            Channel::Push => true,
            Channel::Mail => !self.0.mails.is_empty(),
        }
    }

    /// Whether news can be sent by e-mail.
    pub fn has_mail(&self) -> bool {
        self.carries(Channel::Mail)
    }

    /// The factors whose networks are missing or all down.
    pub fn unavailable(&self, now: Timestamp) -> Vec<FactorKind> {
        let mut unavailable = Vec::new();
        if !self.0.texts.iter().any(|line| line.health.is_up(now)) {
            unavailable.push(FactorKind::Sms);
        }
        // A trunk that answers no questions any more may still take calls: only calls tell for certain.
        if !self.0.voices.iter().any(|line| line.health.is_up(now)) {
            unavailable.push(FactorKind::VoiceCall);
        }
        unavailable
    }

    /// How each network stands.
    pub fn standings(&self, now: Timestamp) -> Vec<GatewayStanding> {
        let texts = self.0.texts.iter().map(|line| (line.gateway.name(), Channel::Text, line.is_up(now)));
        let voices = self.0.voices.iter().map(|line| (line.gateway.name(), Channel::Call, line.is_up(now)));
        let mails = self.0.mails.iter().map(|line| (line.gateway.name(), Channel::Mail, line.is_up(now)));
        let standing =
            |(name, channel, is_up): (&str, Channel, bool)| GatewayStanding { name: name.to_owned(), channel, is_up };
        texts.chain(voices).chain(mails).map(standing).collect()
    }

    /// Says how each network stands to whoever collects figures.
    pub fn record(&self, now: Timestamp) {
        for standing in self.standings(now) {
            let value = if standing.is_up { 1.0 } else { 0.0 };
            metrics::gauge!("wardkey_gateway_up", "gateway" => standing.name, "channel" => standing.channel.as_str())
                .set(value);
        }
    }

    /// The texts' networks, in the operator's order.
    pub(super) fn text_gateways(&self) -> impl Iterator<Item = &TextGateway> {
        self.0.texts.iter().map(|line| &line.gateway)
    }

    /// Says goodbye to every network, once nothing is handed over any more.
    pub async fn shut_down(&self) {
        for line in &self.0.texts {
            line.gateway.shut_down().await;
        }
        for line in &self.0.voices {
            line.gateway.shut_down().await;
        }
        for line in &self.0.mails {
            line.gateway.shut_down().await;
        }
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.0.texts.iter().map(|line| line.gateway.name());
        let voices = self.0.voices.iter().map(|line| line.gateway.name());
        f.debug_list().entries(texts.chain(voices).chain(self.0.mails.iter().map(|line| line.gateway.name()))).finish()
    }
}
