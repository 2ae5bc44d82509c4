//! What a call leaves in the log.

use tokio::join;
use wardkey_domain::factor::voice_call::{CallOutcome, PromptId};
use wardkey_gateway::voice::TrunkTransport;

use super::phone::Phone;
use super::sipp::scenario;
use super::world::{CODE, call, over, type_code};
use crate::log::Log;

#[tokio::test]
async fn no_number_key_or_password_reaches_the_log() {
    let log = Log::of_this_process();
    tracing::info!("the log is heard");
    let mut phone = Phone::new().await;
    let sipp = scenario!("answers").key("audio_port", phone.port()).key("formats", "8 96").start().await;
    let trunk = over(TrunkTransport::Udp, sipp.port);
    let person = async {
        phone.hear_all(&[PromptId::Greeting, PromptId::Context, PromptId::TypeCode]).await;
        phone.press(CODE).await;
        phone.press("#").await;
    };
    let ((report, _), ()) = join!(call(&trunk, type_code()), person);
    sipp.ends_well().await;
    assert_eq!(report.outcome, CallOutcome::Confirmed);
    trunk.shut_down().await;
    let log = log.written();
    assert!(log.contains("the log is heard"));
    for secret in ["1134960123", CODE, "correct horse", "INVITE", "Digest"] {
        assert!(!log.contains(secret), "`{secret}` stands in the log:\n{log}");
    }
}
