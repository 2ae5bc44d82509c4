//! Starts the networks that messages leave by.

use std::sync::Arc;

use wardkey_gateway::ambient::Ambient;
use wardkey_gateway::call::{CallCapture, Line, VoiceGateway};
use wardkey_gateway::capture::Capture;
use wardkey_gateway::mail::{MailGateway, Smtp};
use wardkey_gateway::text::TextGateway;
use wardkey_gateway::text::notify::Notify;
use wardkey_gateway::text::smpp::Smpp;
use wardkey_gateway::voice::Trunk;
use wardkey_gateway::voice::prompts::{OwnPrompts, Speaker};
use wardkey_usecases::message::Gateways;

use crate::cli::CliError;
use crate::config::{Networks, SipTrunk};
use crate::{clock, random};

/// Where the demonstration's messages go.
#[derive(Clone, Debug)]
pub struct DemoNetworks {
    /// Texts and e-mails.
    pub messages: Capture,
    /// Calls.
    pub calls: CallCapture,
}

impl DemoNetworks {
    /// Networks that lead nowhere but into this process.
    pub fn new() -> Self {
        Self { messages: Capture::new(clock::system()), calls: CallCapture::new("demo") }
    }

    /// As gateways.
    pub fn gateways(&self) -> Gateways {
        Gateways::new(
            vec![self.messages.texts_of("demo")],
            vec![VoiceGateway::Capture(self.calls.clone())],
            vec![self.messages.mails_of("demo")],
        )
    }
}

/// Starts the networks that the configuration names, in its order. None of them is waited for: a network that is down does
/// not keep the server from starting.
///
/// # Errors
/// When one cannot be set up as it is configured.
pub fn start(networks: &Networks) -> Result<Gateways, CliError> {
    let ambient = Ambient { clock: clock::system(), random: random::system() };
    let mut texts = Vec::new();
    for settings in &networks.notify {
        let name = settings.name.clone();
        let notify = Notify::start(settings.clone(), Arc::clone(&ambient.clock))
            .map_err(|error| CliError::fault(&format!("set up `[{name}]`"), &error))?;
        texts.push(TextGateway::Notify(notify));
    }
    for settings in &networks.smpp {
        let name = settings.name.clone();
        let smpp = Smpp::start(settings.clone(), ambient.clone())
            .map_err(|error| CliError::fault(&format!("set up `[{name}]`"), &error))?;
        texts.push(TextGateway::Smpp(smpp));
    }
    let mut mails = Vec::new();
    for settings in &networks.smtp {
        let name = settings.name.clone();
        let smtp = Smtp::new(settings.clone(), Arc::clone(&ambient.clock))
            .map_err(|error| CliError::fault(&format!("set up `[{name}]`"), &error))?;
        mails.push(MailGateway::Smtp(smtp));
    }
    let mut calls = Vec::new();
    for settings in &networks.sip {
        calls.push(VoiceGateway::Trunk(line(settings, &ambient)?));
    }
    in_order(&mut calls, VoiceGateway::name, &networks.calls);
    in_order(&mut texts, TextGateway::name, &networks.texts);
    in_order(&mut mails, MailGateway::name, &networks.mails);
    Ok(Gateways::new(texts, calls, mails))
}

fn line(settings: &SipTrunk, ambient: &Ambient) -> Result<Line, CliError> {
    let what = format!("set up `[{}]`", settings.trunk.name);
    let prompts = match &settings.prompts {
        Some(folder) => OwnPrompts::from_folder(folder).map_err(|error| CliError::fault(&what, &error))?,
        None => OwnPrompts::english(),
    };
    let speaker = settings.speech.clone().map(|program| Speaker::new(program, VOICE));
    let trunk = Trunk::start(settings.trunk.clone(), Arc::clone(&ambient.random))
        .map_err(|error| CliError::fault(&what, &error))?;
    Ok(Line::new(trunk, prompts, speaker))
}

/// The voice that speaks our prompts, too.
const VOICE: &str = "en-gb";

fn in_order<G>(gateways: &mut [G], name: fn(&G) -> &str, order: &[String]) {
    gateways.sort_by_key(|gateway| order.iter().position(|named| named == name(gateway)));
}
