//! A trunk of ours and a call on it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use wardkey_domain::factor::voice_call::{CallMode, CallRules, PromptId};
use wardkey_domain::secret::Secret;
use wardkey_gateway::voice::prompts::{CallPrompts, Prompt, PromptSet};
use wardkey_gateway::voice::{CallOrder, CallProgress, CallReport, Trunk, TrunkSettings, TrunkTransport};

/// The number that is called: one of those that nobody has (Ofcom's for dramatic use).
pub const NUMBER: &str = "+441134960123";
pub const CODE: &str = "482915";
pub const PASSWORD: &str = "correct horse";

/// Fills bytes with randomness.
pub fn random(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).unwrap();
}

/// Settings of a trunk whose server is SIPp on this port.
pub fn settings(port: u16) -> TrunkSettings {
    TrunkSettings {
        name: "test".to_owned(),
        server: format!("127.0.0.1:{port}"),
        user: Some("wardkey".to_owned()),
        password: Secret::new(PASSWORD.to_owned()),
        domain: Some("trunk.example".to_owned()),
        caller_id: "+441134960000".to_owned(),
        local_address: "127.0.0.1:0".parse().unwrap(),
        media_ports: 20_000..=30_999,
        ring_for: Duration::from_secs(2),
        longest_call: Duration::from_secs(30),
        extension_wait: Duration::from_millis(100),
        ping_every: Duration::ZERO,
        ..TrunkSettings::default()
    }
}

pub fn start(settings: TrunkSettings) -> Trunk {
    Trunk::start(settings, Arc::new(random)).unwrap()
}

pub fn over(transport: TrunkTransport, port: u16) -> Trunk {
    start(TrunkSettings { transport, ..settings(port) })
}

/// A short sound for each prompt, all different, so that a call takes a second and one can tell what was said.
pub fn sound(id: PromptId) -> Prompt {
    let (step, frames) = match id {
        PromptId::Greeting => (40, 10),
        PromptId::Context => (90, 8),
        PromptId::PressHash => (140, 14),
        PromptId::TypeCode => (190, 14),
        PromptId::WrongCode => (240, 8),
        PromptId::NoMoreTries => (290, 8),
        PromptId::ThankYou => (340, 8),
        PromptId::Reported => (390, 8),
        PromptId::Goodbye => (440, 8),
        PromptId::CannotConfirm => (490, 8),
    };
    // A saw of its own steepness: nothing else on the line looks like it, and it is no key.
    Prompt::from_samples(&(0..frames * 160).map(|at: i32| (at * step % 9_000 - 4_500) as i16).collect::<Vec<_>>())
}

pub fn prompts() -> CallPrompts {
    let ids = [
        PromptId::Greeting,
        PromptId::PressHash,
        PromptId::TypeCode,
        PromptId::WrongCode,
        PromptId::NoMoreTries,
        PromptId::ThankYou,
        PromptId::Reported,
        PromptId::Goodbye,
        PromptId::CannotConfirm,
    ];
    let fixed = ids.into_iter().fold(PromptSet::english(), |set, id| set.with(id, sound(id)));
    CallPrompts::new(fixed, Some(sound(PromptId::Context)))
}

pub fn order(mode: CallMode) -> CallOrder {
    let mut id = [0; 12];
    random(&mut id);
    CallOrder {
        id: id.map(|byte| format!("{byte:02x}")).concat(),
        to: NUMBER.to_owned(),
        extension: None,
        mode,
        prompts: prompts(),
        rules: CallRules { listen_for: Duration::from_millis(700), ..CallRules::default() },
    }
}

pub fn press_hash() -> CallOrder {
    order(CallMode::PressHash)
}

pub fn type_code() -> CallOrder {
    order(CallMode::TypeCode(Secret::new(CODE.to_owned())))
}

/// Makes a call and remembers how far it came.
pub async fn call(trunk: &Trunk, order: CallOrder) -> (CallReport, Vec<CallProgress>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&steps);
    let report = trunk.call(order, move |step| noted.lock().unwrap().push(step)).await;
    let steps = steps.lock().unwrap().clone();
    (report, steps)
}

pub fn order_with_extension(extension: &str) -> CallOrder {
    CallOrder { extension: Some(extension.to_owned()), ..press_hash() }
}
